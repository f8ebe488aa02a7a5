import type { GetCallVolumeResponse, LevelFigure } from "../../gen/siaga/v1/statistics_pb.ts";
import { api } from "../../lib/api.ts";
import { clock } from "../../lib/clock.svelte.ts";
import { toSiagaError } from "../../lib/errors.ts";

/** The day's figures are counted anew this often; the live board tells the rest at once. */
const EVERY_MS = 20_000;
/** After a failure it is tried again sooner. */
const AGAIN_MS = 5_000;

/** The figures of today, by the city's clock. */
class Statistics {
  levels = $state.raw<LevelFigure[]>([]);
  volume = $state.raw<GetCallVolumeResponse | undefined>();
  /** When (ms, server's time) they were counted; 0: not yet. */
  countedAt = $state(0);
  /** Why they are old, when they are. */
  problem = $state("");

  #timer: ReturnType<typeof setTimeout> | undefined;
  #followers = 0;
  #turn = 0;

  level(code: string): LevelFigure | undefined {
    return this.levels.find((one) => one.level?.code === code);
  }

  /** Keeps the figures fresh while somebody looks; returns what stops it. */
  follow(): () => void {
    this.#followers += 1;
    if (this.#followers === 1) void this.#count();
    return () => {
      this.#followers -= 1;
      if (this.#followers > 0) return;
      clearTimeout(this.#timer);
      this.levels = [];
      this.volume = undefined;
      this.countedAt = 0;
    };
  }

  /** Counts at once: who opens the figures wants those of now. */
  refresh(): void {
    if (this.#followers > 0) void this.#count();
  }

  async #count(): Promise<void> {
    clearTimeout(this.#timer);
    // Of two counts that run at once only the later one is shown and goes on.
    const turn = ++this.#turn;
    let wait = EVERY_MS;
    try {
      const [levels, volume] = await Promise.all([
        api.statistics.getServiceLevels({}),
        api.statistics.getCallVolume({}),
      ]);
      if (this.#followers === 0 || turn !== this.#turn) return;
      this.levels = levels.levels;
      this.volume = volume;
      this.countedAt = clock.read();
      this.problem = "";
    } catch (thrown) {
      if (turn !== this.#turn) return;
      // Old figures stay, and say since when they are old.
      this.problem = toSiagaError(thrown).text;
      wait = AGAIN_MS;
    }
    if (this.#followers > 0) this.#timer = setTimeout(() => void this.#count(), wait);
  }
}

export const statistics = new Statistics();
