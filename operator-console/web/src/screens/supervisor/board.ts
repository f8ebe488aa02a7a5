import type { AlarmView } from "../../gen/siaga/v1/alarm_pb.ts";
import { Step, type AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { IncidentState, type IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { keepSame } from "../../lib/lists.ts";
import { ms } from "../../lib/proto.ts";
import { urgency } from "../../lib/urgency.ts";
import { stampOf } from "../../lib/way.ts";

/** Where a case stands, as the board's lanes have it. */
export type Stage = "verify" | "sent" | "enRoute" | "onScene" | "report";
export const STAGES: readonly Stage[] = ["verify", "sent", "enRoute", "onScene", "report"];

/** A case as the board shows it. */
export interface BoardCase {
  incident: IncidentView;
  assignments: readonly AssignmentView[];
  /** Its alarms, the one that matters most first. */
  alarms: readonly AlarmView[];
  stage: Stage;
  /** Since when (ms) it stands there. */
  since: number;
  /** Since when (ms) something about it is late; undefined while nothing is. */
  lateSince: number | undefined;
  need: Need;
}

/**
 * Who has to look at it, the most urgent first: `nobody`: something is late and nobody has it;
 * `somebody`: something is late, and a person has taken it; `fine`: it goes its way.
 */
export type Need = "nobody" | "somebody" | "fine";
const NEEDS: readonly Need[] = ["nobody", "somebody", "fine"];

/** The cases by where they stand, in the order given. */
export function byStage(cases: readonly BoardCase[]): Record<Stage, BoardCase[]> {
  const lanes: Record<Stage, BoardCase[]> = { verify: [], sent: [], enRoute: [], onScene: [], report: [] };
  for (const one of cases) lanes[one.stage].push(one);
  return lanes;
}

/** Declined and withdrawn assignments are over for the agency, but the case did not get further by them. */
const took = (one: AssignmentView): boolean => one.step <= Step.COMPLETED;

function stageOf(assignments: readonly AssignmentView[]): Stage {
  const taken = assignments.filter(took);
  const running = taken.filter((one) => one.step < Step.COMPLETED);
  if (taken.length === 0) return "verify";
  if (running.length === 0) return "report";
  const furthest = Math.max(...running.map((one) => one.step));
  if (furthest >= Step.ON_SCENE) return "onScene";
  return furthest >= Step.UNIT_ASSIGNED ? "enRoute" : "sent";
}

/** The earliest stamp of these steps over all assignments, ms since the epoch. */
function earliest(assignments: readonly AssignmentView[], ...steps: Step[]): number | undefined {
  const stamps = assignments.flatMap((one) => steps.map((step) => stampOf(one, step)));
  const known = stamps.filter((at) => at !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function stageSince(
  stage: Stage,
  incident: IncidentView,
  assignments: readonly AssignmentView[],
): number | undefined {
  const taken = assignments.filter(took);
  switch (stage) {
    case "sent":
      return earliest(taken, Step.SENT);
    case "enRoute":
      return earliest(taken, Step.UNIT_ASSIGNED, Step.EN_ROUTE);
    case "onScene":
      return earliest(taken, Step.ON_SCENE, Step.UNDER_CONTROL);
    case "report": {
      const ends = taken.map((one) => stampOf(one, Step.COMPLETED)).filter((at) => at !== undefined);
      return ends.length > 0 ? Math.max(...ends) : undefined;
    }
    default:
      return ms(incident.openedAt);
  }
}

/** Untaken before taken, escalated before not, then the oldest. */
export function byAlarm(a: AlarmView, b: AlarmView): number {
  const taken = Number(a.takenByLabel !== "") - Number(b.takenByLabel !== "");
  if (taken !== 0) return taken;
  if (a.level !== b.level && a.takenByLabel === "") return b.level - a.level;
  return (ms(a.raisedAt) ?? 0) - (ms(b.raisedAt) ?? 0) || (a.id < b.id ? -1 : 1);
}

/**
 * The worst first:
 *   1. late and nobody has it, late and somebody has it, going its way;
 *   2. the priority;
 *   3. escalated alarms before others;
 *   4. the longest over its limit (since its first alarm was raised);
 *   5. the longest in its stage; then the number, so that nothing jumps.
 */
export function byWorst(a: BoardCase, b: BoardCase): number {
  const never = Number.POSITIVE_INFINITY;
  return (
    NEEDS.indexOf(a.need) - NEEDS.indexOf(b.need) ||
    urgency(a.incident.priority) - urgency(b.incident.priority) ||
    (b.alarms[0]?.level ?? 0) - (a.alarms[0]?.level ?? 0) ||
    compare(a.lateSince ?? never, b.lateSince ?? never) ||
    a.since - b.since ||
    (a.incident.number < b.incident.number ? -1 : 1)
  );
}

/** Infinity minus itself is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function caseOf(
  incident: IncidentView,
  assignments: readonly AssignmentView[],
  alarms: readonly AlarmView[],
): BoardCase {
  const stage = stageOf(assignments);
  const raised = alarms.map((alarm) => ms(alarm.raisedAt) ?? 0);
  return {
    incident,
    assignments,
    alarms,
    stage,
    since: stageSince(stage, incident, assignments) ?? ms(incident.openedAt) ?? 0,
    lateSince: raised.length > 0 ? Math.min(...raised) : undefined,
    need: alarms.some((alarm) => !alarm.takenByLabel) ? "nobody" : alarms.length > 0 ? "somebody" : "fine",
  };
}

function alarmsByIncident(alarms: readonly AlarmView[]): Map<string, AlarmView[]> {
  const found = new Map<string, AlarmView[]>();
  for (const alarm of alarms) {
    if (!alarm.incidentId) continue;
    const list = found.get(alarm.incidentId);
    if (list) list.push(alarm);
    else found.set(alarm.incidentId, [alarm]);
  }
  for (const list of found.values()) list.sort(byAlarm);
  return found;
}

/**
 * The open cases, the worst first. What is shown follows from what is known, not from when: `before`, the cases as they
 * last were, only saves work. Cases of which nothing is new are the objects of then, and sorting begins with the order
 * of then, which is nearly right.
 */
export function casesOf(
  incidents: readonly IncidentView[],
  assignmentsOf: (incidentId: string) => readonly AssignmentView[],
  alarms: readonly AlarmView[],
  before: BoardCase[] = [],
): BoardCase[] {
  const alarmsOf = alarmsByIncident(alarms);
  const known = new Map(before.map((one) => [one.incident.id, one]));
  const cases = new Map<string, BoardCase>();
  for (const incident of incidents) {
    if (incident.state !== IncidentState.OPEN) continue;
    const was = known.get(incident.id);
    const assignments = keepSame(was?.assignments, assignmentsOf(incident.id));
    const own = keepSame(was?.alarms, alarmsOf.get(incident.id) ?? []);
    const isSame = was?.incident === incident && was.assignments === assignments && was.alarms === own;
    cases.set(incident.id, isSame ? was : caseOf(incident, assignments, own));
  }
  const order: BoardCase[] = [];
  for (const { incident } of before) {
    const still = cases.get(incident.id);
    if (!still) continue;
    order.push(still);
    cases.delete(incident.id);
  }
  order.push(...cases.values());
  return keepSame(before, order.sort(byWorst));
}
