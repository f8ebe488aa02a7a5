import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clock } from "./clock.svelte.ts";
import { sound } from "./sound.svelte.ts";
import { keepLooking, loudness, soundWhile, type Waiting } from "./sounding.svelte.ts";

let tick: () => void = () => undefined;
vi.mock("./ticker.ts", () => ({
  everySecond: (run: () => void) => {
    tick = run;
    return () => (tick = () => undefined);
  },
}));

const RHYTHM = { everyMs: 3_000, first: 0.4, loudestAfterMs: 30_000 };
let now = 0;
const stops: (() => void)[] = [];

/** So many of the ticker's seconds pass. */
function pass(seconds: number): void {
  for (let n = 0; n < seconds; n++) {
    now += 1_000;
    tick();
  }
}

beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.spyOn(clock, "read").mockImplementation(() => now);
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  sound.unmute();
  vi.restoreAllMocks();
});

describe("how loud something sounds", () => {
  test("grows with what it waited, from its beginning to the whole, and no further", () => {
    expect(loudness(0, RHYTHM)).toBe(0.4);
    expect(loudness(15_000, RHYTHM)).toBeCloseTo(0.7);
    expect(loudness(30_000, RHYTHM)).toBe(1);
    expect(loudness(3_600_000, RHYTHM)).toBe(1);
  });

  test("a time in the future is no reason for silence", () => {
    expect(loudness(-600_000, RHYTHM)).toBe(0.4);
  });
});

describe("what waits sounds", () => {
  let waiting: Waiting | undefined;
  let played: number[] = [];
  const add = (...ids: string[]) => (waiting = { signal: "work", ids, since: 0 });
  beforeEach(() => {
    waiting = undefined;
    played = [];
    vi.spyOn(sound, "play").mockImplementation((_, loud) => void played.push(loud ?? 0));
    stops.push(soundWhile(() => waiting, RHYTHM));
    flushSync();
  });

  test("in its beat, louder each time, until nobody waits", () => {
    add("a");
    pass(7);
    expect(played).toHaveLength(3);
    expect(played).toEqual([...played].sort((a, b) => a - b));
    expect(new Set(played).size).toBe(3);
    waiting = undefined;
    pass(10);
    expect(played).toHaveLength(3);
  });

  test("another one that comes does not wait for the beat", () => {
    add("a");
    pass(1);
    add("a", "b");
    pass(1);
    expect(played).toHaveLength(2);
    pass(1);
    expect(played).toHaveLength(2);
  });

  test("the same one that comes again is new", () => {
    add("a");
    pass(1);
    waiting = undefined;
    pass(1);
    add("a");
    pass(1);
    expect(played).toHaveLength(2);
  });
});

describe("looking", () => {
  test("happens without any timer when what is read changes", () => {
    const before = sound.mutedUntil;
    const seen: number[] = [];
    stops.push(keepLooking(() => void seen.push(sound.mutedUntil)));
    flushSync();
    sound.mute();
    flushSync();
    expect(seen).toEqual([before, sound.mutedUntil]);
  });
});

/** A browser's sound, of which only the number of tones is known. */
class FakeAudio {
  static tones = 0;
  state = "running";
  currentTime = 0;
  destination = {};
  resume = () => Promise.resolve();
  createGain = () => ({ gain: { value: 0 }, connect: () => undefined });
  createOscillator = () => ({
    frequency: { value: 0 },
    type: "",
    connect: () => undefined,
    start: () => (FakeAudio.tones += 1),
    stop: () => undefined,
  });
}

describe("a mute", () => {
  test("lasts two minutes of real time, whatever the machine's clock is set to, and says when it ends", () => {
    vi.stubGlobal("AudioContext", FakeAudio);
    const wall = vi.spyOn(Date, "now");
    const tones = () => {
      FakeAudio.tones = 0;
      sound.play("work");
      return FakeAudio.tones;
    };
    sound.unlock();
    expect(tones()).toBe(3);
    sound.mute();
    expect(sound.mutedUntil).toBe(now + 120_000);
    // The machine's clock is put ahead by ten minutes: the mute goes on.
    wall.mockReturnValue(9e15);
    now += 119_000;
    expect(tones()).toBe(0);
    // And back by a day: it ends all the same.
    wall.mockReturnValue(1);
    now += 1_001;
    expect(tones()).toBe(3);
    expect(sound.mutedUntil).toBe(0);
    vi.unstubAllGlobals();
  });
});
