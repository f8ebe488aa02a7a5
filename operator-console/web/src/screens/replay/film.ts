import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Entity } from "../../gen/siaga/v1/live_pb.ts";
import type { GetReplayResponse, ReplayStep } from "../../gen/siaga/v1/replay_pb.ts";
import { UnitPositionSchema, type UnitPosition, type UnitView } from "../../gen/siaga/v1/unit_pb.ts";
import { ms } from "../../lib/proto.ts";

/** What the server told of a stretch of time, so that any moment of it can be shown. Pure. */
export interface Film {
  /** The stretch, ms since the epoch. */
  from: number;
  to: number;
  /** What happened, in order; those of one instant belong together. */
  steps: readonly FilmStep[];
  /** The instants at which something happened, in order. */
  moments: readonly Moment[];
  /** The boards now and then, so that no moment is far from one: `frames[n]` is before step `n * FRAME_STEPS`. */
  frames: readonly ReadonlyMap<string, Entity>[];
  /** Where each unit was, oldest first. */
  tracks: ReadonlyMap<string, readonly UnitPosition[]>;
  /** Of the case it is about; "" for the whole centre. */
  incidentId: string;
  incidentNumber: string;
  /** Where the next page begins; "" when all is here. */
  next: string;
  /** 0 to 1: how much of it has come. */
  loaded: number;
}

export interface FilmStep {
  at: number;
  step: ReplayStep;
}

/** What an instant is marked as on the slider: something to read, a case that begins or ends, an alarm, or neither. */
export type Mark = "alarm" | "case" | "event" | "quiet";

export interface Moment {
  at: number;
  /** Its steps: from here ... */
  first: number;
  /** ... to here, this one not included. */
  end: number;
  mark: Mark;
}

const FRAME_STEPS = 100;
const CASE_EVENTS = new Set([
  "incident.opened",
  "incident.closed",
  "incident.cancelled",
  "incident.merged",
  "incident.reopened",
]);

function markOf(step: ReplayStep): Mark {
  const event = step.entry?.event ?? "";
  if (event === "alarm.raised" || event === "alarm.escalated") return "alarm";
  if (CASE_EVENTS.has(event)) return "case";
  return isTold(step) ? "event" : "quiet";
}

/** Whether a step has something to be read. */
export function isTold(step: ReplayStep): boolean {
  return step.masked || (step.entry?.textId ?? "") !== "";
}

const MARKS: readonly Mark[] = ["alarm", "case", "event", "quiet"];

/** Takes a step in, as the boards did. */
function apply(entities: Map<string, Entity>, step: ReplayStep): void {
  for (const entity of step.changes) {
    if (entity.removed) entities.delete(entity.key);
    else entities.set(entity.key, entity);
  }
}

function momentsOf(steps: readonly FilmStep[]): Moment[] {
  const moments: Moment[] = [];
  steps.forEach(({ at, step }, index) => {
    const mark = markOf(step);
    const last = moments.at(-1);
    if (last?.at === at) {
      last.end = index + 1;
      if (MARKS.indexOf(mark) < MARKS.indexOf(last.mark)) last.mark = mark;
    } else moments.push({ at, first: index, end: index + 1, mark });
  });
  return moments;
}

function framesOf(
  base: ReadonlyMap<string, Entity>,
  steps: readonly FilmStep[],
): ReadonlyMap<string, Entity>[] {
  const frames = [base];
  const now = new Map(base);
  steps.forEach(({ step }, index) => {
    apply(now, step);
    if ((index + 1) % FRAME_STEPS === 0) frames.push(new Map(now));
  });
  return frames;
}

function tracksWith(have: Film["tracks"], reply: GetReplayResponse): Film["tracks"] {
  const tracks = new Map(have);
  for (const track of reply.tracks) {
    const points = [...(tracks.get(track.unitId) ?? []), ...track.points];
    tracks.set(
      track.unitId,
      points.sort((a, b) => (ms(a.at) ?? 0) - (ms(b.at) ?? 0)),
    );
  }
  return tracks;
}

/** The first page, or a further one behind what is here. */
export function withPage(film: Film | undefined, reply: GetReplayResponse): Film {
  const base = film?.frames[0] ?? new Map(reply.entities.map((entity) => [entity.key, entity]));
  const came = reply.steps.map((step) => ({ at: ms(step.at) ?? 0, step }));
  const steps = [...(film?.steps ?? []), ...came];
  return {
    from: ms(reply.from) ?? 0,
    to: ms(reply.to) ?? 0,
    steps,
    moments: momentsOf(steps),
    frames: framesOf(base, steps),
    tracks: tracksWith(film?.tracks ?? new Map(), reply),
    incidentId: reply.incidentId,
    incidentNumber: reply.incidentNumber,
    next: reply.nextPageToken,
    loaded: reply.events === 0n ? 1 : Number(reply.eventsTold) / Number(reply.events),
  };
}

/** How many moments have been reached at a time: the last of them is at or before it. */
export function reached(moments: readonly Moment[], at: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The boards after so many moments. */
export function boardAfter(film: Film, count: number): ReadonlyMap<string, Entity> {
  const steps = count > 0 ? (film.moments[count - 1]?.end ?? 0) : 0;
  const frame = Math.floor(steps / FRAME_STEPS);
  const entities = new Map(film.frames[frame]);
  for (const { step } of film.steps.slice(frame * FRAME_STEPS, steps)) apply(entities, step);
  return entities;
}

/** Where a unit was last known to be at a time. */
export function positionAt(film: Film, unitId: string, at: number): UnitPosition | undefined {
  return film.tracks.get(unitId)?.findLast((point) => (ms(point.at) ?? 0) <= at);
}

/** A unit as it was, with where it was. */
export function unitAt(film: Film, unit: UnitView, at: number): UnitView {
  const known = positionAt(film, unit.id, at);
  // Messages are not written to: the same one stands in many frames.
  return known ? { ...unit, positionNow: known } : unit;
}

/** The next moment in a direction that has something to be read or seen; undefined at the end. */
export function neighbour(film: Film, at: number, by: 1 | -1): number | undefined {
  const count = reached(film.moments, at);
  const loud = (moment: Moment): boolean => moment.mark !== "quiet";
  if (by > 0) return film.moments.slice(count).find(loud)?.at;
  return film.moments.slice(0, count).findLast((moment) => moment.at < at && loud(moment))?.at;
}

/** For tests and the design page: a position of a unit. */
export function point(latitude: number, longitude: number, at: number): UnitPosition {
  return create(UnitPositionSchema, { point: { latitude, longitude }, at: timestampFromMs(at) });
}
