import { clock } from "./clock.svelte.ts";
import { toSiagaError, type SiagaError } from "./errors.ts";

/**
 * What a screen has asked for and shows: the answer stays on the screen while a newer one is fetched, and also when
 * that fails, with the failure beside it. Only the newest question counts.
 */
export class Query<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<SiagaError | undefined>();
  loading = $state(false);
  /** When `data` came, by the server's clock; 0 while there are none. */
  readAt = $state(0);
  #newest = 0;

  async load(ask: () => Promise<T>): Promise<void> {
    const mine = ++this.#newest;
    this.loading = true;
    try {
      const data = await ask();
      if (mine !== this.#newest) return;
      this.data = data;
      this.error = undefined;
      this.readAt = clock.read();
    } catch (thrown) {
      if (mine !== this.#newest) return;
      this.error = toSiagaError(thrown);
    } finally {
      if (mine === this.#newest) this.loading = false;
    }
  }

  /** Forgets the answer, and whatever is still on its way. */
  clear(): void {
    this.#newest++;
    this.data = undefined;
    this.error = undefined;
    this.loading = false;
    this.readAt = 0;
  }
}
