import type { AccountView } from "../gen/siaga/v1/access_pb.ts";
import type { AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import type { CallView } from "../gen/siaga/v1/call_pb.ts";
import type { AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import type { IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import type { Entity, Part, Viewer } from "../gen/siaga/v1/live_pb.ts";
import type { UnitView } from "../gen/siaga/v1/unit_pb.ts";

/** What a board holds, by kind. */
export interface Lists {
  calls: CallView[];
  incidents: IncidentView[];
  assignments: AssignmentView[];
  units: UnitView[];
  alarms: AlarmView[];
  accounts: AccountView[];
  parts: Part[];
  viewers: Viewer[];
}

/** One walk over everything known; a screen reads it many times. */
export function listsOf(entities: ReadonlyMap<string, Entity>): Lists {
  const lists: Lists = {
    calls: [],
    incidents: [],
    assignments: [],
    units: [],
    alarms: [],
    accounts: [],
    parts: [],
    viewers: [],
  };
  for (const { value } of entities.values()) {
    if (value.case === "call") lists.calls.push(value.value);
    else if (value.case === "incident") lists.incidents.push(value.value);
    else if (value.case === "assignment") lists.assignments.push(value.value);
    else if (value.case === "unit") lists.units.push(value.value);
    else if (value.case === "alarm") lists.alarms.push(value.value);
    else if (value.case === "account") lists.accounts.push(value.value);
    else if (value.case === "parts") lists.parts.push(...value.value.parts);
    else if (value.case === "viewers") lists.viewers.push(...value.value.viewers);
  }
  return lists;
}

/** The list as it was, where the new one holds the same things in the same order. */
export function keepSame<L extends readonly unknown[]>(before: L | undefined, now: L): L {
  if (!before || before.length !== now.length) return now;
  return now.every((one, index) => one === before[index]) ? before : now;
}

/**
 * The new lists, but those in which nothing is new are still the old ones: what is derived from them stands. With
 * units that move all the time, the cases are not sorted anew for each position.
 */
export function keepLists(before: Lists | undefined, now: Lists): Lists {
  if (!before) return now;
  return {
    calls: keepSame(before.calls, now.calls),
    incidents: keepSame(before.incidents, now.incidents),
    assignments: keepSame(before.assignments, now.assignments),
    units: keepSame(before.units, now.units),
    alarms: keepSame(before.alarms, now.alarms),
    accounts: keepSame(before.accounts, now.accounts),
    parts: keepSame(before.parts, now.parts),
    viewers: keepSame(before.viewers, now.viewers),
  };
}

/**
 * Assignments by incident: those that came alone and those inside an incident, the newer of each. Lists that are as
 * they were `before` are the same lists.
 */
export function assignmentsByIncident(
  lists: Pick<Lists, "incidents" | "assignments">,
  before?: ReadonlyMap<string, AssignmentView[]>,
): ReadonlyMap<string, AssignmentView[]> {
  const newest = new Map<string, AssignmentView>();
  for (const one of [...lists.incidents.flatMap((incident) => incident.assignments), ...lists.assignments]) {
    const have = newest.get(one.id);
    if (!have || one.position >= have.position) newest.set(one.id, one);
  }
  const grouped = new Map<string, AssignmentView[]>();
  for (const one of newest.values()) {
    const list = grouped.get(one.incidentId);
    if (list) list.push(one);
    else grouped.set(one.incidentId, [one]);
  }
  if (before) for (const [id, list] of grouped) grouped.set(id, keepSame(before.get(id), list));
  return grouped;
}
