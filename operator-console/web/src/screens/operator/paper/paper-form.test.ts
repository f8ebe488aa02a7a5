import { describe, expect, test } from "vitest";
import { Disposition } from "../../../gen/siaga/v1/call_pb.ts";
import { ms } from "../../../lib/proto.ts";
import { emptyAgency, emptyForm, paperRequest, paperTime, readForm, type PaperForm } from "./paper-form.ts";

// 2026-11-23 06:30 WIB
const NOW = Date.parse("2026-11-23T06:30:00+07:00");
const wib = (text: string) => Date.parse(`${text}:00+07:00`);

function fire(more: Partial<PaperForm> = {}): PaperForm {
  const damkar = emptyAgency();
  damkar.code = "damkar";
  damkar.contact = "Piket";
  Object.assign(damkar.times, { sent: "23:50", enRoute: "23.56", onScene: "0004", completed: "02:10" });
  return {
    ...emptyForm(),
    day: "22/11/2026",
    ringing: "23:47",
    answered: "23:47",
    ended: "23:55",
    agencies: [damkar, emptyAgency()],
    closed: "02:20",
    outcome: "handled",
    ...more,
  };
}

describe("times on paper", () => {
  test("go on past midnight, and a little before the first is before it", () => {
    expect(paperTime("23:47", "2026-11-22", undefined)).toBe(wib("2026-11-22T23:47"));
    const first = wib("2026-11-22T23:47");
    expect(paperTime("0:04", "2026-11-22", first)).toBe(wib("2026-11-23T00:04"));
    expect(paperTime("23:40", "2026-11-22", first)).toBe(wib("2026-11-22T23:40"));
    expect(paperTime("25:00", "2026-11-22", first)).toBeUndefined();
  });
  test("are read for the whole form", () => {
    const reading = readForm(fire(), NOW);
    expect(reading.complaints).toEqual({});
    expect(reading.missing).toEqual([]);
    expect(reading.times["agencies.0.onScene"]).toBe(wib("2026-11-23T00:04"));
    expect(reading.times.closed).toBe(wib("2026-11-23T02:20"));
  });
  test("that contradict each other say which", () => {
    const form = fire({ answered: "23:46", closed: "02:00", opened: "x" });
    form.agencies[0]!.times.onScene = "23:55";
    expect(readForm(form, NOW).complaints).toEqual({
      answered: { is: "early", before: "ringing" },
      opened: { is: "bad" },
      "agencies.0.onScene": { is: "early", before: "agencies.0.enRoute" },
      closed: { is: "early", before: "agencies.0.completed" },
    });
    expect(readForm(fire({ day: "" }), NOW).complaints.ringing).toEqual({ is: "future" });
    expect(readForm(fire({ day: "31/02/2026" }), NOW).complaints).toEqual({ day: { is: "bad" } });
  });
});

describe("the form", () => {
  test("says what is still needed", () => {
    const form = fire({ ringing: "", ended: "", outcome: "" });
    Object.assign(form.agencies[0]!, { contact: " " });
    form.agencies[0]!.times.declined = "02:15";
    form.agencies[1]!.times.sent = "23:51";
    expect(readForm(form, NOW).missing).toEqual([
      "ringing",
      "ended",
      "agencies.0.contact",
      "agencies.0.declineReason",
      "agencies.1.code",
      "outcome",
    ]);
    expect(readForm({ ...emptyForm(), byCall: false }, NOW).missing).toEqual(["opened"]);
  });
  test("becomes one command; rows that were not used are left out", () => {
    const form = fire({ placeText: " Ruko tengah ", verification: "1", dead: "0", number: "0562 0000 1" });
    const request = paperRequest(form, readForm(form, NOW).times);
    expect(ms(request.call?.ringingAt as never)).toBe(wib("2026-11-22T23:47"));
    expect(request.incident?.place).toEqual({ text: "Ruko tengah", kelurahanCode: "" });
    expect(request.incident?.agencies).toHaveLength(1);
    expect(request.incident?.agencies?.[0]?.acknowledgedAt).toBeUndefined();
    expect(request.incident?.closing?.victims).toMatchObject({ dead: 0, injured: undefined });
  });
  test("of a call that was no emergency carries only the call", () => {
    const form = fire({ kind: String(Disposition.PRANK) });
    const request = paperRequest(form, readForm(form, NOW).times);
    expect(request.incident).toBeUndefined();
    expect(request.call?.disposition).toBe(Disposition.PRANK);
    const abandoned = fire({ kind: String(Disposition.ABANDONED), answered: "" });
    expect(readForm(abandoned, NOW).missing).toEqual([]);
  });
});
