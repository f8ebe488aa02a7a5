import type { Areas, Labels } from "../../../map/geodata.ts";

/** Classes of counts above zero. */
const CLASSES_MAX = 5;
/** An area whose box is narrower than this has no room for its number, px. */
const ROOM_PX = 26;
/** An enlargement of more than this share of the map shows nothing that the map does not. */
const INSET_SHARE_MAX = 0.45;

/** One area as drawn; the number stands at `x`, `y` where there is room for it. */
export interface Shape {
  code: string;
  name: string;
  path: string;
  count: number;
  /** 0: none; 1 to 5: more. */
  grade: number;
  x: number;
  y: number;
  hasRoom: boolean;
}
export interface Sheet {
  width: number;
  height: number;
  shapes: Shape[];
}
export interface Choropleth {
  whole: Sheet;
  /** What is too small on the map, enlarged, and where it lies there. */
  inset?: { sheet: Sheet; frame: { x: number; y: number; width: number; height: number } };
  legend: { grade: number; text: string }[];
}

/** West, south, east, north. */
type Bounds = [number, number, number, number];

const around = (corners: readonly (readonly number[])[]): Bounds =>
  corners.reduce<Bounds>(
    ([w, s, e, n], [x = 0, y = 0]) => [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)],
    [Infinity, Infinity, -Infinity, -Infinity],
  );
const together = (all: readonly Bounds[]): Bounds =>
  around(
    all.flatMap(([w, s, e, n]) =>
      w <= e
        ? [
            [w, s],
            [e, n],
          ]
        : [],
    ),
  );
function padded([w, s, e, n]: Bounds): Bounds {
  const pad = 0.04 * Math.max(e - w, n - s);
  return [w - pad, s - pad, e + pad, n + pad];
}
const crosses = (a: Bounds, b: Bounds): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
const isSome = ([w, s, e, n]: Bounds): boolean => e > w && n > s;
const tenths = (px: number): number => Math.round(px * 10) / 10;

/** Degrees to pixels: flat, which a city is. */
function paper(bounds: Bounds, room: { width: number; height: number }) {
  const [w, s, e, n] = bounds;
  const narrowing = Math.max(0.1, Math.cos((((s + n) / 2) * Math.PI) / 180));
  const north = Math.min(room.width / ((e - w) * narrowing), room.height / (n - s));
  const east = north * narrowing;
  return {
    point: (x: number, y: number): [number, number] => [tenths((x - w) * east), tenths((n - y) * north)],
    size: ([west, south, eastern, northern]: Bounds): [number, number] => [
      tenths((eastern - west) * east),
      tenths((northern - south) * north),
    ],
  };
}

/** Cases by kelurahan, in classes of one width. */
function grades(counts: ReadonlyMap<string, number>) {
  const max = Math.max(0, ...counts.values());
  const step = Math.max(1, Math.ceil(max / CLASSES_MAX));
  const legend = [{ grade: 0, text: "0" }];
  for (let grade = 1; grade <= Math.ceil(max / step); grade += 1) {
    const [from, to] = [(grade - 1) * step + 1, grade * step];
    legend.push({ grade, text: from === to ? String(from) : `${from}–${to}` });
  }
  return { of: (count: number) => Math.ceil(count / step), legend };
}

/**
 * The kelurahan, the darker the more cases, with the small ones enlarged. `undefined` where the city
 * has no areas.
 *
 * @param counts cases by the kelurahan's code; a code that the map has not is left to the table
 */
export function choropleth(
  areas: Areas,
  labels: Labels,
  counts: ReadonlyMap<string, number>,
  room: { width: number; height: number },
  insetPx: number,
): Choropleth | undefined {
  const places = areas.features.map(({ geometry, properties }) => ({
    ...properties,
    polygons: geometry.coordinates,
    bounds: around(geometry.coordinates.flat(2)),
  }));
  const bounds = together(places.map((one) => one.bounds));
  if (!isSome(bounds)) return undefined;
  const at = new Map(labels.features.map((one) => [one.properties.code, one.geometry.coordinates]));
  const { of, legend } = grades(counts);
  type Place = (typeof places)[number];

  function sheet(on: ReturnType<typeof paper>, frame: Bounds, shown: readonly Place[]): Sheet {
    const [width, height] = on.size(frame);
    const shapes = shown.map((place): Shape => {
      const rings = place.polygons
        .flat()
        .map((ring) => ring.map(([x = 0, y = 0]) => on.point(x, y).join(" ")));
      const [w, s, e, n] = place.bounds;
      const [east = (w + e) / 2, north = (s + n) / 2] = at.get(place.code) ?? [];
      const [x, y] = on.point(east, north);
      const [wide, tall] = on.size(place.bounds);
      const count = counts.get(place.code) ?? 0;
      return {
        code: place.code,
        name: place.name,
        path: rings.map((ring) => `M${ring.join("L")}Z`).join(""),
        count,
        grade: of(count),
        x,
        y,
        hasRoom: wide >= ROOM_PX && tall >= ROOM_PX * 0.7,
      };
    });
    return { width, height, shapes };
  }

  const frame = padded(bounds);
  const page = paper(frame, room);
  const whole = sheet(page, frame, places);
  const small = new Set(whole.shapes.filter((shape) => !shape.hasRoom).map((shape) => shape.code));
  const crowded = padded(together(places.filter((one) => small.has(one.code)).map((one) => one.bounds)));
  const [w, s, e, n] = crowded;
  const share = Math.max((e - w) / (bounds[2] - bounds[0]), (n - s) / (bounds[3] - bounds[1]));
  if (!isSome(crowded) || share > INSET_SHARE_MAX) return { whole, legend };
  const [x, y] = page.point(w, n);
  const [width, height] = page.size(crowded);
  const near = places.filter((one) => crosses(one.bounds, crowded));
  const enlarged = sheet(paper(crowded, { width: insetPx, height: insetPx }), crowded, near);
  return { whole, legend, inset: { sheet: enlarged, frame: { x, y, width, height } } };
}
