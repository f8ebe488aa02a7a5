import { catalog } from "../../lib/catalog.svelte.ts";
import { world } from "../../lib/world.svelte.ts";
import { incidentOnMap, unitOnMap, type Names } from "../../map/from-world.ts";
import type { MapIncident, MapUnit } from "../../map/types.ts";
import type { IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { desk } from "./desk.svelte.ts";

const names: Names = {
  typeName: (code, fallback) => catalog.typeName(code, fallback),
  category: (code) => catalog.type(code)?.category ?? "",
  agencyName: (code) => catalog.agencyShort(code),
  get kelurahan() {
    return catalog.kelurahan;
  },
};

/** An incident of the board, or one that was found, as the map shows it. */
export function onMap(incident: IncidentView): MapIncident {
  return incidentOnMap(incident, world.assignmentsOf(incident.id), names);
}

/** The city as its boards see it, for the map; nothing is made while no map is open. */
class CityOnMap {
  incidents: MapIncident[] = $derived(desk.open.map(onMap));
  #incidentOf = $derived(
    new Map(
      world.incidents.flatMap((one) => world.assignmentsOf(one.id).map((each) => [each.id, one.id] as const)),
    ),
  );
  units: MapUnit[] = $derived(
    world.units.map((unit) => unitOnMap(unit, names, (id) => this.#incidentOf.get(id))),
  );
}

export const cityOnMap = new CityOnMap();
