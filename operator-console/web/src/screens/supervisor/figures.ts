import { clone } from "@bufbuild/protobuf";
import type { Disposition } from "../../gen/siaga/v1/call_pb.ts";
import {
  FigureFilterSchema,
  LevelPart,
  type CallCounts,
  type CallSpan,
  type FigureFilter,
  type LevelCount,
  type LevelFigure,
} from "../../gen/siaga/v1/statistics_pb.ts";

/** How a level stands: nothing was measured yet, the target is kept, or it is not. */
export type Standing = "none" | "kept" | "missed";

/** Below this many a percentage would only sound exact; the two numbers are shown. */
const PERCENT_FROM = 10;

/** Percent within the limit; `undefined` while nothing was measured. */
export function percentOf(count: Pick<LevelCount, "measured" | "within"> | undefined): number | undefined {
  return count && count.measured > 0 ? (count.within * 100) / count.measured : undefined;
}

/** Kept is at least the target: compared as whole numbers, so that 90% is never 89.999. */
export function standingOf(
  count: Pick<LevelCount, "measured" | "within"> | undefined,
  targetPercent: number,
): Standing {
  if (!count || count.measured === 0) return "none";
  return count.within * 100 >= targetPercent * count.measured ? "kept" : "missed";
}

/** The counts that a tile shows: of the last hour where it has any, else of the window. */
export function shownCount(figure: LevelFigure): { count: LevelCount | undefined; lastHour: boolean } {
  const lastHour = (figure.lastHour?.measured ?? 0) > 0;
  return { count: lastHour ? figure.lastHour : figure.window, lastHour };
}

/** `93,1%`, or `8 / 9` where there are too few for a percentage; a dash for nothing. */
export function shareText(
  count: Pick<LevelCount, "measured" | "within"> | undefined,
  language: "id" | "en",
): string {
  const percent = percentOf(count);
  if (!count || percent === undefined) return "–";
  if (count.measured < PERCENT_FROM) return `${count.within} / ${count.measured}`;
  return percentText(percent, language);
}

/** One decimal, with the comma or point of the language. Never rounded up to what was not reached. */
export function percentText(percent: number, language: "id" | "en"): string {
  const tenths = Math.floor(percent * 10 + 1e-9) / 10;
  return `${tenths.toLocaleString(language === "id" ? "id-ID" : "en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 })}%`;
}

/** The kinds of calls as the screen groups them; `other` are wrong numbers, abandoned and unmarked ones. */
export const CALL_GROUPS = ["normal", "information", "nuisance", "other"] as const;
export type CallGroup = (typeof CALL_GROUPS)[number];

export function grouped(counts: CallCounts | undefined): Record<CallGroup, number> {
  const [normal, information, nuisance] = [
    counts?.normal ?? 0,
    counts?.information ?? 0,
    (counts?.prank ?? 0) + (counts?.ghost ?? 0),
  ];
  return {
    normal,
    information,
    nuisance,
    other: Math.max(0, (counts?.total ?? 0) - normal - information - nuisance),
  };
}

/** The filter of what a level missed, or of another part of it. */
export function partOf(figure: LevelFigure, part: LevelPart): FigureFilter | undefined {
  if (!figure.missed) return undefined;
  const filter = clone(FigureFilterSchema, figure.missed);
  filter.part = part;
  return filter;
}

/** The filter of the calls of one span. */
export function callsOf(
  filter: FigureFilter | undefined,
  span: CallSpan | undefined,
  disposition?: Disposition,
): FigureFilter | undefined {
  if (!filter || !span) return undefined;
  const narrow = clone(FigureFilterSchema, filter);
  if (span.from) narrow.from = span.from;
  if (span.to) narrow.to = span.to;
  if (disposition !== undefined) narrow.disposition = disposition;
  return narrow;
}
