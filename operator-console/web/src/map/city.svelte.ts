import type { AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import type { AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import { IncidentState, type IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import type { UnitView } from "../gen/siaga/v1/unit_pb.ts";
import { lang } from "../i18n/index.ts";
import { catalog } from "../lib/catalog.svelte.ts";
import { keepSame } from "../lib/lists.ts";
import { world } from "../lib/world.svelte.ts";
import { incidentOnMap, unitOnMap } from "./from-world.ts";
import { Kept } from "./kept.ts";
import { catalogNames } from "./names.ts";
import type { MapIncident, MapUnit } from "./types.ts";

const NONE: AlarmView[] = [];

/**
 * The city as its boards see it, for their maps; nothing is made while no map is open. What nothing new is known of is
 * the same object as before, so that the list beside the map draws the rows that changed, and not hundreds.
 */
class CityOnMap {
  /** What all words hang on: language and catalog. */
  #words = $derived([lang.current, catalog.types, catalog.agencies, catalog.kelurahan]);
  #alarmsBefore: ReadonlyMap<string, AlarmView[]> = new Map();
  #alarmsOf = $derived.by(() => {
    const found = new Map<string, AlarmView[]>();
    for (const alarm of world.alarms) {
      const list = found.get(alarm.incidentId);
      if (list) list.push(alarm);
      else found.set(alarm.incidentId, [alarm]);
    }
    for (const [id, list] of found) found.set(id, keepSame(this.#alarmsBefore.get(id), list));
    this.#alarmsBefore = found;
    return found;
  });
  #incidentOf = $derived(
    new Map(
      world.incidents.flatMap((one) => world.assignmentsOf(one.id).map((each) => [each.id, one.id] as const)),
    ),
  );
  #shown = new Kept((incident: IncidentView, assignments: AssignmentView[], alarms: AlarmView[]) =>
    incidentOnMap(incident, assignments, catalogNames, alarms),
  );
  #units = new Kept((unit: UnitView, incidentOf: ReadonlyMap<string, string>) =>
    unitOnMap(unit, catalogNames, (id) => incidentOf.get(id)),
  );
  /** The open incidents. */
  incidents: MapIncident[] = $derived(
    world.incidents.filter((one) => one.state === IncidentState.OPEN).map((one) => this.show(one)),
  );
  units: MapUnit[] = $derived(
    world.units.map((unit) => this.#units.of(unit.id, this.#words, unit, this.#incidentOf)),
  );

  /** An incident of the board, or one that was found, as the map shows it. */
  show(incident: IncidentView): MapIncident {
    const { id } = incident;
    const alarms = this.#alarmsOf.get(id) ?? NONE;
    return this.#shown.of(id, this.#words, incident, world.assignmentsOf(id), alarms);
  }
}

export const cityOnMap = new CityOnMap();
