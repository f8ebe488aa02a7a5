import { dayOf } from "../../lib/time.ts";

export type Preset = "all" | "today" | "week" | "month";

const DAY_MS = 86_400_000;
const DAYS: Record<Preset, number> = { all: 0, today: 1, week: 7, month: 30 };

/** First and last day (WIB) of a preset, both included; empty for all time. */
export function daysOf(preset: Preset, now: number): { fromDay: string; toDay: string } {
  const days = DAYS[preset];
  if (days === 0) return { fromDay: "", toDay: "" };
  return { fromDay: dayOf(now - (days - 1) * DAY_MS), toDay: dayOf(now) };
}

/** The period of two days, both included, as the hub takes it: RFC 3339 in WIB, `to` not included. */
export function periodOf(fromDay: string, toDay: string): { from: string; to: string } {
  const midnight = (day: string) => `${day}T00:00:00+07:00`;
  return {
    from: fromDay && midnight(fromDay),
    // WIB has no summer time, so the next day is 24 hours on.
    to: toDay && midnight(dayOf(Date.parse(midnight(toDay)) + DAY_MS)),
  };
}

/** `1,4 MB` in Indonesian, `1.4 MB` in English. */
export function size(bytes: number, lang: "id" | "en"): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const format = new Intl.NumberFormat(lang === "id" ? "id-ID" : "en-GB", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${format.format(value)} ${units[unit]}`;
}
