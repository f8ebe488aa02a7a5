import { untrack } from "svelte";
import { clock } from "./clock.svelte.ts";
import { sound, type Signal } from "./sound.svelte.ts";
import { everySecond } from "./ticker.ts";

/** What waits for a person. */
export interface Waiting {
  signal: Signal;
  /** Everything that waits; one that was not among them before sounds at once. */
  ids: readonly string[];
  /** Since when the one waits that has waited longest, ms since the epoch by the server's clock. */
  since: number;
}

export interface Growth {
  /** Loudness (0..1) of what has just come. */
  first: number;
  /** After this long it is as loud as it gets, ms. */
  loudestAfterMs: number;
}

/** Signals that follow each other sooner are one noise. */
const APART_MS = 1_000;
/** The ticker comes about once a second: a beat of 3 s must not become one of 4 s because it came a moment early. */
const EARLY_MS = 500;

/** How loud (0..1) something sounds that has waited this long. */
export function loudness(waitedMs: number, { first, loudestAfterMs }: Growth): number {
  return first + (1 - first) * Math.min(1, Math.max(0, waitedMs) / loudestAfterMs);
}

/**
 * Looks at once when something changes that `look` reads, and every second besides, also in a hidden tab; returns what
 * stops it.
 */
export function keepLooking(look: () => void): () => void {
  const stopTicker = everySecond(() => untrack(look));
  const stopEffect = $effect.root(() => {
    $effect(look);
  });
  return () => {
    stopTicker();
    stopEffect();
  };
}

/**
 * Sounds while something waits: at once when it comes, then every `everyMs`, louder the longer it waits; returns what
 * stops it.
 */
export function soundWhile(
  waiting: () => Waiting | undefined,
  { everyMs, ...growth }: Growth & { everyMs: number },
): () => void {
  let heard: ReadonlySet<string> = new Set();
  let soundedAt = Number.NEGATIVE_INFINITY;
  return keepLooking(() => {
    const now = waiting();
    if (!now) {
      heard = new Set();
      return;
    }
    const silentMs = performance.now() - soundedAt;
    const isNew = now.ids.some((id) => !heard.has(id));
    if (silentMs < (isNew ? APART_MS : everyMs - EARLY_MS)) return;
    heard = new Set(now.ids);
    soundedAt = performance.now();
    untrack(() => sound.play(now.signal, loudness(clock.read() - now.since, growth)));
  });
}
