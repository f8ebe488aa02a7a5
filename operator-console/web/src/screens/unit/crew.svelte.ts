import { Step, type AssignmentView, type UnitProgress } from "../../gen/siaga/v1/dispatch_pb.ts";
import type { NoteView } from "../../gen/siaga/v1/common_pb.ts";
import type { Entity } from "../../gen/siaga/v1/live_pb.ts";
import type { UnitView } from "../../gen/siaga/v1/unit_pb.ts";
import { t } from "../../i18n/index.ts";
import { act } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import { clock } from "../../lib/clock.svelte.ts";
import { loadDraft, saveDraft } from "../../lib/drafts.ts";
import { keptView, keepView } from "../../lib/kept.ts";
import { live } from "../../lib/live.svelte.ts";
import { outbox } from "../../lib/outbox.svelte.ts";
import { at, ms } from "../../lib/proto.ts";
import { session } from "../../lib/session.svelte.ts";
import { urgency } from "../../lib/urgency.ts";
import { isOver } from "../../lib/way.ts";
import { world } from "../../lib/world.svelte.ts";
import { allGiven, givenAt, readGiven, stepAfter, type Given } from "./given.ts";
import { sharing } from "./sharing.svelte.ts";

/** What a crew reports, in the order of the work. */
export const STEPS = [Step.EN_ROUTE, Step.ON_SCENE, Step.UNDER_CONTROL, Step.COMPLETED] as const;

/** A second press that comes sooner is the same press of a wet glove. */
const REST_MS = 800;
/** An answer whose change never comes (it was overtaken) stops counting after this long of live data. */
const ANSWERED_MS = 10_000;
/** A finished assignment stays in reach of a correction for this long. */
const JUST_DONE_MS = 30 * 60_000;

type Sending = Given & { answered?: boolean };

/** One crew's work: its unit, its assignments, and what was given and is not at the centre yet. */
class Crew {
  unitId: string = $derived(session.account?.unitId ?? "");
  /** What this phone remembers of before it was opened, until the server has spoken. */
  #memory = $state.raw<{ assignments: AssignmentView[]; units: UnitView[]; seenAt: number } | undefined>();
  #sending = $state.raw<readonly Sending[]>([]);
  #seen = $state.raw<readonly string[]>([]);
  #notesRead = $state.raw<Readonly<Record<string, number>>>({});
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  selectedId = $state("");
  /** A step was given a moment ago: the buttons take no other yet. */
  resting = $state(false);

  /** When the screen shows what it last knew: since then nothing was heard. */
  memoryAt: number | undefined = $derived(live.replica.ready ? undefined : this.#memory?.seenAt);
  known: boolean = $derived(live.replica.ready || this.#memory !== undefined);
  #assignments: AssignmentView[] = $derived(
    (live.replica.ready ? world.assignments : (this.#memory?.assignments ?? [])).filter(
      (one) => one.task !== undefined && this.progress(one) !== undefined,
    ),
  );
  unit: UnitView | undefined = $derived(
    (live.replica.ready ? world.units : (this.#memory?.units ?? [])).find((one) => one.id === this.unitId),
  );
  /** Given and not at the centre yet, in order. */
  given: Given[] = $derived(
    allGiven(
      this.#sending,
      outbox.list.map(readGiven).filter((one) => one !== undefined),
    ),
  );
  /** What visibly waits: an answered one only bridges the moment until its change arrives. */
  waiting: Given[] = $derived(this.given.filter((one) => !(one as Sending).answered));
  active: AssignmentView[] = $derived(
    this.#assignments
      .filter((one) => this.stepOf(one) < Step.COMPLETED && !isOver(one.step) && !one.task?.closed)
      .sort(
        (a, b) => urgency(a.task?.priority) - urgency(b.task?.priority) || this.#since(b) - this.#since(a),
      ),
  );
  /** Everything that is this unit's, also what it has finished. */
  held: AssignmentView[] = $derived(this.#assignments);
  current: AssignmentView | undefined = $derived(
    this.active.find((one) => one.id === this.selectedId) ?? this.active[0],
  );
  /** Finished a moment ago: a wrong tap can still be taken back. */
  done: AssignmentView[] = $derived(
    this.#assignments
      .filter((one) => this.stepOf(one) === Step.COMPLETED && !one.task?.closed)
      .filter((one) => clock.now - (this.stampOf(one, Step.COMPLETED) ?? 0) < JUST_DONE_MS)
      .sort((a, b) => (this.stampOf(b, Step.COMPLETED) ?? 0) - (this.stampOf(a, Step.COMPLETED) ?? 0)),
  );
  /** Nobody of the crew has taken notice of these: they sound. */
  unseen: AssignmentView[] = $derived(
    this.active.filter((one) => !this.#seen.includes(one.id) && this.stepOf(one) < Step.EN_ROUTE),
  );
  inService: boolean = $derived(
    this.given.findLast((one) => one.is === "service")?.inService ?? this.unit?.inService ?? true,
  );

  /** The crew's own part of an assignment. */
  progress(one: AssignmentView): UnitProgress | undefined {
    return one.units.find((unit) => unit.unitId === this.unitId && unit.step !== Step.RELEASED);
  }

  stepOf(one: AssignmentView): Step {
    return stepAfter(this.progress(one)?.step ?? Step.UNIT_ASSIGNED, this.given, one.id);
  }

  /** When the unit reached a step, by the centre's word or its own that still waits. */
  stampOf(one: AssignmentView, step: Step): number | undefined {
    const stamp = this.progress(one)?.stamps.find((known) => known.step === step);
    return ms(stamp?.at) ?? givenAt(this.given, one.id, step);
  }

  #since(one: AssignmentView): number {
    return ms(this.progress(one)?.stamps[0]?.at) ?? 0;
  }

  isWaiting(one: AssignmentView, step: Step): boolean {
    return this.waiting.some((it) => it.is === "step" && it.assignmentId === one.id && it.step === step);
  }

  /** The step before the one the unit is at, which a wrong tap goes back to. */
  before(one: AssignmentView): Step {
    const now = this.stepOf(one);
    return (
      STEPS.findLast((step) => step < now && this.stampOf(one, step) !== undefined) ?? Step.UNIT_ASSIGNED
    );
  }

  begin(): void {
    const accountId = session.account?.id ?? "";
    this.#seen = loadDraft<string[]>("unit.seen") ?? [];
    this.#notesRead = loadDraft<Record<string, number>>("unit.notesRead") ?? {};
    this.selectedId = loadDraft<string>("unit.selected") ?? "";
    const kept = keptView(accountId);
    if (!kept) return;
    clock.assume(kept.skewMs);
    const values = kept.entities.map((one) => one.value);
    this.#memory = {
      assignments: values.flatMap((one) => (one.case === "assignment" ? [one.value] : [])),
      units: values.flatMap((one) => (one.case === "unit" ? [one.value] : [])),
      seenAt: kept.seenAt,
    };
  }

  end(): void {
    this.#memory = undefined;
    this.#sending = [];
    this.selectedId = "";
  }

  /** Keeps what is seen for the next time this phone is opened without a network. */
  keep(entities: Iterable<Entity>): void {
    const accountId = session.account?.id;
    if (accountId) keepView(accountId, { entities: [...entities], seenAt: clock.read(), skewMs: clock.skew });
  }

  select(one: AssignmentView): void {
    this.selectedId = one.id;
    saveDraft("unit.selected", one.id);
  }

  /** The crew has taken notice: it sounds no more. */
  see(one: AssignmentView): void {
    if (this.#seen.includes(one.id)) return;
    this.#seen = [...this.#seen.slice(-50), one.id];
    saveDraft("unit.seen", this.#seen);
    this.readNotes(one);
  }

  /** The notes of others that came since the crew last looked. */
  newNotes(one: AssignmentView): NoteView[] {
    const read = this.#notesRead[one.id];
    if (read === undefined) return [];
    const own = session.account?.id;
    return (one.task?.notes ?? []).slice(read).filter((note) => note.by?.accountId !== own);
  }

  readNotes(one: AssignmentView): void {
    this.#notesRead = { ...this.#notesRead, [one.id]: one.task?.notes.length ?? 0 };
    saveDraft("unit.notesRead", this.#notesRead);
  }

  report(one: AssignmentView, step: Step): void {
    if (this.resting) return;
    this.#rest();
    this.see(one);
    const now = Math.round(clock.read());
    void this.#give({ is: "step", at: now, assignmentId: one.id, step }, () =>
      api.dispatch.reportStatus({
        assignmentId: one.id,
        step,
        unitId: this.unitId,
        occurredAt: at(now),
        ...this.#here(),
      }),
    );
  }

  /** Where a status is reported from, if the crew shares its position. */
  #here(): { point?: { latitude: number; longitude: number; accuracyM: number } } {
    const fix = sharing.now();
    if (!fix) return {};
    return { point: { latitude: fix.latitude, longitude: fix.longitude, accuracyM: fix.accuracyM ?? 0 } };
  }

  /** Takes a wrong tap back: the log keeps both. */
  takeBack(one: AssignmentView): void {
    if (this.resting) return;
    this.#rest();
    const step = this.before(one);
    void this.#give({ is: "back", at: Math.round(clock.read()), assignmentId: one.id, step }, () =>
      api.dispatch.correctStatus({
        assignmentId: one.id,
        step,
        unitId: this.unitId,
        reason: t("unit.mistapReason"),
      }),
    );
  }

  askHelp(one: AssignmentView, what: string): Promise<boolean> {
    const now = Math.round(clock.read());
    return this.#give({ is: "help", at: now, assignmentId: one.id, text: what }, () =>
      api.dispatch.requestHelp({ assignmentId: one.id, what, occurredAt: at(now) }),
    );
  }

  addNote(one: AssignmentView, text: string): Promise<boolean> {
    const now = Math.round(clock.read());
    return this.#give({ is: "note", at: now, incidentId: one.incidentId, text }, () =>
      api.incidents.addNote({ incidentId: one.incidentId, text, occurredAt: at(now) }),
    );
  }

  setService(inService: boolean, reason = ""): Promise<boolean> {
    return this.#give({ is: "service", at: Math.round(clock.read()), inService, text: reason }, () =>
      api.units.setUnitService({ unitId: this.unitId, inService, reason }),
    );
  }

  /** A command of before a reload has arrived: it counts until its change comes. */
  arrived(method: string, body: string): void {
    const one = readGiven({ id: "", method, body, name: "", at: Math.round(clock.read()) });
    if (one) this.#bridge({ ...one, answered: true });
  }

  async #give(given: Given, run: () => Promise<unknown>): Promise<boolean> {
    this.#sending = [...this.#sending, given];
    const done = (await act(run)) !== undefined;
    this.#sending = this.#sending.filter((one) => one !== given);
    if (done) this.#bridge({ ...given, answered: true });
    return done;
  }

  /** Answered, and the change that shows it is still on its way: the screen must not jump back for a moment. */
  #bridge(one: Sending): void {
    this.#sending = [...this.#sending, one];
    const drop = () => {
      if (live.state === "live") this.#sending = this.#sending.filter((other) => other !== one);
      else setTimeout(drop, ANSWERED_MS);
    };
    setTimeout(drop, ANSWERED_MS);
  }

  /** Drops the answered ones that the centre's own word has caught up with. */
  settle(): void {
    const open = this.#sending.filter((one) => !one.answered || !this.#isShown(one));
    if (open.length !== this.#sending.length) this.#sending = open;
  }

  #isShown(given: Given): boolean {
    if (given.is === "service") return this.unit?.inService === given.inService;
    if (given.is !== "step" && given.is !== "back") return true;
    const held = this.#assignments.find((one) => one.id === given.assignmentId);
    const step = held ? this.progress(held)?.step : undefined;
    if (step === undefined) return true;
    return given.is === "step" ? step >= given.step : step <= given.step;
  }

  #rest(): void {
    this.resting = true;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => (this.resting = false), REST_MS);
  }
}

export const crew = new Crew();
