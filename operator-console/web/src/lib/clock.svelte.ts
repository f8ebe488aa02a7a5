/**
 * The server's time. The machine's own clock may be wrong by minutes, so every clock on the
 * screen counts from what the server said, carried on by the monotonic clock of the browser.
 */
/** Less is the wobble of the network, not a wrong clock. */
const SKEW_MATTERS_MS = 2_000;

class ServerClock {
  /** Server time in ms, advanced a few times a second; reading it makes a component tick. */
  now = $state(Date.now());
  /** Server time minus `performance.now()`, from the sample with the shortest round trip. */
  #base = Date.now() - performance.now();
  #bestRoundTrip = Number.POSITIVE_INFINITY;
  #sampledAt = 0;

  /** Server time at this instant, in ms since the epoch. */
  read(): number {
    return this.#base + performance.now();
  }

  /**
   * Takes one sample: the server said `serverMs`, the question went out at `sentAt`
   * (`performance.now()`). Shorter round trips are more exact; an old best fades so that
   * a drifting clock is followed.
   */
  sample(serverMs: number, sentAt: number): void {
    const at = performance.now();
    const roundTrip = Math.max(0, at - sentAt);
    const faded = this.#bestRoundTrip + (at - this.#sampledAt) / 100;
    if (roundTrip > faded) return;
    this.#bestRoundTrip = roundTrip;
    this.#sampledAt = at;
    this.#base = serverMs + roundTrip / 2 - at;
    this.now = this.read();
  }

  /**
   * Goes by what was known of this machine's clock before: a phone that is opened without a network must not give its
   * statuses a wrong time. The first word of the server counts more.
   */
  assume(skewMs: number): void {
    if (this.#sampledAt > 0 || Math.abs(skewMs) < SKEW_MATTERS_MS) return;
    this.#base = Date.now() - skewMs - performance.now();
    this.now = this.read();
  }

  /** How far this machine's own clock is from the server's, in ms (positive: it runs ahead). */
  get skew(): number {
    return Date.now() - this.read();
  }

  /** Starts ticking; returns what stops it. */
  start(): () => void {
    const timer = setInterval(() => {
      this.now = this.read();
    }, 500);
    return () => clearInterval(timer);
  }
}

export const clock = new ServerClock();
