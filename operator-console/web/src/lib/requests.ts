import { clock } from "./clock.svelte.ts";
import { uuid7 } from "./uuid7.ts";

const KEY = "siaga.requests";
const LIFE_MS = 24 * 3600_000;
const LIMIT = 200;

/**
 * The request ids of commands whose outcome is not known yet. The same command again (a retry, a
 * second press, the form sent once more after a reload) finds the same id, so that the server does
 * it once. A command that was answered, yes or no, is forgotten: doing it again is then meant.
 */
export class RequestIds {
  #open = new Map<string, { id: string; at: number }>();

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined) {
    try {
      const kept = JSON.parse(storage?.getItem(KEY) ?? "[]") as [string, { id: string; at: number }][];
      this.#open = new Map(kept.filter(([, one]) => Date.now() - one.at < LIFE_MS));
    } catch {
      // What cannot be read costs only the memory of one unanswered command.
    }
  }

  /** The id for this command: the one of its unanswered first try, or a new one. */
  take(fingerprint: string): string {
    const known = this.#open.get(fingerprint);
    if (known) return known.id;
    // The server reads the time of an id: this machine's own clock may be wrong.
    const id = uuid7(Math.round(clock.read()));
    this.#open.set(fingerprint, { id, at: Date.now() });
    if (this.#open.size > LIMIT) this.#open.delete(this.#open.keys().next().value ?? "");
    this.#keep();
    return id;
  }

  /** The server has answered: the next command of this shape is a new one. */
  answered(fingerprint: string): void {
    if (this.#open.delete(fingerprint)) this.#keep();
  }

  #keep(): void {
    try {
      this.storage?.setItem(KEY, JSON.stringify([...this.#open]));
    } catch {
      // Without storage the ids last as long as the tab.
    }
  }
}

/** A 64-bit FNV-1a of a text, as hex: names a command without keeping what it says. */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16);
}
