import type { Feature, FeatureCollection, LineString, Point, Polygon } from "geojson";
import { ageText, isStale } from "./ages.ts";
import { incidentKey, unitKey, type MapIncident, type MapKey, type MapPoint, type MapUnit } from "./types.ts";

/** What a mark needs; numbers and texts only, because they travel to the map's worker. */
export interface MarkProperties {
  key: MapKey;
  /** Name of the mark's picture, see `marks.ts`; the theme is put before it by the style. */
  mark: string;
  label: string;
  sub: string;
  /** Smaller is drawn above and wins the room for its label. */
  order: number;
  /** Incidents: 1 to 4, 5 where no priority is set. What a cluster shows is the least of them. */
  rank: number;
  /** Incidents: 1 while nobody has read it. Units: 1 while it is on an assignment. A cluster adds them up. */
  count: number;
  /** 1 for an incident with an alarm that nobody has taken. A cluster adds them up. */
  late: number;
  opacity: number;
}
export type Marks = FeatureCollection<Point, MarkProperties>;

const EARTH_M = 6_371_000;
const RAD = Math.PI / 180;
const CIRCLE_CORNERS = 64;

/** An incident whose priority nobody has set counts after all others. */
const rankOf = (priority: number): number => (priority >= 1 && priority <= 4 ? priority : 5);

export function incidentMark(one: MapIncident, selected: boolean): string {
  const parts = ["i", one.priority, one.masked ? "masked" : one.category || "none", one.stage];
  if (one.approximate) parts.push("about");
  if (one.alarm) parts.push("late");
  if (selected) parts.push("chosen");
  return parts.join("|");
}

export function unitMark(one: MapUnit, stale: boolean, selected: boolean): string {
  const parts = ["u", one.status, one.kind || "none"];
  if (stale) parts.push("stale");
  if (selected) parts.push("chosen");
  return parts.join("|");
}

function mark(point: MapPoint, properties: MarkProperties): Feature<Point, MarkProperties> {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [point.longitude, point.latitude] },
    properties,
  };
}

/** All incidents that can be drawn; the chosen one is left out, because it is never hidden in a cluster. */
export function incidentMarks(incidents: readonly MapIncident[], chosen: MapKey): Marks {
  const features = incidents.flatMap((one) =>
    one.point && incidentKey(one.id) !== chosen ? [incidentFeature(one, one.point, false)] : [],
  );
  return { type: "FeatureCollection", features };
}

function incidentFeature(one: MapIncident, point: MapPoint, selected: boolean) {
  return mark(point, {
    key: incidentKey(one.id),
    mark: incidentMark(one, selected),
    label: one.priority > 0 ? `P${one.priority} ${one.typeName}` : one.typeName,
    sub: one.stageText,
    order: selected ? 0 : rankOf(one.priority) - (one.alarm ? 0.5 : 0),
    rank: rankOf(one.priority),
    count: one.stage === 0 ? 1 : 0,
    late: one.alarm ? 1 : 0,
    opacity: one.closed ? 0.6 : 1,
  });
}

/** All units that can be drawn but the chosen one. An old position is faded and says how old it is. */
export function unitMarks(units: readonly MapUnit[], chosen: MapKey, now: number): Marks {
  const features = units.flatMap((one) =>
    one.point && unitKey(one.id) !== chosen ? [unitFeature(one, one.point, now, false)] : [],
  );
  return { type: "FeatureCollection", features };
}

function unitFeature(one: MapUnit, point: MapPoint, now: number, selected: boolean) {
  const stale = isStale(one.at, now);
  return mark(point, {
    key: unitKey(one.id),
    mark: unitMark(one, stale, selected),
    label: one.code,
    sub: one.at === undefined || !(stale || selected) ? "" : ageText(one.at, now),
    order: selected ? 0 : one.status === "busy" ? 10 : one.status === "free" ? 11 : 12,
    rank: 5,
    count: one.status === "busy" ? 1 : 0,
    late: 0,
    opacity: stale ? 0.55 : 1,
  });
}

/** The chosen incident or unit, above everything else. */
export function chosenMarks(
  incidents: readonly MapIncident[],
  units: readonly MapUnit[],
  chosen: MapKey,
  now: number,
): Marks {
  const incident = incidents.find((one) => incidentKey(one.id) === chosen);
  const unit = units.find((one) => unitKey(one.id) === chosen);
  const features: Feature<Point, MarkProperties>[] = [];
  if (incident?.point) features.push(incidentFeature(incident, incident.point, true));
  if (unit?.point) features.push(unitFeature(unit, unit.point, now, true));
  return { type: "FeatureCollection", features };
}

/** Lines from the chosen incident to the units on it, or from the chosen unit to its incidents. */
export function links(
  incidents: readonly MapIncident[],
  units: readonly MapUnit[],
  chosen: MapKey,
): FeatureCollection<LineString, Record<string, never>> {
  const byId = new Map(incidents.map((one) => [one.id, one]));
  const features = units.flatMap((unit) =>
    unit.incidentIds.flatMap((id): Feature<LineString, Record<string, never>>[] => {
      const incident = byId.get(id);
      if (chosen !== unitKey(unit.id) && chosen !== incidentKey(id)) return [];
      if (!unit.point || !incident?.point) return [];
      const line = [unit.point, incident.point].map((one) => [one.longitude, one.latitude]);
      return [{ type: "Feature", geometry: { type: "LineString", coordinates: line }, properties: {} }];
    }),
  );
  return { type: "FeatureCollection", features };
}

/** A circle of a radius in metres; nothing where the radius is not known. */
export function circles(points: readonly MapPoint[]): FeatureCollection<Polygon, Record<string, never>> {
  const features = points.flatMap((point): Feature<Polygon, Record<string, never>>[] => {
    const radius = point.accuracyM ?? 0;
    if (!(radius > 0)) return [];
    const [north, east] = [radius / EARTH_M / RAD, radius / (EARTH_M * Math.cos(point.latitude * RAD)) / RAD];
    const ring = Array.from({ length: CIRCLE_CORNERS + 1 }, (_, corner) => {
      const angle = ((corner % CIRCLE_CORNERS) / CIRCLE_CORNERS) * 2 * Math.PI;
      return [point.longitude + east * Math.cos(angle), point.latitude + north * Math.sin(angle)];
    });
    return [{ type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: {} }];
  });
  return { type: "FeatureCollection", features };
}

/** West, south, east, north around points; nothing for no points. */
export function boundsOf(points: readonly MapPoint[]): [number, number, number, number] | undefined {
  if (points.length === 0) return undefined;
  const [east, north] = [points.map((one) => one.longitude), points.map((one) => one.latitude)];
  return [Math.min(...east), Math.min(...north), Math.max(...east), Math.max(...north)];
}

/** Metres that one pixel spans at a zoom and latitude, in MapLibre's tiles of 512 pixels. */
export function metresPerPixel(zoom: number, latitude: number): number {
  return (2 * Math.PI * 6_378_137 * Math.cos(latitude * RAD)) / (512 * 2 ** zoom);
}
