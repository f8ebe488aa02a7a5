/** Keeps the screen on where a crew wants it: a phone that sleeps cannot sound. Off unless asked for, it costs power. */
const KEY = "siaga.unit.awake";

function wantedBefore(): boolean {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

class Awake {
  readonly possible = typeof navigator !== "undefined" && "wakeLock" in navigator;
  wanted = $state(wantedBefore());
  #lock: WakeLockSentinel | undefined;

  toggle(): void {
    this.wanted = !this.wanted;
    try {
      localStorage.setItem(KEY, this.wanted ? "yes" : "no");
    } catch {
      // Without storage it holds as long as the page lives.
    }
    void this.hold();
  }

  /** Takes or gives back the lock; the browser drops it with each hidden page, so it is taken again. */
  hold = async (): Promise<void> => {
    if (!this.possible) return;
    if (!this.wanted) {
      await this.#lock?.release();
      this.#lock = undefined;
      return;
    }
    if (document.visibilityState === "hidden") return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
    } catch {
      // A battery that runs low refuses it: the phone knows best.
    }
  };

  release(): void {
    void this.#lock?.release();
    this.#lock = undefined;
  }
}

export const awake = new Awake();
