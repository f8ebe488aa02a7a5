/** The city's time zone (WIB). Times are shown in it wherever the browser stands. */
export const ZONE = "Asia/Pontianak";

const clockFormat = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const minuteFormat = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});
const dayFormat = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});
const dateFormats = {
  id: new Intl.DateTimeFormat("id-ID", { timeZone: ZONE, day: "numeric", month: "short", year: "numeric" }),
  en: new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "numeric", month: "short", year: "numeric" }),
};

/** `21:47:32`, in WIB. */
export function clockTime(ms: number): string {
  return clockFormat.format(ms);
}

/** `21:47`, in WIB. */
export function minuteTime(ms: number): string {
  return minuteFormat.format(ms);
}

/** `2026-11-22` in WIB: the day a moment belongs to. */
export function dayOf(ms: number): string {
  return dayFormat.format(ms);
}

/** `21:47:32` for today, `22 Nov 2026 21:47` for other days; `now` says what today is. */
export function moment(ms: number, now: number, lang: "id" | "en"): string {
  if (dayOf(ms) === dayOf(now)) return clockTime(ms);
  return `${dateFormats[lang].format(ms)} ${minuteTime(ms)}`;
}

/**
 * The day that somebody wrote, as `2026-11-22`: `22/11/2026`, `22-11-26`, `22.11.2026`, `221126` or `2026-11-22`.
 * `undefined` for other texts and for days that do not exist.
 */
export function parseDay(text: string): string | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  const local = /^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})$/.exec(text.trim());
  const short = /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(text.trim());
  const parts = iso ? [iso[3], iso[2], iso[1]] : (local ?? short)?.slice(1);
  if (!parts) return undefined;
  const [day = "", month = "", year = ""] = parts;
  const full = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const at = Date.parse(`${full}T00:00:00Z`);
  // The 31st of February would else become a day of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(full) ? full : undefined;
}

/** `22/11/2026` for `2026-11-22`. */
export function dayText(day: string): string {
  return day.split("-").reverse().join("/");
}

/**
 * How long, as a running clock: `00:12`, `12:09`, `1:42:10`, `2d 3:10:00`.
 * Negative spans (a clock of this machine that runs behind) show as `00:00`.
 */
export function span(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = total % 60;
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600) % 24;
  const days = Math.floor(total / 86400);
  const two = (n: number) => String(n).padStart(2, "0");
  if (days > 0) return `${days}d ${hours}:${two(minutes)}:${two(seconds)}`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds)}`;
  return `${two(minutes)}:${two(seconds)}`;
}

/**
 * The moment that a time of day means (`21:46`, `21.46.30`, `2146`), in WIB, as ms since the epoch:
 * the last one that is not after `now`, so within the 24 hours before it. `undefined` for other texts.
 */
export function parseClock(text: string, now: number): number | undefined {
  const found = /^(\d{1,2})[:.]?(\d{2})(?:[:.]?(\d{2}))?$/.exec(text.trim());
  if (!found) return undefined;
  const [hours, minutes, seconds] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  // WIB has no summer time, so its offset is fixed.
  const midnight = Date.parse(`${dayOf(now)}T00:00:00+07:00`);
  const moment = midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return moment <= now ? moment : moment - 86_400_000;
}
