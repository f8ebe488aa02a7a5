import { t } from "../i18n/index.ts";

/** A position older than this says little about where a unit is now. */
export const STALE_MS = 5 * 60_000;

export function isStale(at: number | undefined, now: number): boolean {
  return at === undefined || now - at > STALE_MS;
}

/** How old a position is, in the coarse words that fit beside a mark: "kini", "3 mnt", "2 jam", "4 hari". */
export function ageText(at: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000);
  if (minutes < 1) return t("map.ageNow");
  if (minutes < 60) return t("map.ageMinutes", { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t("map.ageHours", { count: hours });
  return t("map.ageDays", { count: Math.floor(hours / 24) });
}
