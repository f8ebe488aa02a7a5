import { untrack } from "svelte";
import type { AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import { act } from "./act.ts";
import { api } from "./api.ts";
import { live } from "./live.svelte.ts";
import { lastUnread, type Side } from "./messages.ts";
import { outbox } from "./outbox.svelte.ts";
import { sound } from "./sound.svelte.ts";
import { keepLooking } from "./sounding.svelte.ts";
import { world } from "./world.svelte.ts";

/** A message of this person that does not stand in its conversation yet. */
export interface Unsent {
  key: string;
  text: string;
  /** It waits for the connection, and goes out by itself. */
  waits: boolean;
}

interface Sending {
  key: string;
  assignmentId: string;
  text: string;
  /** How many messages there were before it. */
  after: number;
  /** The number it was given; 0: not answered yet. */
  number: number;
}

/** A conversation, as the live data have it. */
type Conversation = Pick<AssignmentView, "id" | "messages">;

/** It stands among the messages: known by its number, or before that is answered by its words. */
function hasArrived(one: Sending, { messages }: Conversation): boolean {
  if (one.number > 0) return (messages.at(-1)?.number ?? 0) >= one.number;
  return messages.some((other) => other.number > one.after && other.text === one.text);
}

let nextKey = 0;

function requestOf(body: string): { assignmentId?: string; text?: string } {
  try {
    return JSON.parse(body) as { assignmentId?: string; text?: string };
  } catch {
    // What cannot be read cannot be sent either; the outbox says so.
    return {};
  }
}

/** What is being said in the conversations of this desk. */
class Conversations {
  #sending = $state.raw<readonly Sending[]>([]);
  /** Up to which message a reading has been told, by assignment. */
  readonly #told = new Map<string, number>();

  /** What this person wrote that the live data do not have yet, also from before a reload; the first first. */
  unsent(assignment: Conversation): Unsent[] {
    const kept = outbox.list
      .filter((one) => one.method.endsWith("/SendMessage"))
      .map((one) => ({ key: one.id, ...requestOf(one.body) }))
      .filter((one) => one.assignmentId === assignment.id)
      .map(({ key, text }) => ({ key, text: text ?? "", waits: true }));
    const own = this.#sending
      .filter((one) => one.assignmentId === assignment.id && !hasArrived(one, assignment))
      .filter((one) => !kept.some((other) => other.text === one.text))
      .map(({ key, text }) => ({ key, text, waits: false }));
    return [...kept, ...own];
  }

  /** Sends; resolves to whether it was taken. A refusal is shown. */
  async send(assignment: Conversation, text: string): Promise<boolean> {
    const assignmentId = assignment.id;
    const after = assignment.messages.at(-1)?.number ?? 0;
    const one: Sending = { key: `sending-${nextKey++}`, assignmentId, text, after, number: 0 };
    this.#sending = [...this.#sending, one];
    const reply = await act(() => api.dispatch.sendMessage({ assignmentId, text }));
    const others = this.#sending.filter((other) => other.key !== one.key);
    // It is shown as its own until it comes back with the live data; what came back earlier is forgotten here.
    this.#sending = reply
      ? [
          ...others.filter((other) => other.assignmentId !== assignmentId || other.number === 0),
          { ...one, number: reply.number },
        ]
      : others;
    return reply !== undefined;
  }

  /** Tells once that messages were read. What cannot be told now is tried at the next look. */
  async read(assignmentId: string, upTo: number): Promise<void> {
    if (live.state !== "live" || (this.#told.get(assignmentId) ?? 0) >= upTo) return;
    this.#told.set(assignmentId, upTo);
    try {
      await api.dispatch.markMessagesRead({ assignmentId, upTo });
    } catch {
      this.#told.delete(assignmentId);
    }
  }
}

export const conversations = new Conversations();

/** Softly once more while something is unread: somebody may have been away from the desk. */
const AGAIN_MS = 30_000;

/**
 * Says softly that somebody wrote; returns what stops it.
 *
 * @param concerns leaves out what others answer
 */
export function soundMessages(side: Side, concerns: (assignment: AssignmentView) => boolean): () => void {
  const heard = new Map<string, number>();
  let soundedAt = Number.NEGATIVE_INFINITY;
  return keepLooking(() => {
    let [isUnread, isNew] = [false, false];
    for (const one of world.assignments) {
      const last = lastUnread(one, side);
      if (last === 0 || !concerns(one)) continue;
      isUnread = true;
      isNew ||= last > (heard.get(one.id) ?? 0);
      heard.set(one.id, last);
    }
    if (!isUnread || !(isNew || performance.now() - soundedAt >= AGAIN_MS)) return;
    soundedAt = performance.now();
    untrack(() => sound.play("message", 0.25));
  });
}
