import { describe, expect, test } from "vitest";
import { isDue, SAVING, USUAL, type Fix, type Sent } from "./rhythm.ts";

const NOW = 1_000_000;
/** So many metres north of the market, so long ago. */
function fix(northM: number, agoMs: number, accuracyM = 5): Fix {
  return { latitude: 0.9063 + northM / 111_195, longitude: 108.9872, accuracyM, at: NOW - agoMs };
}

/** One that went out as soon as it was known. */
function sent(northM: number, agoMs: number, accuracyM = 5): Sent {
  return { ...fix(northM, agoMs, accuracyM), sentAt: NOW - agoMs };
}

describe("a position goes out", () => {
  test("at once when it is the first, and never when it is old", () => {
    expect(isDue(fix(0, 0), undefined, NOW, USUAL)).toBe(true);
    expect(isDue(fix(0, 61_000), undefined, NOW, USUAL)).toBe(false);
    expect(isDue(fix(0, 5_000), sent(0, 5_000), NOW, USUAL)).toBe(false);
  });

  test("when the unit has moved, but not for every step of it", () => {
    expect(isDue(fix(60, 0), sent(0, 10_000), NOW, USUAL)).toBe(true);
    expect(isDue(fix(20, 0), sent(0, 10_000), NOW, USUAL)).toBe(false);
    expect(isDue(fix(60, 0), sent(0, 2_000), NOW, USUAL)).toBe(false);
  });

  test("a moment later when it came too soon after the last", () => {
    const first = { ...fix(0, 10_000), sentAt: NOW - 4_000 };
    expect(isDue(fix(200, 3_000), first, NOW, USUAL)).toBe(false);
    expect(isDue(fix(200, 3_000), first, NOW + 1_000, USUAL)).toBe(true);
  });

  test("not because a poor position wanders", () => {
    expect(isDue(fix(60, 0, 80), sent(0, 10_000, 80), NOW, USUAL)).toBe(false);
    expect(isDue(fix(100, 0, 80), sent(0, 10_000, 80), NOW, USUAL)).toBe(true);
  });

  test("now and then while it stands, so that it does not look lost", () => {
    expect(isDue(fix(0, 0), sent(0, 29_000), NOW, USUAL)).toBe(false);
    expect(isDue(fix(0, 0), sent(0, 30_000), NOW, USUAL)).toBe(true);
  });

  test("less often when the battery is low", () => {
    expect(isDue(fix(100, 0), sent(0, 20_000), NOW, SAVING)).toBe(false);
    expect(isDue(fix(0, 0), sent(0, 60_000), NOW, SAVING)).toBe(false);
    expect(isDue(fix(0, 0), sent(0, 120_000), NOW, SAVING)).toBe(true);
  });
});
