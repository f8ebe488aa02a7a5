import type { ActivityRow, DurationFigure, LevelFigure } from "../../../gen/siaga/v1/statistics_pb.ts";
import { lang, messages, pick, t, type Key } from "../../../i18n/index.ts";
import { span, ZONE } from "../../../lib/time.ts";

/** How long it took; a dash for what was not measured. */
export function took(ms: bigint | undefined): string {
  return ms === undefined ? "–" : span(Number(ms));
}

/** Half of them, and nine of ten, took no longer than this. */
export function medianAndP90(of: DurationFigure | undefined): string {
  return `${took(of?.p50Ms)} / ${took(of?.p90Ms)}`;
}

export function stageName(code: string): string {
  const key = `rep.stage.${code}`;
  return key in messages ? t(key as Key as "rep.stages") : code;
}

export function rowName(row: ActivityRow): string {
  return row.code === "" ? t("rep.unknown") : pick(row.nameId, row.nameEn);
}

export function levelName(figure: LevelFigure): string {
  return figure.level ? pick(figure.level.nameId, figure.level.nameEn) : "";
}

const locales = { id: "id-ID", en: "en-GB" } as const;
const days = (style: Intl.DateTimeFormatOptions) => ({
  id: new Intl.DateTimeFormat(locales.id, { timeZone: ZONE, ...style }),
  en: new Intl.DateTimeFormat(locales.en, { timeZone: ZONE, ...style }),
});
const wholeDay = days({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const shortDay = days({ day: "numeric", month: "short" });

/** `Sen, 23 Nov 2026`, or the first and the last day; from and to (ms, `to` is not in it any more). */
export function rangeText(from: number, to: number): string {
  const [first, last] = [from, to - 1].map((at) => wholeDay[lang.current].format(at));
  return first === last ? `${first}` : `${first} – ${last}`;
}

/** `23 Nov`. */
export function dayName(at: number): string {
  return shortDay[lang.current].format(at);
}
