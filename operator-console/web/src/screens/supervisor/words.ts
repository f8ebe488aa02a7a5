import type { AlarmView } from "../../gen/siaga/v1/alarm_pb.ts";
import { Step, type AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import type { IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { PlaceVerification } from "../../gen/siaga/v1/place_pb.ts";
import { t, tn } from "../../i18n/index.ts";
import { alarmInShort } from "../../lib/alarm-words.ts";
import { catalog } from "../../lib/catalog.svelte.ts";

/** What kind of emergency, as far as it is known and may be shown. */
export function typeOf(incident: IncidentView): string {
  if (incident.masked) return t("sup.protected");
  return catalog.typeName(incident.typeCode, incident.typeName) || t("sup.noType");
}

/** Where, in few words; an unverified place says so. */
export function placeOf(incident: IncidentView): string {
  const place = incident.place;
  const text = place?.text || place?.kelurahanName || place?.neighbourName;
  if (!text) return t("sup.noPlace");
  return place?.verification === PlaceVerification.UNSPECIFIED
    ? `${text} (${t("sup.placeUnverified")})`
    : text;
}

/** The agencies at work, each with its step. */
export function agenciesOf(assignments: readonly AssignmentView[]): string {
  const running = assignments.filter((one) => one.step <= Step.COMPLETED);
  if (running.length === 0) return t("sup.agenciesNone");
  return running.map((one) => `${catalog.agencyShort(one.agencyCode)} ${tn("step", one.step)}`).join(" · ");
}

/** An alarm in few words, for where its case is named. */
export function alarmShort(alarm: AlarmView): string {
  return alarmInShort(alarm, (code) => catalog.agencyShort(code));
}

/** The part of a case's number that people say. */
export function shortNumber(number: string): string {
  return number.split("-").at(-1) ?? number;
}

/** A limit stays on one line: "≤ 15 detik". */
export function unbroken(name: string): string {
  return name.replace(/≤ (\d+) /g, "≤\u00a0$1\u00a0");
}

/** The city names its shifts in its own language; the usual ones have an English name too. */
export function shiftName(name: string): string {
  const usual: Record<string, string> = {
    Pagi: t("stat.shift.morning"),
    Siang: t("stat.shift.day"),
    Malam: t("stat.shift.night"),
  };
  return usual[name] ?? name;
}
