import { untrack } from "svelte";
import type { AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { watch } from "./watch.svelte.ts";

/**
 * How long the keys and buttons that act do nothing after the assignment under them has become another one: longer
 * than a press that was already on its way, shorter than reading the new one takes.
 */
export const REST_MS = 1_000;

/**
 * The new assignment that fills the screen. It stays until somebody has it or the dispatcher turns to another: one that
 * comes meanwhile, however urgent, announces itself beside it and never takes its place under the finger.
 */
class Drawn {
  #pinnedId = $state("");
  /** New ones that were drawn, the last one at the end. */
  #turns = $state.raw<readonly string[]>([]);
  /** Another one has just come up: what acts waits a moment. */
  resting = $state(false);
  #settledId = "";
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  now: AssignmentView | undefined = $derived(
    watch.fresh.find((one) => one.id === this.#pinnedId) ?? watch.fresh[0],
  );
  /** The other new ones, the next to turn to first: those not yet drawn before those that were, by urgency. */
  others: AssignmentView[] = $derived(
    watch.fresh
      .filter((one) => one !== this.now)
      .map((one, index) => ({ one, turn: this.#turns.indexOf(one.id), index }))
      .sort((a, b) => a.turn - b.turn || a.index - b.index)
      .map(({ one }) => one),
  );
  /** A new assignment fills the screen, and a key may act on it. */
  mayAct: boolean = $derived(this.now !== undefined && !this.resting);

  /** Draws another of the new ones; the one before waits beside it. */
  turnTo(one: AssignmentView | undefined): void {
    if (one) this.#pinnedId = one.id;
  }

  /** Belongs into an effect: pins what is drawn, and lets the keys rest when it has become another. */
  settle(): void {
    const id = this.now?.id ?? "";
    if (id === this.#settledId) return;
    // The dispatcher's own Enter leads to the case that was accepted: the next key is meant for that one.
    const isOwn = id === "" && this.#settledId === watch.ownId;
    this.#settledId = id;
    untrack(() => {
      this.#pinnedId = id;
      const known = this.#turns.filter((one) => one !== id && watch.fresh.some((other) => other.id === one));
      this.#turns = id ? [...known, id] : known;
    });
    if (!isOwn) this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#restTimer);
    this.resting = true;
    // The browser's timers are monotonic, and one that is late only lets the keys rest longer.
    this.#restTimer = setTimeout(() => (this.resting = false), REST_MS);
  }

  /** Forgets what was drawn: the screen is left. */
  reset(): void {
    clearTimeout(this.#restTimer);
    this.resting = false;
    this.#settledId = "";
    this.#pinnedId = "";
    this.#turns = [];
  }
}

export const drawn = new Drawn();
