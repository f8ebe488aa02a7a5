import { admin } from "./admin.ts";
import { agency } from "./agency.ts";
import { commands } from "./commands.ts";
import { common } from "./common.ts";
import { hub } from "./hub.ts";
import { map } from "./map.ts";
import { operator } from "./operator.ts";
import { messages as chat } from "./messages.ts";
import { outbox } from "./outbox.ts";
import { paper } from "./paper.ts";
import { photo } from "./photo.ts";
import { replay } from "./replay.ts";
import { setup } from "./setup.ts";
import { supervisor } from "./supervisor.ts";
import { unit } from "./unit.ts";
import { lang } from "./lang.svelte.ts";

/** The catalogue: one room a file, every key in both languages (the type of `catalogue` sees to it). */
export const messages = {
  ...common,
  ...commands,
  ...operator,
  ...agency,
  ...map,
  ...chat,
  ...outbox,
  ...paper,
  ...photo,
  ...supervisor,
  ...hub,
  ...admin,
  ...replay,
  ...setup,
  ...unit,
};

export type Key = keyof typeof messages;

/** The same, for names that only data know. */
const byName: Readonly<Record<string, readonly [string, string] | undefined>> = messages;

/** The `{name}` holes of a message. */
type Holes<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;
type Params<K extends Key> = Holes<(typeof messages)[K][0]>;

/** Fills the `{name}` holes of a message; also used with texts that came from the server. */
export function fill(text: string, params: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}

/**
 * The text of a key in the chosen language. Reactive: a change of language redraws what used it.
 * A key that does not exist, or a hole left unfilled, is a type error.
 */
export function t<K extends Key>(
  key: K,
  ...args: [Params<K>] extends [never] ? [] : [Record<Params<K>, string | number>]
): string {
  const entry = messages[key] as readonly [string, string];
  return fill(entry[lang.current === "id" ? 0 : 1], args[0]);
}

/** Families of messages whose last part is a number of the contract: `step.4`. */
export type Family = Key extends infer K ? (K extends `${infer F}.${number}` ? F : never) : never;

/** The text of a member of a family; a number that this screen does not know yet reads "unknown". */
export function tn(family: Family, number: number): string {
  const key = `${family}.${number}`;
  const entry = byName[key] ?? messages.unknown;
  return entry[lang.current === "id" ? 0 : 1];
}

/** The text of a key that only the data of a screen name, such as a field's label; its holes stay as they are. */
export function tk(key: Key): string {
  return byName[key]?.[lang.current === "id" ? 0 : 1] ?? key;
}

/** The text of a code that the server uses as a word, e.g. `hubStage.en_route`; one without a text shows itself. */
export function tw(family: string, code: string): string {
  const key = `${family}.${code}`;
  return byName[key]?.[lang.current === "id" ? 0 : 1] ?? code;
}

/** Chooses between the two texts that data from the server carry. */
export function pick(id: string, en: string): string {
  return lang.current === "id" ? id || en : en || id;
}

export { lang };
