import type { Feature, MultiPolygon, Point } from "geojson";
import { expect, test } from "vitest";
import type { AreaProperties } from "../../../map/geodata.ts";
import { choropleth } from "./choropleth.ts";

function square(
  code: string,
  west: number,
  south: number,
  side: number,
): Feature<MultiPolygon, AreaProperties> {
  const [east, north] = [west + side, south + side];
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return {
    type: "Feature",
    geometry: { type: "MultiPolygon", coordinates: [[ring]] },
    properties: { code, name: `Kelurahan ${code}` },
  };
}

function drawn(features: Feature<MultiPolygon, AreaProperties>[], counts: Record<string, number>) {
  const labels: Feature<Point, AreaProperties>[] = [];
  return choropleth(
    { type: "FeatureCollection", features },
    { type: "FeatureCollection", features: labels },
    new Map(Object.entries(counts)),
    { width: 400, height: 300 },
    200,
  );
}

test("north is up, everything is on the sheet, and the darkest has most", () => {
  const map = drawn([square("south", 109, 0.8, 0.1), square("north", 109, 0.9, 0.1)], {
    north: 12,
    south: 3,
  });
  const [south, north] = map?.whole.shapes ?? [];
  expect(north?.y).toBeLessThan(south?.y ?? 0);
  expect([north?.grade, south?.grade]).toEqual([4, 1]);
  expect(map?.legend.map((one) => one.text)).toEqual(["0", "1–3", "4–6", "7–9", "10–12"]);
  expect(map?.whole.width).toBeLessThanOrEqual(400);
  expect(map?.whole.height).toBeLessThanOrEqual(300);
  expect(map?.inset).toBeUndefined();
});

test("what is too small to be read is enlarged", () => {
  const map = drawn(
    [square("wide", 109, 0.8, 0.4), square("a", 109.1, 1.21, 0.01), square("b", 109.11, 1.21, 0.01)],
    {
      a: 1,
      b: 2,
    },
  );
  expect(map?.whole.shapes.map((shape) => shape.hasRoom)).toEqual([true, false, false]);
  expect(map?.inset?.sheet.shapes.map((shape) => [shape.code, shape.hasRoom])).toEqual([
    ["a", true],
    ["b", true],
  ]);
  expect(map?.legend.map((one) => one.text)).toEqual(["0", "1", "2"]);
});

test("a city without areas has no map", () => {
  expect(drawn([], { a: 1 })).toBeUndefined();
});
