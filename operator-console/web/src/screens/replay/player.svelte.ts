import type { Entity } from "../../gen/siaga/v1/live_pb.ts";
import type { UnitView } from "../../gen/siaga/v1/unit_pb.ts";
import { api } from "../../lib/api.ts";
import { toSiagaError, type SiagaError } from "../../lib/errors.ts";
import { assignmentsByIncident, listsOf, type Lists } from "../../lib/lists.ts";
import { at as timestamp } from "../../lib/proto.ts";
import { casesOf, type BoardCase } from "../supervisor/board.ts";
import { boardAfter, neighbour, reached, unitAt, withPage, type Film } from "./film.ts";

/** What is to be replayed: a case by its number, or a stretch of the whole centre in ms. */
export type Asked = { number: string } | { from: number; to: number };

export const SPEEDS = [1, 10, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** How often a replay that plays moves on, in ms: smooth enough for clocks in seconds. */
const TICK_MS = 100;
/** Marks of units need not move more often than this, in ms of the replayed time. */
const POSITIONS_MS = 5_000;

/** A replay: what was loaded of it, the moment that is shown, and how it moves. */
export class Player {
  film = $state.raw<Film | undefined>();
  error = $state.raw<SiagaError | undefined>();
  loading = $state(false);
  /** The moment shown, ms since the epoch. */
  at = $state(0);
  playing = $state(false);
  speed = $state<Speed>(10);
  #asked = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Moments that have been reached: the boards change with it, and not with every tick. */
  count: number = $derived(this.film ? reached(this.film.moments, this.at) : 0);
  #board: ReadonlyMap<string, Entity> = $derived(this.film ? boardAfter(this.film, this.count) : new Map());
  lists: Lists = $derived(listsOf(this.#board));
  #byIncident = $derived(assignmentsByIncident(this.lists));
  cases: BoardCase[] = $derived(
    casesOf(this.lists.incidents, (id) => this.#byIncident.get(id) ?? [], this.lists.alarms),
  );
  #positionsAt: number = $derived(Math.floor(this.at / POSITIONS_MS) * POSITIONS_MS);
  /** Units with where they were; a status that came with a place is there at once. */
  units: UnitView[] = $derived.by(() => {
    const film = this.film;
    if (!film) return [];
    const last = film.moments[this.count - 1]?.at ?? film.from;
    const at = Math.max(this.#positionsAt, last);
    return this.lists.units.map((unit) => unitAt(film, unit, at));
  });

  assignmentsOf(incidentId: string) {
    return this.#byIncident.get(incidentId) ?? [];
  }

  async load(asked: Asked): Promise<void> {
    const mine = ++this.#asked;
    this.pause();
    this.film = undefined;
    this.error = undefined;
    this.loading = true;
    const request =
      "number" in asked ? { number: asked.number } : { from: timestamp(asked.from), to: timestamp(asked.to) };
    try {
      let film: Film | undefined;
      do {
        const reply = await api.replay.getReplay({ ...request, pageToken: film?.next ?? "" });
        if (mine !== this.#asked) return;
        if (!film) this.at = 0;
        film = withPage(film, reply);
        this.film = film;
        this.at = Math.max(this.at, film.from);
      } while (film.next);
    } catch (thrown) {
      if (mine === this.#asked) this.error = toSiagaError(thrown);
    } finally {
      if (mine === this.#asked) this.loading = false;
    }
  }

  /** Leaves the replay; what is still on its way is not wanted any more. */
  close(): void {
    this.#asked++;
    this.pause();
    this.film = undefined;
    this.error = undefined;
    this.loading = false;
  }

  seek(at: number): void {
    if (this.film) this.at = Math.min(Math.max(at, this.film.from), this.film.to);
  }

  move(byMs: number): void {
    this.seek(this.at + byMs);
  }

  /** To the next thing that happened, or the one before; else to the end or the beginning. */
  step(by: 1 | -1): void {
    if (!this.film) return;
    this.seek(neighbour(this.film, this.at, by) ?? (by > 0 ? this.film.to : this.film.from));
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    const film = this.film;
    if (!film || this.playing) return;
    if (this.at >= film.to) this.at = film.from;
    this.playing = true;
    let before = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.move((now - before) * this.speed);
      before = now;
      if (this.film && this.at >= this.film.to) this.pause();
    }, TICK_MS);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.playing = false;
  }
}
