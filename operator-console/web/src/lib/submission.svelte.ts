import { toSiagaError, type SiagaError } from "./errors.ts";

/**
 * What a dialog sends: one command at a time, and why it failed, for the dialog to show beside its
 * buttons. What was typed stays where it is.
 */
export class Submission {
  busy = $state(false);
  failure = $state.raw<SiagaError | undefined>();

  /** Runs it unless one is on its way; resolves to whether it was done. */
  async run(command: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await command();
      this.failure = undefined;
      return true;
    } catch (thrown) {
      this.failure = toSiagaError(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
