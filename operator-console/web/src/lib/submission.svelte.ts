import { onDestroy } from "svelte";
import { report } from "./act.ts";
import { toSiagaError, type SiagaError } from "./errors.ts";

/**
 * What a dialog sends: one command at a time, and why it failed, for the dialog to show beside its
 * buttons. What was typed stays where it is. Made while a component is being made.
 */
export class Submission {
  busy = $state(false);
  failure = $state.raw<SiagaError | undefined>();
  #gone = false;

  constructor() {
    onDestroy(() => (this.#gone = true));
  }

  /** Runs it unless one is on its way; resolves to whether it was done and the dialog still stands. */
  async run(command: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await command();
      this.failure = undefined;
      return !this.#gone;
    } catch (thrown) {
      // The dialog was closed while its command waited: the refusal is said where it can be seen.
      if (this.#gone) report(thrown);
      else this.failure = toSiagaError(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
