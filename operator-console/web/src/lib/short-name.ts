import type { ActorView } from "../gen/siaga/v1/common_pb.ts";

/** Codes of up to this many letters are abbreviations where the name does not spell them. */
const ABBREVIATION_MAX = 4;

/**
 * What an agency is called where there is little room: its code as the field writes it. Words of the
 * code that stand in the name are spelled as there (`bpks-bhakti-suci` → `BPKS Bhakti Suci`), short
 * ones are abbreviations (`dlh` → `DLH`), a number stands apart (`psc119` → `PSC 119`).
 */
export function shortName(code: string, name: string): string {
  const spelled = new Map(name.split(/[^\p{L}\p{N}]+/u).map((word) => [word.toLowerCase(), word]));
  return (code.match(/\p{L}+|\p{N}+/gu) ?? [])
    .map((part) => {
      const known = spelled.get(part.toLowerCase());
      if (known) return known;
      if (part.length <= ABBREVIATION_MAX) return part.toUpperCase();
      return part.charAt(0).toUpperCase() + part.slice(1);
    })
    .join(" ");
}

/**
 * A post as it stands beside what it did: its label, with the agency as lists call it.
 *
 * @param agencyName the agency's whole name as posts are labelled with it; empty where unknown
 */
export function postName(by: ActorView | undefined, agencyName: (code: string) => string): string {
  const { label = "", agencyCode = "" } = by ?? {};
  const name = agencyCode ? agencyName(agencyCode) : "";
  return name ? label.replaceAll(name, shortName(agencyCode, name)) : label;
}
