import { t } from "../i18n/index.ts";
import type { Geodata } from "./geodata.ts";
import type { MapPoint } from "./types.ts";

/** Something of the map that has a name. */
export interface Findable {
  name: string;
  detail: string;
  point: MapPoint;
  /** Code of a kelurahan: an area to look at, no point to send somebody to. */
  code?: string;
}

/** How far from the point of its name the event may be, in m: a street is known by one point on it only. */
const STREET_M = 250;
const PLACE_M = 50;

/** Kelurahan, streets and places by name, found without the server. */
export function findable(geodata: Geodata | undefined): Findable[] {
  if (!geodata) return [];
  const at = ([longitude = 0, latitude = 0]: number[], accuracyM?: number): MapPoint => ({
    latitude,
    longitude,
    ...(accuracyM ? { accuracyM } : {}),
  });
  return [
    ...geodata.kelurahanLabels.features.map(({ geometry, properties }) => ({
      name: properties.name,
      detail: t("map.kelurahan"),
      point: at(geometry.coordinates),
      code: properties.code,
    })),
    ...geodata.streets.features.map(({ geometry, properties }) => ({
      name: properties.name,
      detail: t("map.street"),
      point: at(geometry.coordinates, STREET_M),
    })),
    ...geodata.places.features.map(({ geometry, properties }) => ({
      name: properties.name,
      detail: "",
      point: at(geometry.coordinates, PLACE_M),
    })),
  ];
}
