/**
 * The one order of what waits. Priorities are 1 (life in danger) to 4; 0 is one that nobody has set yet, which may be
 * anything: it stands behind what is known to be critical, because a certain need comes before a possible one, and
 * before all that somebody has already judged to be less. Last it would be forgotten, and it is the one case about which
 * nobody has thought yet.
 */
const UNKNOWN = 1.5;

export function urgency(priority: number | undefined): number {
  return priority || UNKNOWN;
}

interface Read<T> {
  priority: (one: T) => number | undefined;
  /** Since when it waits, ms since the epoch. */
  since: (one: T) => number | undefined;
}

/** Compares for sorting: the most urgent first, of equals the one that has waited longest. */
export function byUrgency<T>(read: Read<T>): (a: T, b: T) => number {
  return (a, b) =>
    urgency(read.priority(a)) - urgency(read.priority(b)) || (read.since(a) ?? 0) - (read.since(b) ?? 0);
}
