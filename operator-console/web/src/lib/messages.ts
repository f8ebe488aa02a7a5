import { Step, type AssignmentView, type MessageView } from "../gen/siaga/v1/dispatch_pb.ts";
import { fold } from "./search.ts";

/** Whose desk this is: the centre's, or an agency's. */
export type Side = "centre" | "agency";

/** Characters of a message; what is longer is a note. */
export const MESSAGE_CHARS_MAX = 500;

type Conversation = Pick<AssignmentView, "messages">;

/** The other side wrote it. */
export function isFromOther(one: Pick<MessageView, "fromCentre">, side: Side): boolean {
  return one.fromCentre !== (side === "centre");
}

/** Number of the last message of the other side that nobody here has read; 0 where there is none. */
export function lastUnread(conversation: Conversation, side: Side): number {
  return conversation.messages.findLast((one) => isFromOther(one, side) && !one.readAt)?.number ?? 0;
}

/** Messages of the other side that nobody here has read. */
export function unread(conversation: Conversation, side: Side): number {
  return conversation.messages.filter((one) => isFromOther(one, side) && !one.readAt).length;
}

/** Nothing is written any more to who declined, or was taken off the case. */
export function mayWrite(step: Step): boolean {
  return step <= Step.COMPLETED;
}

/**
 * The messages as the full card has them, where the live data hide what they say: numbers, readings and whether there
 * is one at all come from the live ones.
 */
export function withTexts(
  live: readonly MessageView[],
  full: readonly MessageView[],
): readonly MessageView[] {
  const texts = new Map(full.map((one) => [one.number, one.text]));
  return live.map((one) => (one.text ? one : { ...one, text: texts.get(one.number) ?? "" }));
}

export interface Addressee {
  code: string;
  /** The name that lists write. */
  short: string;
}

/** Letters and digits only: `PSC 119`, `psc119` and `psc-119` are the same. */
function letters(text: string): string {
  return fold(text).replace(/[^\p{L}\p{N}]/gu, "");
}

const NAME_WORDS_MAX = 4;
/** Fewer letters of a name are a guess. */
const PREFIX_MIN = 3;

/**
 * Whom `damkar pakai gang belakang` is for, and what it says. The longest name counts; the beginning of one is enough
 * where only one agency's begins so. Nothing where nobody is named: a message must not go to a guess.
 */
export function addressed(
  words: string,
  agencies: readonly Addressee[],
): { code: string; text: string } | undefined {
  const typed = words.trim();
  const parts = typed.split(/\s+/);
  const names = agencies.map((one) => ({ code: one.code, names: [letters(one.code), letters(one.short)] }));
  const rest = (count: number) => typed.replace(new RegExp(`^(\\S+\\s*){${count}}`), "");
  for (let count = Math.min(NAME_WORDS_MAX, parts.length); count > 0; count--) {
    const named = letters(parts.slice(0, count).join(""));
    const found = names.find((one) => named && one.names.includes(named));
    if (found) return { code: found.code, text: rest(count) };
  }
  const begun = letters(parts[0] ?? "");
  if (begun.length < PREFIX_MIN) return undefined;
  const fitting = names.filter((one) => one.names.some((name) => name.startsWith(begun)));
  return fitting.length === 1 && fitting[0] ? { code: fitting[0].code, text: rest(1) } : undefined;
}
