import { clock } from "../../lib/clock.svelte.ts";
import { ms } from "../../lib/proto.ts";
import { soundWhile } from "../../lib/sounding.svelte.ts";
import { watch } from "./watch.svelte.ts";

const RHYTHM = { everyMs: 3_000, first: 0.3, loudestAfterMs: 60_000 };

/**
 * Sounds while an alarm is untaken, louder the longer it waits, on every screen of a supervisor; returns what stops it.
 *
 * @param wanted says whether this screen sounds at the moment
 */
export function soundTheBoard(wanted: () => boolean = () => true): () => void {
  return soundWhile(() => {
    const { untaken } = watch;
    if (untaken.length === 0 || !wanted()) return undefined;
    const since = Math.min(...untaken.map((alarm) => ms(alarm.raisedAt) ?? clock.read()));
    return { signal: "alarm", ids: untaken.map((alarm) => alarm.id), since };
  }, RHYTHM);
}
