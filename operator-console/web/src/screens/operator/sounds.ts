import { clock } from "../../lib/clock.svelte.ts";
import { ms } from "../../lib/proto.ts";
import { soundMessages } from "../../lib/conversations.svelte.ts";
import { sound } from "../../lib/sound.svelte.ts";
import { world } from "../../lib/world.svelte.ts";
import { desk } from "./desk.svelte.ts";

const EVERY_MS = 3_000;
/** After this long something that waits is as loud as it gets. */
const LOUDEST_AFTER_MS = 60_000;

function loudness(since: number): number {
  return 0.3 + 0.7 * Math.min(1, Math.max(0, clock.read() - since) / LOUDEST_AFTER_MS);
}

/** Sounds while a call rings or an alarm is untaken, louder the longer it waits; returns what stops it. */
export function soundTheDesk(): () => void {
  const timer = setInterval(() => {
    const call = desk.ringing[0];
    if (call) {
      sound.play("call", loudness(ms(call.ringingAt) ?? clock.read()));
      return;
    }
    const alarm = desk.alarms.find((one) => !one.takenByLabel);
    if (alarm) sound.play("alarm", loudness(ms(alarm.raisedAt) ?? clock.read()));
  }, EVERY_MS);
  const stopMessages = soundMessages("centre", (one) => answersFor(one.incidentId));
  return () => {
    clearInterval(timer);
    stopMessages();
  };
}

/** A message concerns whose card it is, who has the card in hand, and everybody where it is nobody's. */
function answersFor(incidentId: string): boolean {
  const owner = world.incident(incidentId)?.ownerAccountId;
  return !owner || owner === desk.me || desk.incidentId === incidentId;
}
