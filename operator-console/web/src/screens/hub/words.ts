import { t } from "../../i18n/index.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import type { HubCase } from "../../lib/hub.ts";
import { moment } from "../../lib/time.ts";

/** The word that the hub puts where a sensitive case's type would stand. */
const SENSITIVE = "sensitif";

export function typeName(one: HubCase): string {
  if (one.masked || one.type_code === SENSITIVE) return t("hub.sensitiveType");
  return one.type_code ? catalog.typeName(one.type_code) : "–";
}

export function areaName(code: string | null): string {
  if (!code) return "–";
  return catalog.kelurahan.find((area) => area.code === code)?.name ?? code;
}

export function statusTone(status: string): "plain" | "ok" | "info" | "warn" {
  if (status === "closed") return "ok";
  if (status === "handling" || status === "dispatched") return "info";
  return status === "opened" ? "warn" : "plain";
}

/** A time of the hub; one that was cut to the hour says so by a tilde. */
export function hubTime(
  at: string | null | undefined,
  masked: boolean,
  now: number,
  lang: "id" | "en",
): string {
  const ms = at ? Date.parse(at) : NaN;
  if (Number.isNaN(ms)) return "–";
  // Seconds of a time that was cut to the hour would claim what nobody said.
  return masked ? `~${moment(ms, now, lang).replace(/(\d\d:\d\d):\d\d$/, "$1")}` : moment(ms, now, lang);
}
