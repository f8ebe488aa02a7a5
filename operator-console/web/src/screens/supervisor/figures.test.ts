import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CallCountsSchema,
  CallSpanSchema,
  FigureFilterSchema,
  LevelCountSchema,
  LevelFigureSchema,
  LevelPart,
} from "../../gen/siaga/v1/statistics_pb.ts";
import {
  CALL_GROUPS,
  callsOf,
  grouped,
  partOf,
  percentText,
  shareText,
  shownCount,
  standingOf,
} from "./figures.ts";

const count = (within: number, measured: number) => create(LevelCountSchema, { within, measured });

describe("a level", () => {
  test("is kept at its target and not a hair below", () => {
    expect(standingOf(count(90, 100), 90)).toBe("kept");
    expect(standingOf(count(899, 1000), 90)).toBe("missed");
    expect(standingOf(count(0, 0), 90)).toBe("none");
    expect(standingOf(undefined, 90)).toBe("none");
  });

  test("of few says the two numbers, of many a share that is never rounded up", () => {
    expect(shareText(count(8, 9), "id")).toBe("8 / 9");
    expect(shareText(count(931, 1000), "id")).toBe("93,1%");
    expect(shareText(count(931, 1000), "en")).toBe("93.1%");
    expect(shareText(count(8999, 10_000), "id")).toBe("89,9%");
    expect(shareText(count(0, 0), "id")).toBe("–");
    expect(percentText(100, "id")).toBe("100,0%");
  });

  test("what reads as kept is kept", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 5000 }),
        fc.nat(5000),
        fc.integer({ min: 1, max: 100 }),
        (measured, n, target) => {
          const within = Math.min(n, measured);
          const shown = Number(shareText(count(within, measured), "en").replace("%", ""));
          if (shown >= target) expect(standingOf(count(within, measured), target)).toBe("kept");
        },
      ),
    );
  });

  test("shows the last hour where it has any, else the day", () => {
    const figure = create(LevelFigureSchema, { window: count(5, 6), lastHour: count(1, 1) });
    expect(shownCount(figure)).toEqual({ count: figure.lastHour, lastHour: true });
    const quiet = create(LevelFigureSchema, { window: count(5, 6), lastHour: count(0, 0) });
    expect(shownCount(quiet)).toEqual({ count: quiet.window, lastHour: false });
  });

  test("leads to what it missed, and to what is still running", () => {
    const missed = create(FigureFilterSchema, { levelCode: "answer-15", part: LevelPart.MISSED });
    const figure = create(LevelFigureSchema, { missed });
    expect(partOf(figure, LevelPart.RUNNING)).toMatchObject({
      levelCode: "answer-15",
      part: LevelPart.RUNNING,
    });
    expect(partOf(create(LevelFigureSchema, {}), LevelPart.MISSED)).toBeUndefined();
  });
});

describe("calls", () => {
  test("are all in exactly one group", () => {
    const n = fc.nat(50);
    fc.assert(
      fc.property(
        n,
        n,
        n,
        n,
        n,
        n,
        n,
        (normal, information, prank, ghost, wrongNumber, abandoned, unmarked) => {
          const total = normal + information + prank + ghost + wrongNumber + abandoned + unmarked;
          const groups = grouped(
            create(CallCountsSchema, {
              total,
              normal,
              information,
              prank,
              ghost,
              wrongNumber,
              abandoned,
              unmarked,
            }),
          );
          expect(CALL_GROUPS.reduce((sum, group) => sum + groups[group], 0)).toBe(total);
        },
      ),
    );
  });

  test("of a span are those between its ends", () => {
    const filter = create(FigureFilterSchema, { from: { seconds: 0n }, to: { seconds: 90n } });
    const span = create(CallSpanSchema, { from: { seconds: 10n }, to: { seconds: 20n } });
    expect(callsOf(filter, span)).toMatchObject({ from: span.from, to: span.to });
    expect(callsOf(filter, undefined)).toBeUndefined();
  });
});
