import { clock } from "./clock.svelte.ts";

/**
 * Sounds for new work and alarms, made by WebAudio: nothing to load, nothing to miss.
 * They can be muted only for a time, because a forgotten mute would lose an emergency.
 */
export type Signal = "call" | "work" | "alarm" | "message";

const MUTE_MS = 2 * 60_000;

/** Two tones each: [frequency Hz, start s, length s]. */
const TONES: Record<Signal, [number, number, number][]> = {
  call: [
    [880, 0, 0.12],
    [1175, 0.15, 0.16],
  ],
  work: [
    [660, 0, 0.14],
    [880, 0.17, 0.14],
    [1320, 0.34, 0.22],
  ],
  alarm: [
    [980, 0, 0.18],
    [740, 0.22, 0.24],
  ],
  // Low and short: it asks for a look, not for a hand.
  message: [
    [523, 0, 0.09],
    [659, 0.1, 0.12],
  ],
};

class Sound {
  /** Until when it is muted, for showing: ms since the epoch by the server's clock; 0 when it is not. */
  mutedUntil = $state(0);
  /** The same as ms of `performance.now()`: a machine whose clock is set meanwhile stays silent no longer for it. */
  #muteEnds = 0;
  /** The browser holds sound back until the person has touched the page once. */
  blocked = $state(true);
  #context: AudioContext | undefined;

  /** Call on any click or key: the browser lets sound through from then on. */
  unlock(): void {
    if (typeof AudioContext === "undefined") return;
    this.#context ??= new AudioContext();
    void this.#context.resume().then(() => {
      this.blocked = this.#context?.state !== "running";
    });
  }

  mute(): void {
    this.#muteEnds = performance.now() + MUTE_MS;
    this.mutedUntil = clock.read() + MUTE_MS;
    setTimeout(() => this.#unmuteWhenDue(), MUTE_MS + 50);
  }

  unmute(): void {
    this.#muteEnds = 0;
    this.mutedUntil = 0;
  }

  #unmuteWhenDue(): void {
    if (this.mutedUntil > 0 && performance.now() >= this.#muteEnds) this.unmute();
  }

  /** Plays a signal; `loudness` 0..1 grows with how long something waits. */
  play(signal: Signal, loudness = 0.4): void {
    const context = this.#context;
    // A hidden page's timer may come a minute late: what sounds looks for itself.
    this.#unmuteWhenDue();
    if (!context || context.state !== "running" || this.mutedUntil > 0) return;
    const volume = context.createGain();
    volume.gain.value = Math.min(1, Math.max(0.05, loudness)) * 0.3;
    volume.connect(context.destination);
    for (const [frequency, start, length] of TONES[signal]) {
      const tone = context.createOscillator();
      tone.frequency.value = frequency;
      tone.type = "triangle";
      tone.connect(volume);
      tone.start(context.currentTime + start);
      tone.stop(context.currentTime + start + length);
    }
  }
}

export const sound = new Sound();
