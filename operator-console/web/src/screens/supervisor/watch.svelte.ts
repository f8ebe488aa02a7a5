import { DutyState, type AccountView } from "../../gen/siaga/v1/access_pb.ts";
import type { AlarmView } from "../../gen/siaga/v1/alarm_pb.ts";
import { CallPhase, type CallView } from "../../gen/siaga/v1/call_pb.ts";
import type { Agency } from "../../gen/siaga/v1/catalog_pb.ts";
import { Role } from "../../gen/siaga/v1/common_pb.ts";
import { Step } from "../../gen/siaga/v1/dispatch_pb.ts";
import type { UnitView } from "../../gen/siaga/v1/unit_pb.ts";
import { act } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import { live } from "../../lib/live.svelte.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import { ms } from "../../lib/proto.ts";
import { world } from "../../lib/world.svelte.ts";
import { byAlarm, byStage, casesOf, type BoardCase, type Stage } from "./board.ts";

/** An agency as the supervisor sees it. */
export interface AgencyState {
  agency: Agency;
  up: boolean;
  /** Since when (ms) it is up or down, as far as it is known. */
  since: number | undefined;
  units: number;
  free: number;
  running: number;
  /** Sent and not read by a person yet. */
  unread: number;
}

/** An operator or supervisor at work. */
export interface DeskState {
  account: AccountView;
  cards: number;
  calls: CallView[];
}

/** Off duty comes last, in a call first: what a supervisor looks for. */
const DUTY_ORDER: readonly DutyState[] = [
  DutyState.IN_CALL,
  DutyState.WRAP_UP,
  DutyState.READY,
  DutyState.PAUSE,
  DutyState.SIGNED_OFF,
  DutyState.UNSPECIFIED,
];

function isFree(unit: UnitView): boolean {
  return unit.inService && (unit.shareable || unit.assignmentIds.length === 0);
}

/** What the board is made of, derived from the live data. */
class Watch {
  /** A whole picture has arrived; before it a zero would be a lie. */
  known: boolean = $derived(live.replica.ready);
  /** The card that is open beside the board. */
  selectedId = $state("");

  #casesBefore: BoardCase[] = [];
  cases: BoardCase[] = $derived.by(() => {
    const assignmentsOf = (id: string) => world.assignmentsOf(id);
    this.#casesBefore = casesOf(world.incidents, assignmentsOf, world.alarms, this.#casesBefore);
    return this.#casesBefore;
  });
  byStage: Record<Stage, BoardCase[]> = $derived(byStage(this.cases));
  alarms: AlarmView[] = $derived([...world.alarms].sort(byAlarm));
  untaken: AlarmView[] = $derived(this.alarms.filter((alarm) => !alarm.takenByLabel));
  ringing: CallView[] = $derived(
    world.calls
      .filter((call) => call.phase === CallPhase.RINGING)
      .sort((a, b) => (ms(a.ringingAt) ?? 0) - (ms(b.ringingAt) ?? 0)),
  );

  desks: DeskState[] = $derived.by(() => {
    const cards = new Map<string, number>();
    for (const { incident } of this.cases) {
      if (incident.ownerAccountId)
        cards.set(incident.ownerAccountId, (cards.get(incident.ownerAccountId) ?? 0) + 1);
    }
    const talking = world.calls.filter(
      (call) => call.phase === CallPhase.ANSWERED || call.phase === CallPhase.HELD,
    );
    return world.accounts
      .filter((one) => one.role === Role.OPERATOR || one.role === Role.SUPERVISOR)
      .map((account) => ({
        account,
        cards: cards.get(account.id) ?? 0,
        calls: talking.filter((call) => call.operatorAccountId === account.id),
      }))
      .sort(
        (a, b) =>
          DUTY_ORDER.indexOf(a.account.dutyState) - DUTY_ORDER.indexOf(b.account.dutyState) ||
          (a.account.label < b.account.label ? -1 : 1),
      );
  });
  ready: number = $derived(this.desks.filter((one) => one.account.dutyState === DutyState.READY).length);
  onDuty: number = $derived(this.desks.filter((one) => one.account.dutyState > DutyState.SIGNED_OFF).length);

  #units = $derived.by(() => {
    const found = new Map<string, { units: number; free: number }>();
    for (const unit of world.units) {
      const count = found.get(unit.agencyCode) ?? { units: 0, free: 0 };
      count.units += 1;
      if (isFree(unit)) count.free += 1;
      found.set(unit.agencyCode, count);
    }
    return found;
  });
  /** Those that are away and have work first, then those at work, then by name. */
  agencies: AgencyState[] = $derived.by(() => {
    const running = new Map<string, { running: number; unread: number }>();
    for (const { assignments } of this.cases) {
      for (const one of assignments) {
        if (one.step >= Step.COMPLETED) continue;
        const count = running.get(one.agencyCode) ?? { running: 0, unread: 0 };
        count.running += 1;
        if (one.step < Step.ACKNOWLEDGED) count.unread += 1;
        running.set(one.agencyCode, count);
      }
    }
    return catalog.agencies
      .filter((agency) => agency.kind !== "neighbour")
      .map((agency): AgencyState => {
        const part = world.part(`agency:${agency.code}`);
        return {
          agency,
          up: catalog.online(agency.code),
          since: ms(part?.since),
          units: this.#units.get(agency.code)?.units ?? 0,
          free: this.#units.get(agency.code)?.free ?? 0,
          ...(running.get(agency.code) ?? { running: 0, unread: 0 }),
        };
      })
      .sort(
        (a, b) =>
          b.unread - a.unread ||
          b.running - a.running ||
          (catalog.agencyName(a.agency.code) < catalog.agencyName(b.agency.code) ? -1 : 1),
      );
  });
  agenciesUp: number = $derived(this.agencies.filter((one) => one.up).length);

  /** Opens the card that stands `by` places further down the order of the worst. */
  step(by: 1 | -1): void {
    const at = this.cases.findIndex((one) => one.incident.id === this.selectedId);
    const next = at < 0 ? (by > 0 ? 0 : this.cases.length - 1) : at + by;
    const found = this.cases[Math.min(Math.max(next, 0), this.cases.length - 1)];
    if (found) this.selectedId = found.incident.id;
  }

  async take(alarm: AlarmView | undefined): Promise<void> {
    if (alarm) await act(() => api.alarms.takeAlarm({ alarmId: alarm.id }));
  }
}

export const watch = new Watch();
