import { describe, expect, test } from "vitest";
import { dayText, parseDay } from "../../lib/time.ts";
import { daysOf, periodOf, size } from "./period.ts";

/** 01:30 WIB on 22 November, still the 21st in UTC. */
const NOW = Date.parse("2026-11-21T18:30:00Z");

describe("a period", () => {
  test("counts days of the city, today included", () => {
    expect(daysOf("today", NOW)).toEqual({ fromDay: "2026-11-22", toDay: "2026-11-22" });
    expect(daysOf("week", NOW)).toEqual({ fromDay: "2026-11-16", toDay: "2026-11-22" });
    expect(daysOf("month", NOW)).toEqual({ fromDay: "2026-10-24", toDay: "2026-11-22" });
    expect(daysOf("all", NOW)).toEqual({ fromDay: "", toDay: "" });
  });

  test("goes to the hub with its last day whole", () => {
    expect(periodOf("2026-11-22", "2026-11-30")).toEqual({
      from: "2026-11-22T00:00:00+07:00",
      to: "2026-12-01T00:00:00+07:00",
    });
    expect(periodOf("", "")).toEqual({ from: "", to: "" });
  });
});

test("a day is understood as people write it, and only when there is such a day", () => {
  for (const text of ["22/11/2026", "22-11-26", " 22.11.2026", "221126", "2026-11-22"]) {
    expect(parseDay(text), text).toBe("2026-11-22");
  }
  expect(parseDay("1/2/2026")).toBe("2026-02-01");
  for (const text of ["", "31/02/2026", "11/22/2026", "kemarin", "2026-13-01"])
    expect(parseDay(text), text).toBeUndefined();
  expect(dayText("2026-11-22")).toBe("22/11/2026");
  expect(dayText("")).toBe("");
});

test("sizes are written as people of the language write them", () => {
  expect(size(999, "id")).toBe("999 B");
  expect(size(1_449, "id")).toBe("1,4 kB");
  expect(size(2_500_000, "en")).toBe("2.5 MB");
  expect(size(123_456_789, "en")).toBe("123 MB");
});
