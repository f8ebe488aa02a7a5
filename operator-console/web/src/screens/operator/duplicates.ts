import type { IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { distanceM, type TypedPoint } from "../../lib/place.ts";
import { fold } from "../../lib/search.ts";

/** What the card in hand is about, as far as it is known. */
export interface Subject {
  incidentId: string;
  typeCode: string;
  category: string;
  placeText: string;
  kelurahanCode: string;
  point: TypedPoint | undefined;
  callerNumber: string;
  narrative: string;
}

export interface Likeness {
  incident: IncidentView;
  /** 0 to 1: how much speaks for one and the same event. */
  score: number;
  /** Metres between the two points, when both are known. */
  distanceM: number | undefined;
  sameType: boolean;
  sameNumber: boolean;
}

const RECENT_MS = 2 * 3600_000;
const NEAR_M = 300;
const FAR_M = 1500;
const SHOWN_MAX = 3;
const ENOUGH = 0.5;

/** Words that say where or what, not how: short ones and the most common are no evidence. */
const COMMON = new Set([
  "jalan",
  "yang",
  "sudah",
  "masih",
  "dekat",
  "depan",
  "belakang",
  "samping",
  "ada",
  "dari",
]);

function words(text: string): Set<string> {
  return new Set(
    fold(text)
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 3 && !COMMON.has(word)),
  );
}

function overlap(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / Math.min(a.size, b.size);
}

function placeScore(subject: Subject, incident: IncidentView, metres: number | undefined): number {
  if (metres !== undefined) {
    if (metres <= NEAR_M) return 0.5;
    return metres >= FAR_M ? -0.5 : (0.5 * (FAR_M - metres)) / (FAR_M - NEAR_M);
  }
  const byWords = 0.45 * overlap(words(subject.placeText), words(incident.place?.text ?? ""));
  const sameArea = subject.kelurahanCode !== "" && subject.kelurahanCode === incident.place?.kelurahanCode;
  return Math.max(byWords, sameArea ? 0.25 : 0);
}

function likeness(subject: Subject, incident: IncidentView): Likeness {
  const there = incident.place?.point;
  const metres = subject.point && there ? distanceM(subject.point, there) : undefined;
  const sameType = subject.typeCode !== "" && subject.typeCode === incident.typeCode;
  const sameCategory = subject.category !== "" && subject.category === incident.category;
  const sameNumber = subject.callerNumber !== "" && subject.callerNumber === incident.callerNumber;
  const score =
    placeScore(subject, incident, metres) +
    (sameType ? 0.35 : sameCategory ? 0.2 : 0) +
    (sameNumber ? 0.6 : 0) +
    0.25 * overlap(words(subject.narrative), words(incident.narrative));
  return { incident, score: Math.min(1, Math.max(0, score)), distanceM: metres, sameType, sameNumber };
}

/**
 * Open incidents that may be the one the card in hand is about, the likeliest first. A suggestion
 * for a person, who decides; nothing is merged by itself.
 */
export function possibleDuplicates(subject: Subject, open: readonly IncidentView[], now: number): Likeness[] {
  return open
    .filter((one) => one.id !== subject.incidentId)
    .filter((one) => now - Number(one.openedAt?.seconds ?? 0n) * 1000 < RECENT_MS)
    .map((one) => likeness(subject, one))
    .filter((one) => one.score >= ENOUGH)
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN_MAX);
}
