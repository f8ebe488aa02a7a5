import type { OpenIncidentRequest } from "../gen/siaga/v1/incident_pb.ts";
import type { Changed } from "../gen/siaga/v1/common_pb.ts";
import { dropDraft, loadDraft, saveDraft } from "./drafts.ts";
import type { Command } from "./outbox.svelte.ts";
import { parsePoint, pointText } from "./place.ts";

/** A card's fields as text, as a person types them. */
export interface Fields {
  callerName: string;
  callerNumber: string;
  placeText: string;
  kelurahanCode: string;
  point: string;
  narrative: string;
  typeCode: string;
  /** "1" to "4"; empty: the type's. */
  priority: string;
  priorityReason: string;
}

/** What of a card is kept on this machine until the server has it. */
export interface CardDraft {
  dirty: Partial<Fields>;
  /** What the server had of those fields when the typing began. */
  from: Partial<Fields>;
  /** Version of the card that was typed over, as text. */
  base: string;
  /** How the place was verified before the incident was opened; left out: it was not. */
  verified?: number;
}

const OPEN_INCIDENT = "siaga.v1.IncidentService/OpenIncident";

/** The card that an incident is opened from: a call's, or the one without a call. */
export function openedFrom(callId: string): string {
  return callId ? `call:${callId}` : "new";
}

/** Whether a command that waits opens this card: until it has arrived the card must not be opened again. */
export function opens(command: Command, key: string): boolean {
  if (command.method !== OPEN_INCIDENT) return false;
  try {
    return openedFrom((JSON.parse(command.body) as { callId?: string }).callId ?? "") === key;
  } catch {
    return false;
  }
}

/** What went with the request, in the card's own terms. */
function fieldsOf(request: OpenIncidentRequest): Fields {
  return {
    callerName: request.callerName,
    callerNumber: request.callerNumber,
    placeText: request.place?.text ?? "",
    kelurahanCode: request.place?.kelurahanCode ?? "",
    point: pointText(request.place?.point),
    narrative: request.narrative,
    typeCode: request.typeCode,
    priority: request.priority ? String(request.priority) : "",
    priorityReason: request.priorityReason,
  };
}

/**
 * A card has been opened: what went with the request is no draft any more, and what was typed while that was on its way
 * becomes an edit of the incident.
 */
export function settleOpened(request: OpenIncidentRequest, changed: Changed | undefined): void {
  const key = openedFrom(request.callId);
  const kept = loadDraft<CardDraft>(`card.${key}`);
  dropDraft(`card.${key}`);
  dropDraft(`send.${key}`);
  if (!kept || !changed) return;
  const sent = fieldsOf(request);
  const names = (Object.keys(kept.dirty) as (keyof Fields)[]).filter((one) => {
    const text = kept.dirty[one] ?? "";
    return (one === "point" ? pointText(parsePoint(text)) : text.trim()) !== sent[one];
  });
  if (names.length === 0) return;
  saveDraft(`card.incident:${changed.id}`, {
    dirty: Object.fromEntries(names.map((one) => [one, kept.dirty[one]])),
    from: sent,
    base: String(changed.version),
  } satisfies CardDraft);
}
