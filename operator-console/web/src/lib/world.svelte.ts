import type { AccountView } from "../gen/siaga/v1/access_pb.ts";
import type { AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import type { CallView } from "../gen/siaga/v1/call_pb.ts";
import type { AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import type { IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import type { Part, Viewer } from "../gen/siaga/v1/live_pb.ts";
import type { UnitView } from "../gen/siaga/v1/unit_pb.ts";
import { assignmentsByIncident, keepLists, listsOf, type Lists } from "./lists.ts";
import { live } from "./live.svelte.ts";

/** One for all: a list that is another each time would have things made anew that depend on it. */
const NONE: AssignmentView[] = [];

/** What the live socket has brought, by kind. Everything here is derived; nothing is written. */
class World {
  #listsBefore: Lists | undefined;
  #lists: Lists = $derived.by(() => {
    this.#listsBefore = keepLists(this.#listsBefore, listsOf(live.replica.entities));
    return this.#listsBefore;
  });
  calls: CallView[] = $derived(this.#lists.calls);
  incidents: IncidentView[] = $derived(this.#lists.incidents);
  assignments: AssignmentView[] = $derived(this.#lists.assignments);
  units: UnitView[] = $derived(this.#lists.units);
  alarms: AlarmView[] = $derived(this.#lists.alarms);
  accounts: AccountView[] = $derived(this.#lists.accounts);
  parts: Part[] = $derived(this.#lists.parts);
  /** Who of the centre has which card open. */
  viewers: Viewer[] = $derived(this.#lists.viewers);

  #byIncidentBefore: ReadonlyMap<string, AssignmentView[]> | undefined;
  #byIncident: ReadonlyMap<string, AssignmentView[]> = $derived.by(() => {
    const { incidents, assignments } = this;
    this.#byIncidentBefore = assignmentsByIncident({ incidents, assignments }, this.#byIncidentBefore);
    return this.#byIncidentBefore;
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
    return this.#byIncident.get(incidentId) ?? NONE;
  }

  part(name: string): Part | undefined {
    return this.parts.find((one) => one.name === name);
  }
}

export const world = new World();
