import { Step, type AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import type { UnitView } from "../../gen/siaga/v1/unit_pb.ts";
import { t } from "../../i18n/index.ts";
import { act } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import { loadDraft, saveDraft } from "../../lib/drafts.ts";
import { clock } from "../../lib/clock.svelte.ts";
import { live } from "../../lib/live.svelte.ts";
import { byCallSign } from "../../lib/order.ts";
import { at, ms } from "../../lib/proto.ts";
import { session } from "../../lib/session.svelte.ts";
import { toasts } from "../../lib/toasts.svelte.ts";
import { byUrgency } from "../../lib/urgency.ts";
import { isOver, stampOf } from "../../lib/way.ts";
import { world } from "../../lib/world.svelte.ts";

/** What a dispatcher reports of the work, in its order. */
export const REPORTED: readonly Step[] = [Step.EN_ROUTE, Step.ON_SCENE, Step.UNDER_CONTROL, Step.COMPLETED];

/** The step a dispatcher would report next; nothing once it is over. */
export function nextStep(step: Step): Step | undefined {
  return isOver(step) ? undefined : REPORTED.find((one) => one > step);
}

export function isFree(unit: UnitView): boolean {
  return unit.inService && (unit.shareable || unit.assignmentIds.length === 0);
}

const byNeed = byUrgency<AssignmentView>({ priority: (one) => one.task?.priority, since: sentAt });

/** One agency's watch: what is new, what runs, which assignment is in hand. */
class Watch {
  selectedId = $state("");
  readonly #acting = new Set<string>();

  all: AssignmentView[] = $derived(
    world.assignments.filter(
      (one) => one.agencyCode === session.account?.agencyCode && one.task !== undefined,
    ),
  );
  /** Nobody has read these yet: the most urgent first, then the oldest. */
  fresh: AssignmentView[] = $derived(
    this.all.filter((one) => one.step < Step.ACKNOWLEDGED && !one.task?.closed).sort(byNeed),
  );
  running: AssignmentView[] = $derived(
    this.all.filter((one) => one.step >= Step.ACKNOWLEDGED && !isOver(one.step)).sort(byNeed),
  );
  over: AssignmentView[] = $derived(
    this.all.filter((one) => isOver(one.step)).sort((a, b) => Number(b.position - a.position)),
  );
  units: UnitView[] = $derived(
    world.units.filter((one) => one.agencyCode === session.account?.agencyCode).sort(byCallSign),
  );
  /** What the dispatcher has taken in hand; nothing else is a key's. */
  chosen: AssignmentView | undefined = $derived(this.all.find((one) => one.id === this.selectedId));
  /** What is shown beside the lists: where nothing is chosen, one to begin with. */
  selected: AssignmentView | undefined = $derived(this.chosen ?? this.running[0] ?? this.over[0]);
  /** Marks of readiness that a person has set, by assignment; the rest follows from the units. */
  #marks = $state<Record<string, Partial<Checks>>>({});
  /** What this screen did last to a new assignment: its going is no surprise. */
  ownId = "";

  select(id: string): void {
    this.selectedId = id;
    saveDraft("watch.selected", id);
  }

  restore(): void {
    this.selectedId = loadDraft<string>("watch.selected") ?? "";
  }

  /** Chooses the running assignment before or after the one in hand; the one that is only shown comes first. */
  step(by: 1 | -1): void {
    const list = this.running;
    if (!this.chosen && list[0]) return this.select(list[0].id);
    const at = list.findIndex((one) => one.id === this.selected?.id);
    const next = list[(at + by + list.length) % list.length];
    if (next) this.select(next.id);
  }

  async acknowledge(one: AssignmentView | undefined): Promise<void> {
    if (!one) return;
    this.select(one.id);
    await this.#own(one, () => api.dispatch.acknowledgeAssignment({ assignmentId: one.id }));
  }

  /** Acts on a new assignment: a second press while the first is on its way does nothing. */
  async #own(one: AssignmentView, run: () => Promise<unknown>): Promise<void> {
    if (this.#acting.has(one.id)) return;
    this.#acting.add(one.id);
    this.ownId = one.id;
    const done = await act(async () => {
      await run();
      return true;
    });
    this.#acting.delete(one.id);
    if (!done && this.ownId === one.id) this.ownId = "";
  }

  /**
   * What is ready for an assignment: as a person has marked it, else as the units stand now. Equipment counts where a
   * free unit has any on its list: whether it works only a person can say.
   */
  readiness(assignmentId: string): Checks {
    const free = this.units.filter(isFree);
    return {
      people: peopleOn(free) > 0,
      vehicles: free.length > 0,
      equipment: free.some((one) => one.equipment.length > 0),
      ...this.#marks[assignmentId],
    };
  }

  mark(assignmentId: string, part: keyof Checks, ready: boolean): void {
    this.#marks[assignmentId] = { ...this.#marks[assignmentId], [part]: ready };
  }

  /**
   * Readiness as it stands, then the acceptance; the first that is refused ends it. What is not ready has to be marked by
   * a person first: one key must not promise what is not there.
   */
  async accept(one: AssignmentView): Promise<void> {
    const readiness = this.readiness(one.id);
    const lacking = PARTS.filter((part) => !readiness[part]);
    if (lacking.length > 0) {
      toasts.show(
        "warn",
        t("agency.lacking", { list: lacking.map((part) => t(`agency.part.${part}`)).join(", ") }),
      );
      return;
    }
    this.select(one.id);
    await this.#own(one, async () => {
      await api.dispatch.confirmReadiness({ assignmentId: one.id, readiness });
      await api.dispatch.acceptAssignment({ assignmentId: one.id });
    });
    delete this.#marks[one.id];
  }

  async assign(unit: UnitView | undefined, to: AssignmentView | undefined = this.selected): Promise<void> {
    if (!unit || !to || isOver(to.step)) return;
    await act(() => api.dispatch.assignUnits({ assignmentId: to.id, unitIds: [unit.id] }));
  }

  /**
   * Reports a step of one unit, or of the assignment. Where a single unit is at work the step is that
   * unit's, and the assignment follows it: else its own stamps would stay empty.
   */
  async report(one: AssignmentView, step: Step, unitId = ""): Promise<void> {
    const atWork = one.units.filter((unit) => !isOver(unit.step));
    const alone = atWork.length === 1 && (atWork[0]?.step ?? 0) < step ? atWork[0] : undefined;
    const whose = unitId || (alone?.unitId ?? "");
    // A step that has to wait for the connection happened now, not when it arrives.
    const occurredAt = live.state === "lost" ? at(clock.read()) : undefined;
    await act(() => api.dispatch.reportStatus({ assignmentId: one.id, step, unitId: whose, occurredAt }));
  }
}

/** The readiness check: one glance, three marks. */
export interface Checks {
  people: boolean;
  vehicles: boolean;
  equipment: boolean;
}
export const PARTS = ["people", "vehicles", "equipment"] as const;

/** How many people the crews of these units are. */
export function peopleOn(units: readonly UnitView[]): number {
  return units.reduce((sum, one) => sum + one.crew.length, 0);
}

export function sentAt(one: AssignmentView): number {
  return stampOf(one, Step.SENT) ?? ms(one.task?.openedAt) ?? 0;
}

export const watch = new Watch();
