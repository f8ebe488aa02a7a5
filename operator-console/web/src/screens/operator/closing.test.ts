import { expect, test } from "vitest";
import { closingRequest, emptyClosing, isCount } from "./closing.ts";

test("what is not known is left out, and a zero is said", () => {
  const request = closingRequest({
    ...emptyClosing(),
    outcome: "handled",
    dead: "0",
    injured: " 2 ",
    cause: " korsleting ",
  });
  expect(request).toEqual({
    outcomeCode: "handled",
    victims: { dead: 0, injured: 2, missing: undefined, evacuated: undefined },
    cause: "korsleting",
    damage: "",
    actions: "",
    hospital: "",
  });
});

test.each([
  ["", true],
  [" 12 ", true],
  ["1234567", false],
  ["dua", false],
  ["-1", false],
])("%j is a number of people or nothing: %s", (text, is) => {
  expect(isCount(text)).toBe(is);
});
