import type { IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import { t } from "../i18n/index.ts";
import { api } from "./api.ts";
import { catalog } from "./catalog.svelte.ts";
import type { Command } from "./commands.svelte.ts";

/** The part of an incident's number that people say: `0042`. */
export function shortNumber(number: string): string {
  return number.split("-").at(-1) ?? "";
}

/** Every word by which somebody would look for an incident, the number's last digits with and without their zeros. */
export function wordsOf(one: IncidentView): string {
  const short = shortNumber(one.number);
  return [
    short,
    Number(short) || "",
    one.number,
    catalog.typeName(one.typeCode, one.typeName),
    one.place?.text,
    one.place?.kelurahanName,
    one.callerNumber,
    one.narrative,
  ].join(" ");
}

/** Looks through all incidents, also those that are closed: by number, by telephone, or by words. */
export async function findIncidents(query: string): Promise<IncidentView[]> {
  const isCase = /^[A-Za-z]{2,5}-/.test(query) || /^\d{1,4}$/.test(query);
  const isPhone = !isCase && /^\+?[\d\s().-]{5,}$/.test(query);
  const reply = await api.incidents.searchIncidents(
    isCase ? { number: query } : isPhone ? { phone: query } : { words: query },
  );
  return reply.incidents;
}

/** Whether the digits typed are the last part of this number: `12` is 0012, whatever else has a 12 in it. */
function isNumber(typed: string, number: string): boolean {
  return /^\d{1,6}$/.test(typed) && Number(typed) === Number(shortNumber(number));
}

/** Going to an incident, as the command line offers it. */
export function incidentCommand(one: IncidentView, go: (one: IncidentView) => void, typed = ""): Command {
  const place = one.place?.text || one.place?.kelurahanName || t("mine.noPlace");
  const type = catalog.typeName(one.typeCode, one.typeName) || t("mine.noType");
  return {
    id: `incident:${one.id}`,
    label: () => `${shortNumber(one.number)} ${type}, ${place}`,
    words: () => wordsOf(one),
    detail: () => [one.priority ? `P${one.priority}` : "", one.ownerLabel].filter(Boolean).join(" · "),
    says: () => t("cmd.goTo", { number: one.number }),
    ...(isNumber(typed, one.number) ? { stands: "first" as const } : {}),
    run: () => go(one),
  };
}

/** Looking through all incidents for what was typed, as the command line offers it. */
export function searchCommand(typed: string, go: (one: IncidentView) => void): Command {
  return {
    id: "incident.searchAll",
    label: () => t("cmd.searchAll", { words: typed }),
    says: () => t("cmd.searchAllSays"),
    stands: "last",
    more: async () => (await findIncidents(typed)).map((one) => incidentCommand(one, go)),
    run: () => undefined,
  };
}
