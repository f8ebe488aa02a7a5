import type { Feature, FeatureCollection, MultiPolygon, Point } from "geojson";
import {
  AreaLevel,
  type GetMapDataResponse,
  type MapArea,
  type MapRing,
} from "../gen/siaga/v1/catalog_pb.ts";

export interface AreaProperties {
  code: string;
  name: string;
}
export interface PlaceProperties {
  name: string;
  kind: string;
}
export type Areas = FeatureCollection<MultiPolygon, AreaProperties>;
export type Labels = FeatureCollection<Point, AreaProperties>;

/** The installation's geography, ready for the map. */
export interface Geodata {
  version: string;
  city: Areas;
  kecamatan: Areas;
  kelurahan: Areas;
  neighbours: Areas;
  /** Each neighbour's largest part: its islands need no name of their own. */
  neighbourNames: Areas;
  kecamatanLabels: Labels;
  kelurahanLabels: Labels;
  places: FeatureCollection<Point, PlaceProperties>;
  streets: FeatureCollection<Point, PlaceProperties>;
  credits: readonly string[];
  /** West, south, east, north of the city; missing when no city was imported. */
  bounds?: [number, number, number, number];
}

const STEPS_A_DEGREE = 1e6;

/** A closed ring of degrees east and north from the differences it travels as. */
export function ringOf(ring: Pick<MapRing, "deltas">): [number, number][] {
  const corners: [number, number][] = [];
  let [east, north] = [0, 0];
  for (let at = 0; at + 1 < ring.deltas.length; at += 2) {
    east += ring.deltas[at] ?? 0;
    north += ring.deltas[at + 1] ?? 0;
    corners.push([east / STEPS_A_DEGREE, north / STEPS_A_DEGREE]);
  }
  const first = corners[0];
  if (first) corners.push([...first]);
  return corners;
}

function areaFeature(area: MapArea): Feature<MultiPolygon, AreaProperties> {
  const coordinates = area.polygons.map((polygon) => polygon.rings.map(ringOf));
  return {
    type: "Feature",
    geometry: { type: "MultiPolygon", coordinates },
    properties: { code: area.code, name: area.name },
  };
}

/** An area with only its largest part, by the box around it. */
function mainland(area: MapArea): Feature<MultiPolygon, AreaProperties> {
  const whole = areaFeature(area);
  const size = (polygon: number[][][]) => {
    const [east, north] = [0, 1].map((axis) => (polygon[0] ?? []).map((corner) => corner[axis] ?? 0));
    const spread = (all: number[] = []) =>
      all.reduce((a, b) => Math.max(a, b), -Infinity) - all.reduce((a, b) => Math.min(a, b), Infinity);
    return spread(east) * spread(north);
  };
  const [largest] = [...whole.geometry.coordinates].sort((a, b) => size(b) - size(a));
  return { ...whole, geometry: { type: "MultiPolygon", coordinates: largest ? [largest] : [] } };
}

function labelFeature(area: MapArea): Feature<Point, AreaProperties>[] {
  const at = area.labelPoint;
  if (!at) return [];
  return [
    {
      type: "Feature",
      geometry: { type: "Point", coordinates: [at.longitude, at.latitude] },
      properties: { code: area.code, name: area.name },
    },
  ];
}

function boundsOfAreas(areas: Areas): [number, number, number, number] | undefined {
  let bounds: [number, number, number, number] | undefined;
  for (const { geometry } of areas.features) {
    for (const [east = 0, north = 0] of geometry.coordinates.flat(2)) {
      const [w, s, e, n] = bounds ?? [east, north, east, north];
      bounds = [Math.min(w, east), Math.min(s, north), Math.max(e, east), Math.max(n, north)];
    }
  }
  return bounds;
}

/** Makes what the map draws of what the server sends. */
export function geodataOf(reply: GetMapDataResponse): Geodata {
  const level = (wanted: AreaLevel) => reply.areas.filter((one) => one.level === wanted);
  const areas = (wanted: AreaLevel): Areas => ({
    type: "FeatureCollection",
    features: level(wanted).map(areaFeature),
  });
  const labels = (wanted: AreaLevel): Labels => ({
    type: "FeatureCollection",
    features: level(wanted).flatMap(labelFeature),
  });
  const places = (streets: boolean): FeatureCollection<Point, PlaceProperties> => ({
    type: "FeatureCollection",
    features: reply.places.flatMap(({ name, kind, point }) => {
      if (!point || (kind === "street") !== streets) return [];
      return [
        {
          type: "Feature" as const,
          geometry: { type: "Point" as const, coordinates: [point.longitude, point.latitude] },
          properties: { name, kind },
        },
      ];
    }),
  });
  const [city, kelurahan] = [areas(AreaLevel.CITY), areas(AreaLevel.KELURAHAN)];
  // An import without the city itself still has its kelurahan to look at.
  const bounds = boundsOfAreas(city) ?? boundsOfAreas(kelurahan);
  return {
    version: reply.version,
    city,
    kecamatan: areas(AreaLevel.KECAMATAN),
    kelurahan,
    neighbours: areas(AreaLevel.NEIGHBOUR),
    neighbourNames: {
      type: "FeatureCollection",
      features: level(AreaLevel.NEIGHBOUR).map(mainland),
    },
    kecamatanLabels: labels(AreaLevel.KECAMATAN),
    kelurahanLabels: labels(AreaLevel.KELURAHAN),
    places: places(false),
    streets: places(true),
    credits: reply.credits,
    ...(bounds ? { bounds } : {}),
  };
}
