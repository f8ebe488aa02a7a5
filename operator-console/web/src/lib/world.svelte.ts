import type { AccountView } from "../gen/siaga/v1/access_pb.ts";
import type { AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import type { CallView } from "../gen/siaga/v1/call_pb.ts";
import type { AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import type { IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import type { Part } from "../gen/siaga/v1/live_pb.ts";
import type { UnitView } from "../gen/siaga/v1/unit_pb.ts";
import { assignmentsByIncident, listsOf, type Lists } from "./lists.ts";
import { live } from "./live.svelte.ts";

/** What the live socket has brought, by kind. Everything here is derived; nothing is written. */
class World {
  #lists: Lists = $derived(listsOf(live.replica.entities));
  calls: CallView[] = $derived(this.#lists.calls);
  incidents: IncidentView[] = $derived(this.#lists.incidents);
  assignments: AssignmentView[] = $derived(this.#lists.assignments);
  units: UnitView[] = $derived(this.#lists.units);
  alarms: AlarmView[] = $derived(this.#lists.alarms);
  accounts: AccountView[] = $derived(this.#lists.accounts);
  parts: Part[] = $derived(this.#lists.parts);

  #byIncident: ReadonlyMap<string, AssignmentView[]> = $derived(assignmentsByIncident(this.#lists));

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
