import type { TimelineEntry } from "../gen/siaga/v1/incident_pb.ts";
import { ms } from "./proto.ts";
import { postName } from "./short-name.ts";

/** Recorded this much after it happened, an event says so. */
const LATE_MS = 5000;
/** From here on it was not recorded as it happened, but entered afterwards: told later, or written on paper. */
const LATER_MS = 60_000;
/** Characters of a row made of several events; more begin a new row. */
const ROW_CHARS_MAX = 160;
/** Photos of one person within this time are one row, in ms. */
const PHOTOS_WITHIN_MS = 120_000;

/** A row of the timeline as shown: one event, or what one person did in one second. */
export interface TimelineRow {
  key: string;
  at: number;
  text: string;
  /** The post that did it, with its agency as lists call it. */
  who: string;
  correction: boolean;
  /** When it was recorded, where that was noticeably later. */
  recordedAt: number | undefined;
  /** Photos that it brought, for whoever wants to look. */
  photoIds: readonly string[];
}

export function isEnteredLater(at: number, recordedAt: number): boolean {
  return recordedAt - at > LATER_MS;
}

/** The contract marks what was entered afterwards like a correction; on the screen that has words of its own. */
function isCorrection(entry: TimelineEntry): boolean {
  const isLater = isEnteredLater(ms(entry.occurredAt) ?? 0, ms(entry.recordedAt) ?? 0);
  return entry.correction && (!isLater || /correct|reopened/.test(entry.event));
}

interface Line extends TimelineRow {
  event: string;
  assignmentId: string;
  /** How many photos it tells of, the erased ones too. */
  photos: number;
}

function beside(one: Line, other: Line): boolean {
  return (
    Math.floor(one.at / 1000) === Math.floor(other.at / 1000) &&
    one.who === other.who &&
    one.correction === other.correction &&
    one.recordedAt === other.recordedAt
  );
}

const FREE_TEXTS: readonly string[] = ["incident.note_added", "assignment.message_sent"];

/** Ends as sentences do: a free text would run into the next one. */
function isSentence(line: Line): boolean {
  return line.text.endsWith(".") && !FREE_TEXTS.includes(line.event) && line.photos === 0;
}

/** One more photo of the same person, with nothing between them. */
function counted(row: Line, line: Line): Line | undefined {
  const isLate = (one: Line) => one.recordedAt !== undefined;
  if (row.photos === 0 || line.photos === 0 || row.who !== line.who || isLate(row) !== isLate(line))
    return undefined;
  if (Math.abs(line.at - row.at) > PHOTOS_WITHIN_MS) return undefined;
  const photos = row.photos + line.photos;
  const text = `${line.text.replace(/\.$/, "")} (${photos}).`;
  return { ...row, text, photos, photoIds: [...row.photoIds, ...line.photoIds] };
}

/** The words of `line` without the agency that `before` has just named. */
function saidAfter(before: Line, line: Line): string | undefined {
  if (!line.assignmentId || line.assignmentId !== before.assignmentId) return undefined;
  const end = line.text.indexOf(": ");
  return end > 0 && before.text.startsWith(line.text.slice(0, end + 2))
    ? line.text.slice(end + 2)
    : undefined;
}

/** Both in one row, or nothing where they stay apart. */
function joined(row: Line, line: Line): Line | undefined {
  if (!beside(row, line) || !isSentence(row) || !isSentence(line)) return undefined;
  if (row.text.length + line.text.length > ROW_CHARS_MAX) return undefined;
  const words = saidAfter(row, line);
  const text = words ? `${row.text.slice(0, -1)}; ${words}` : `${row.text} ${line.text}`;
  return { ...row, text, assignmentId: line.assignmentId };
}

/**
 * A case's history in fewer rows, in the order given (oldest first), nothing left out: an agency is
 * named once, and that an incident was dispatched is said by its assignments, each with its part.
 *
 * @param text the entry's sentence in the person's language
 * @param agencyName the agency's whole name as posts are labelled with it; empty where unknown
 */
export function timelineRows(
  entries: readonly TimelineEntry[],
  text: (entry: TimelineEntry) => string,
  agencyName: (code: string) => string,
): TimelineRow[] {
  const lines = entries.map((entry): Line => {
    const [at, recorded] = [ms(entry.occurredAt) ?? 0, ms(entry.recordedAt)];
    return {
      key: String(entry.position),
      at,
      text: text(entry) || entry.event,
      who: postName(entry.by, agencyName),
      correction: isCorrection(entry),
      recordedAt: recorded !== undefined && recorded - at >= LATE_MS ? recorded : undefined,
      photoIds: entry.photoId ? [entry.photoId] : [],
      photos: entry.event === "incident.photo_added" ? 1 : 0,
      event: entry.event,
      assignmentId: entry.assignmentId,
    };
  });
  const sent = lines.filter((line) => line.event === "assignment.sent");
  const rows: Line[] = [];
  for (const line of lines) {
    if (line.event === "incident.dispatched" && sent.some((one) => beside(one, line))) continue;
    const row = rows.at(-1);
    const both = row && (counted(row, line) ?? joined(row, line));
    if (both) rows[rows.length - 1] = both;
    else rows.push(line);
  }
  return rows;
}
