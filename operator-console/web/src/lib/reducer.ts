import type { Change, Entity, Snapshot } from "../gen/siaga/v1/live_pb.ts";

/**
 * What this screen knows of its audience: a snapshot and the changes after it. Pure: every function
 * returns a new replica and leaves the old one as it was, so that a frame can be drawn from one.
 */
export interface Replica {
  readonly entities: ReadonlyMap<string, Entity>;
  /** Positions of what was removed, so that an older change cannot bring it back. */
  readonly removed: ReadonlyMap<string, bigint>;
  /** Where to go on after a lost connection; empty before the first snapshot is whole. */
  readonly cursor: string;
  /** A snapshot that is still arriving in parts. */
  readonly incoming: ReadonlyMap<string, Entity> | undefined;
  /** A whole snapshot has been seen. */
  readonly ready: boolean;
}

export type Frame = { case: "snapshot"; value: Snapshot } | { case: "change"; value: Change };

/** Removals remembered between two snapshots; the oldest are dropped first. */
const REMOVED_MAX = 20_000;

export const emptyReplica: Replica = {
  entities: new Map(),
  removed: new Map(),
  cursor: "",
  incoming: undefined,
  ready: false,
};

/** The time of an entity's telemetry in ns, which moves without moving its place in the log. */
function telemetryAt(entity: Entity): bigint {
  const at = entity.value.case === "unit" ? entity.value.value.positionNow?.at : undefined;
  return at ? at.seconds * 1_000_000_000n + BigInt(at.nanos) : -1n;
}

/** Whether `next` is no news to somebody who has `have`. */
function isStale(have: Entity | undefined, next: Entity): boolean {
  // Position 0: no event says it, only time or the state of things now. The last word counts.
  if (!have || next.position === 0n) return false;
  if (next.position !== have.position) return next.position < have.position;
  // The state of the parts may stand still in the log while it changes.
  if (next.removed || next.value.case === "parts") return false;
  return telemetryAt(next) <= telemetryAt(have);
}

function put(entities: Map<string, Entity>, removed: Map<string, bigint>, next: Entity): void {
  const have = entities.get(next.key);
  if (isStale(have, next)) return;
  const gone = removed.get(next.key) ?? -1n;
  if (!next.removed) {
    if (next.position !== 0n && next.position <= gone) return;
    removed.delete(next.key);
    entities.set(next.key, next);
    return;
  }
  // What was known of it may still be on its way a second time: it is no news either.
  const upTo = [have?.position ?? 0n, next.position, gone].reduce((a, b) => (b > a ? b : a));
  entities.delete(next.key);
  removed.delete(next.key);
  removed.set(next.key, upTo);
  if (removed.size > REMOVED_MAX) removed.delete(removed.keys().next().value ?? "");
}

/**
 * Applies frames in the order they came. Frames may be repeated or overtaken by others: an entity
 * only ever moves forward. A batch costs one copy, so callers collect what arrives between two
 * drawn frames.
 */
export function reduce(replica: Replica, frames: readonly Frame[]): Replica {
  let entities: Map<string, Entity> = new Map(replica.entities);
  let removed: Map<string, bigint> = new Map(replica.removed);
  let incoming = replica.incoming ? new Map(replica.incoming) : undefined;
  let { cursor, ready } = replica;
  for (const frame of frames) {
    if (frame.case === "change") {
      const entity = frame.value.entity;
      if (entity) {
        put(entities, removed, entity);
        // A change between the parts of a snapshot is newer than what the snapshot holds of it.
        if (incoming) put(incoming, new Map(), entity);
      }
      if (!incoming && frame.value.cursor) cursor = frame.value.cursor;
      continue;
    }
    incoming ??= new Map();
    for (const entity of frame.value.entities) {
      if (!entity.removed && !isStale(incoming.get(entity.key), entity)) incoming.set(entity.key, entity);
    }
    if (!frame.value.last) continue;
    // It replaces everything: a log that was restored may stand before what was known.
    entities = incoming;
    removed = new Map();
    incoming = undefined;
    cursor = frame.value.cursor;
    ready = true;
  }
  return { entities, removed, cursor, incoming, ready };
}

/** A connection broke in the middle of a snapshot: its parts are worth nothing. */
export function dropIncoming(replica: Replica): Replica {
  return replica.incoming ? { ...replica, incoming: undefined } : replica;
}
