import { beforeEach, describe, expect, test } from "vitest";
import { DraftText } from "./draft-text.svelte.ts";
import { dropDraft, loadDraft, ownDrafts, saveDraft, sweep } from "./drafts.ts";
import { comboOf, keyText } from "./keys.ts";
import { fingerprint, RequestIds } from "./requests.ts";
import { search } from "./search.ts";
import { clockTime, dayOf, moment, parseClock, span } from "./time.ts";
import { uuid7 } from "./uuid7.ts";

// 2026-11-22 21:47:32 WIB
const EVENING = Date.UTC(2026, 10, 22, 14, 47, 32);

describe("time", () => {
  test("is WIB wherever the browser stands", () => {
    expect(clockTime(EVENING)).toBe("21:47:32");
    expect(dayOf(Date.UTC(2026, 10, 22, 17, 0, 0))).toBe("2026-11-23");
    expect(clockTime(Date.UTC(2026, 10, 22, 17, 0, 0))).toBe("00:00:00");
  });
  test("other days carry their date", () => {
    expect(moment(EVENING, EVENING + 1000, "id")).toBe("21:47:32");
    expect(moment(EVENING, EVENING + 86_400_000, "id")).toBe("22 Nov 2026 21:47");
  });
  test("spans count on without a cap", () => {
    expect([0, 12_000, 729_000, 6_130_000, 90_061_000, -5].map(span)).toEqual([
      "00:00",
      "00:12",
      "12:09",
      "1:42:10",
      "1d 1:01:01",
      "00:00",
    ]);
  });
  test("a time of day is the last one that has been", () => {
    expect(parseClock("21:46", EVENING)).toBe(EVENING - 92_000);
    expect(parseClock("21.47.32", EVENING)).toBe(EVENING);
    expect(parseClock("2200", EVENING)).toBe(EVENING + 748_000 - 86_400_000);
    for (const text of ["", "kemarin", "24:00", "12:60", "7"])
      expect(parseClock(text, EVENING)).toBeUndefined();
  });
});

describe("request ids", () => {
  test("are version 7 and carry their time", () => {
    const id = uuid7(EVENING);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(EVENING);
  });
  test("an unanswered command keeps its id over a reload; an answered one gets a new one", () => {
    sessionStorage.clear();
    const name = fingerprint("siaga.v1.CallService/AnswerCall {}");
    const first = new RequestIds(sessionStorage).take(name);
    const reloaded = new RequestIds(sessionStorage);
    expect(reloaded.take(name)).toBe(first);
    expect(reloaded.take(fingerprint("another"))).not.toBe(first);
    reloaded.answered(name);
    expect(new RequestIds(sessionStorage).take(name)).not.toBe(first);
  });
  test("are kept without what the command says", () => {
    sessionStorage.clear();
    new RequestIds(sessionStorage).take(fingerprint("ruko di jalan niaga"));
    expect(JSON.stringify({ ...sessionStorage })).not.toContain("niaga");
  });
});

describe("drafts", () => {
  beforeEach(() => localStorage.clear());
  test("belong to their account and survive a reload", () => {
    ownDrafts("a");
    saveDraft("card.1", { narrative: "asap" });
    expect(loadDraft("card.1")).toEqual({ narrative: "asap" });
    ownDrafts("b");
    expect(loadDraft("card.1")).toBeUndefined();
    ownDrafts("a");
    dropDraft("card.1");
    expect(loadDraft("card.1")).toBeUndefined();
  });
  test("end after a day, damaged ones at once", () => {
    ownDrafts("a");
    saveDraft("card.1", "x");
    localStorage.setItem("siaga.draft.a.card.2", "{");
    localStorage.setItem("other", "stays");
    sweep(Date.now() + 3600_000);
    expect(loadDraft("card.1")).toBe("x");
    expect(localStorage.getItem("siaga.draft.a.card.2")).toBeNull();
    sweep(Date.now() + 25 * 3600_000);
    expect(loadDraft("card.1")).toBeUndefined();
    expect(localStorage.getItem("other")).toBe("stays");
  });
});

describe("type-ahead", () => {
  const items = ["Kebakaran bangunan", "Kebakaran lahan", "Sesak napas", "Bangunan roboh", "Café Melayu"];
  const find = (query: string) => search(items, query, (item) => item);
  test("every word begins a word; the text's own beginning comes first", () => {
    expect(find("bang")).toEqual(["Bangunan roboh", "Kebakaran bangunan"]);
    expect(find("keb la")).toEqual(["Kebakaran lahan"]);
    expect(find("akaran")).toEqual([]);
  });
  test("accents and case do not matter, and nothing typed shows all", () => {
    expect(find("CAFE")).toEqual(["Café Melayu"]);
    expect(find("  ")).toEqual(items);
  });
});

describe("keys", () => {
  const press = (key: string, more: KeyboardEventInit = {}) =>
    comboOf(new KeyboardEvent("keydown", { key, ...more }));
  test("have one name each", () => {
    expect(press("F1")).toBe("F1");
    expect(press("Enter", { ctrlKey: true })).toBe("Ctrl+Enter");
    expect(press("G", { altKey: true })).toBe("Alt+g");
    expect(press("?", { shiftKey: true })).toBe("?");
    expect(keyText("Ctrl+Enter")).toBe("Ctrl ⏎");
    expect(keyText("Alt+g")).toBe("Alt G");
  });
});

describe("what is typed into a dialog", () => {
  beforeEach(() => {
    localStorage.clear();
    ownDrafts("a");
  });
  test("is there again after a reload, until it has been sent", () => {
    new DraftText("cancel.1").text = "Laporan keliru";
    const again = new DraftText("cancel.1");
    expect([again.text, new DraftText("cancel.2").text]).toEqual(["Laporan keliru", ""]);
    again.sent();
    expect(new DraftText("cancel.1").text).toBe("");
  });
  test("leaves nothing behind when it is emptied, or has no name", () => {
    const named = new DraftText("cancel.1");
    named.text = "x";
    named.text = "";
    new DraftText().text = "rahasia";
    expect(localStorage.length).toBe(0);
  });
});
