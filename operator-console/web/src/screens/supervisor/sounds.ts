import { clock } from "../../lib/clock.svelte.ts";
import { ms } from "../../lib/proto.ts";
import { sound } from "../../lib/sound.svelte.ts";
import { watch } from "./watch.svelte.ts";

const EVERY_MS = 3_000;
/** After this long an alarm that nobody took is as loud as it gets. */
const LOUDEST_AFTER_MS = 60_000;

/** Sounds while an alarm is untaken, louder the longer it waits; returns what stops it. */
export function soundTheBoard(): () => void {
  const timer = setInterval(() => {
    const oldest = watch.untaken.map((alarm) => ms(alarm.raisedAt) ?? clock.read());
    if (oldest.length === 0) return;
    const waited = Math.max(0, clock.read() - Math.min(...oldest));
    sound.play("alarm", 0.3 + 0.7 * Math.min(1, waited / LOUDEST_AFTER_MS));
  }, EVERY_MS);
  return () => clearInterval(timer);
}
