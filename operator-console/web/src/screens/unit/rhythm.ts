import { distanceM, type TypedPoint } from "../../lib/place.ts";

/** Where the phone was, and when by the server's clock, ms. */
export interface Fix extends TypedPoint {
  at: number;
  speedMps?: number;
}

/** How often positions go out: `saving` when the battery runs low. */
export interface Rhythm {
  /** It has moved this far, m... */
  movedM: number;
  /** ...but never more often than this, ms. */
  leastMs: number;
  /** Also when it stands still, ms. */
  mostMs: number;
}

export const USUAL: Rhythm = { movedM: 40, leastMs: 5_000, mostMs: 30_000 };
export const SAVING: Rhythm = { movedM: 150, leastMs: 30_000, mostMs: 120_000 };
/** Below this the battery is spared, unless it is being charged. */
export const LOW_BATTERY = 0.2;
/** Older than this a position says nothing about now, and is not sent. */
export const FRESH_MS = 60_000;

/** The last one that went out, and when it did. */
export interface Sent extends Fix {
  sentAt: number;
}

/** Whether a position is worth sending. */
export function isDue(fix: Fix, sent: Sent | undefined, now: number, rhythm: Rhythm): boolean {
  if (now - fix.at > FRESH_MS) return false;
  if (!sent) return true;
  if (fix.at <= sent.at) return false;
  const elapsed = now - sent.sentAt;
  if (elapsed >= rhythm.mostMs) return true;
  // What lies within the position's own error is no movement.
  const moved = distanceM(sent, fix) - Math.min(fix.accuracyM ?? 0, rhythm.movedM);
  return elapsed >= rhythm.leastMs && (moved >= rhythm.movedM || distanceM(sent, fix) >= 2 * rhythm.movedM);
}
