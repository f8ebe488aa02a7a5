import { soundMessages } from "../../lib/conversations.svelte.ts";
import { clock } from "../../lib/clock.svelte.ts";
import { ms } from "../../lib/proto.ts";
import { soundWhile, type Waiting } from "../../lib/sounding.svelte.ts";
import { world } from "../../lib/world.svelte.ts";
import { desk } from "./desk.svelte.ts";

const RHYTHM = { everyMs: 3_000, first: 0.3, loudestAfterMs: 60_000 };

/** A call that rings, and only when none does an alarm that nobody has taken. */
function waiting(): Waiting | undefined {
  const call = desk.ringing[0];
  if (call) {
    const ids = desk.ringing.map((one) => one.id);
    return { signal: "call", ids, since: ms(call.ringingAt) ?? clock.read() };
  }
  const untaken = desk.alarms.filter((one) => !one.takenByLabel);
  if (untaken.length === 0) return undefined;
  const since = Math.min(...untaken.map((one) => ms(one.raisedAt) ?? clock.read()));
  return { signal: "alarm", ids: untaken.map((one) => one.id), since };
}

/** Sounds while a call rings or an alarm is untaken, louder the longer it waits; returns what stops it. */
export function soundTheDesk(): () => void {
  const stopWork = soundWhile(waiting, RHYTHM);
  const stopMessages = soundMessages("centre", (one) => answersFor(one.incidentId));
  return () => {
    stopWork();
    stopMessages();
  };
}

/** A message concerns whose card it is, who has the card in hand, and everybody where it is nobody's. */
function answersFor(incidentId: string): boolean {
  const owner = world.incident(incidentId)?.ownerAccountId;
  return !owner || owner === desk.me || desk.incidentId === incidentId;
}
