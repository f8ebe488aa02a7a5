import type { AccountView } from "../gen/siaga/v1/access_pb.ts";
import type { AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import type { CallView } from "../gen/siaga/v1/call_pb.ts";
import type { AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import type { IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import type { Entity, Part } from "../gen/siaga/v1/live_pb.ts";
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
  };
  for (const { value } of entities.values()) {
    if (value.case === "call") lists.calls.push(value.value);
    else if (value.case === "incident") lists.incidents.push(value.value);
    else if (value.case === "assignment") lists.assignments.push(value.value);
    else if (value.case === "unit") lists.units.push(value.value);
    else if (value.case === "alarm") lists.alarms.push(value.value);
    else if (value.case === "account") lists.accounts.push(value.value);
    else if (value.case === "parts") lists.parts.push(...value.value.parts);
  }
  return lists;
}

/** Assignments by incident: those that came alone and those inside an incident, the newer of each. */
export function assignmentsByIncident(
  lists: Pick<Lists, "incidents" | "assignments">,
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
  return grouped;
}
