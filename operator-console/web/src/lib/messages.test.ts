import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { MessageViewSchema, Step } from "../gen/siaga/v1/dispatch_pb.ts";
import { addressed, lastUnread, mayWrite, unread, withTexts } from "./messages.ts";
import { at } from "./proto.ts";

function message(number: number, fromCentre: boolean, read = false, text = "x") {
  const readAt = read ? { readAt: at(1_000) as never } : {};
  return create(MessageViewSchema, { number, fromCentre, text, ...readAt });
}

test("unread is what the other side wrote and nobody here has read", () => {
  const messages = [message(1, true, true), message(2, false), message(3, true), message(4, false)];
  expect([unread({ messages }, "centre"), lastUnread({ messages }, "centre")]).toEqual([2, 4]);
  expect([unread({ messages }, "agency"), lastUnread({ messages }, "agency")]).toEqual([1, 3]);
  expect([unread({ messages: [] }, "agency"), lastUnread({ messages: [] }, "agency")]).toEqual([0, 0]);
});

test("a conversation goes on after completion, and not after a decline or a withdrawal", () => {
  expect([Step.SENT, Step.COMPLETED, Step.DECLINED, Step.WITHDRAWN].map(mayWrite)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("hidden words are filled in from the full card, and nothing else is", () => {
  const live = [message(1, true, true, ""), message(2, false, false, "terang"), message(3, true, false, "")];
  const full = [message(1, true, false, "satu"), message(2, false, false, "lama")];
  expect(withTexts(live, full).map((one) => [one.text, !!one.readAt])).toEqual([
    ["satu", true],
    ["terang", false],
    ["", false],
  ]);
});

describe("a message typed with its addressee", () => {
  const agencies = [
    { code: "damkar", short: "Damkar" },
    { code: "psc119", short: "PSC 119" },
    { code: "polres", short: "Polres" },
    { code: "polsek-utara", short: "Polsek Utara" },
  ];
  test.each([
    ["damkar pakai gang belakang", "damkar", "pakai gang belakang"],
    ["Damkar  dua   unit", "damkar", "dua   unit"],
    ["psc 119 korban dua", "psc119", "korban dua"],
    ["psc119 119 orang", "psc119", "119 orang"],
    ["psc korban dua", "psc119", "korban dua"],
    ["polsek utara jaga simpang", "polsek-utara", "jaga simpang"],
    ["polr jaga simpang", "polres", "jaga simpang"],
    ["damkar", "damkar", ""],
  ])("%s", (typed, code, text) => {
    expect(addressed(typed, agencies)).toEqual({ code, text });
  });
  test.each(["pol jaga simpang", "da api", "gang belakang", "", "119 korban"])(
    "goes to nobody by a guess: '%s'",
    (typed) => {
      expect(addressed(typed, agencies)).toBeUndefined();
    },
  );
});
