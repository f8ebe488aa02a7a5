import type { AccountView } from "../gen/siaga/v1/access_pb.ts";
import type { AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import type { CallView } from "../gen/siaga/v1/call_pb.ts";
import type { AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import type { IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import type { Entity, Part } from "../gen/siaga/v1/live_pb.ts";
import type { UnitView } from "../gen/siaga/v1/unit_pb.ts";
import { live } from "./live.svelte.ts";

interface Lists {
  calls: CallView[];
  incidents: IncidentView[];
  assignments: AssignmentView[];
  units: UnitView[];
  alarms: AlarmView[];
  accounts: AccountView[];
  parts: Part[];
}

/** One walk over everything known; a screen reads it many times. */
function sort(entities: ReadonlyMap<string, Entity>): Lists {
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

/** What the live socket has brought, by kind. Everything here is derived; nothing is written. */
class World {
  #lists: Lists = $derived(sort(live.replica.entities));
  calls: CallView[] = $derived(this.#lists.calls);
  incidents: IncidentView[] = $derived(this.#lists.incidents);
  assignments: AssignmentView[] = $derived(this.#lists.assignments);
  units: UnitView[] = $derived(this.#lists.units);
  alarms: AlarmView[] = $derived(this.#lists.alarms);
  accounts: AccountView[] = $derived(this.#lists.accounts);
  parts: Part[] = $derived(this.#lists.parts);

  /** Assignments by incident: those that came alone and those inside an incident, the newer of each. */
  #byIncident: ReadonlyMap<string, AssignmentView[]> = $derived.by(() => {
    const newest = new Map<string, AssignmentView>();
    for (const one of [...this.incidents.flatMap((incident) => incident.assignments), ...this.assignments]) {
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
  });

  call(id: string): CallView | undefined {
    const entity = live.replica.entities.get(`call:${id}`);
    return entity?.value.case === "call" ? entity.value.value : this.calls.find((one) => one.id === id);
  }

  incident(id: string): IncidentView | undefined {
    const entity = live.replica.entities.get(`incident:${id}`);
    return entity?.value.case === "incident"
      ? entity.value.value
      : this.incidents.find((one) => one.id === id);
  }

  assignmentsOf(incidentId: string): AssignmentView[] {
    return this.#byIncident.get(incidentId) ?? [];
  }

  part(name: string): Part | undefined {
    return this.parts.find((one) => one.name === name);
  }
}

export const world = new World();
