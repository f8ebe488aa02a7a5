/** A point as typed, pasted or chosen on the map: degrees north and east, and how exact it is where that is known. */
export interface TypedPoint {
  latitude: number;
  longitude: number;
  /** Radius in metres within which the place lies. */
  accuracyM?: number;
}

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
const FORMS = [
  // "0.9063, 108.9872", also with a blank or a semicolon between, and "±25 m" behind.
  new RegExp(String.raw`^\s*${NUMBER}\s*[,;\s]\s*${NUMBER}\s*(?:±\s*(\d{1,6})\s*m)?\s*$`),
  // Links of map services: "...@0.9063,108.9872,17z", "...?q=0.9063,108.9872", "...#map=17/0.9063/108.9872".
  new RegExp(String.raw`@${NUMBER},${NUMBER}`),
  new RegExp(String.raw`[?&](?:q|ll|query|daddr)=${NUMBER}(?:,|%2C)${NUMBER}`, "i"),
  new RegExp(String.raw`#map=\d+/${NUMBER}/${NUMBER}`),
  new RegExp(String.raw`geo:${NUMBER},${NUMBER}`),
];

/** Why a text is no point that somebody could be at. */
export type PointProblem = "form" | "range" | "zero";

function read(text: string): TypedPoint | PointProblem {
  for (const form of FORMS) {
    const found = form.exec(text);
    if (!found) continue;
    const [latitude, longitude] = [Number(found[1]), Number(found[2])];
    if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return "range";
    // 0,0 is what broken devices send; nobody calls from there.
    if (latitude === 0 && longitude === 0) return "zero";
    const accuracyM = Number(found[3] ?? 0);
    return { latitude, longitude, ...(accuracyM > 0 ? { accuracyM } : {}) };
  }
  return "form";
}

/** Reads a point from what a caller sent or an operator typed; `undefined` when it is none. */
export function parsePoint(text: string): TypedPoint | undefined {
  const point = read(text);
  return typeof point === "string" ? undefined : point;
}

/** What is wrong with a typed point; `undefined` when nothing is, or nothing is typed. */
export function pointProblem(text: string): PointProblem | undefined {
  if (!text.trim()) return undefined;
  const point = read(text);
  return typeof point === "string" ? point : undefined;
}

export function pointText(point: TypedPoint | undefined): string {
  if (!point) return "";
  const accuracy = Math.round(point.accuracyM ?? 0);
  return `${round(point.latitude)}, ${round(point.longitude)}${accuracy > 0 ? ` ±${accuracy} m` : ""}`;
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

/** Metres between two points on a sphere: good to half a percent, enough to tell neighbours. */
export function distanceM(a: TypedPoint, b: TypedPoint): number {
  const rad = Math.PI / 180;
  const [north, east] = [(b.latitude - a.latitude) * rad, (b.longitude - a.longitude) * rad];
  const h =
    Math.sin(north / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(east / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(h));
}
