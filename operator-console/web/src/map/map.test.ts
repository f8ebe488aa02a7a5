import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { AlarmKind, AlarmViewSchema, type AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import { AreaLevel, AreaSchema, GetMapDataResponseSchema } from "../gen/siaga/v1/catalog_pb.ts";
import { AssignmentViewSchema, Step } from "../gen/siaga/v1/dispatch_pb.ts";
import { IncidentState, IncidentViewSchema } from "../gen/siaga/v1/incident_pb.ts";
import { UnitViewSchema } from "../gen/siaga/v1/unit_pb.ts";
import { ageText, isStale, STALE_MS } from "./ages.ts";
import {
  boundsOf,
  chosenMarks,
  circles,
  incidentMarks,
  links,
  metresPerPixel,
  unitMarks,
} from "./features.ts";
import { findable } from "./findable.ts";
import { alarmOnMap, incidentOnMap, stageOf, unitOnMap, type Names } from "./from-world.ts";
import { geodataOf, ringOf } from "./geodata.ts";
import { styleOf } from "./style.ts";
import { readPalette } from "./palette.ts";
import { incidentKey, unitKey, type MapIncident, type MapUnit } from "./types.ts";

const NOW = Date.UTC(2026, 10, 22, 14, 47, 32);
const MINUTE = 60_000;
const AREA = create(AreaSchema, {
  code: "61.72.02.1002",
  name: "Pasiran",
  kecamatanName: "Singkawang Barat",
  labelPoint: { latitude: 0.905, longitude: 108.985 },
});
const NAMES: Names = {
  typeName: (code, fallback = "") => (code === "kebakaran" ? "Kebakaran bangunan" : fallback || code),
  category: () => "kebakaran",
  agencyName: (code) => code,
  kelurahan: [AREA],
};

const incident = (over: Partial<MapIncident> = {}): MapIncident => ({
  id: "a",
  number: "SKW-20261122-0001",
  typeName: "Kebakaran bangunan",
  category: "kebakaran",
  priority: 1,
  stage: 2,
  stageText: "Damkar berangkat",
  place: "Jalan Niaga",
  point: { latitude: 0.9063, longitude: 108.9872 },
  approximate: false,
  masked: false,
  closed: false,
  ...over,
});
const unit = (over: Partial<MapUnit> = {}): MapUnit => ({
  id: "u",
  code: "DAMKAR-01",
  kind: "pemadam",
  agencyName: "Damkar",
  status: "busy",
  statusText: "berangkat",
  point: { latitude: 0.9, longitude: 108.98 },
  at: NOW,
  incidentIds: ["a"],
  ...over,
});

describe("ages of positions", () => {
  test.each([
    [0, "kini"],
    [59_999, "kini"],
    [MINUTE, "1 mnt"],
    [59 * MINUTE, "59 mnt"],
    [60 * MINUTE, "1 jam"],
    [47 * 60 * MINUTE, "47 jam"],
    [48 * 60 * MINUTE, "2 hari"],
    [-MINUTE, "kini"],
  ])("%d ms reads %s", (age, text) => {
    expect(ageText(NOW - age, NOW)).toBe(text);
  });

  test("five minutes are old, and so is what was never said", () => {
    expect(isStale(NOW - STALE_MS, NOW)).toBe(false);
    expect(isStale(NOW - STALE_MS - 1, NOW)).toBe(true);
    expect(isStale(undefined, NOW)).toBe(true);
  });
});

describe("marks", () => {
  test("an incident says priority, kind and stage, and its cluster can find the worst", () => {
    const list = [
      incident(),
      incident({ id: "b", priority: 3, stage: 0 }),
      incident({ id: "c", priority: 0 }),
    ];
    const features = incidentMarks(list, "").features.map((one) => one.properties);
    expect(features.map((one) => one.mark)).toEqual([
      "i|1|kebakaran|2",
      "i|3|kebakaran|0",
      "i|0|kebakaran|2",
    ]);
    expect(features.map((one) => one.rank)).toEqual([1, 3, 5]);
    expect(features.map((one) => one.count)).toEqual([0, 1, 0]);
    expect(features[0]?.label).toBe("P1 Kebakaran bangunan");
    expect(features[2]?.label).toBe("Kebakaran bangunan");
  });

  test("an alarm that nobody has taken is on the mark, before others of its priority", () => {
    const list = [incident(), incident({ id: "b", alarm: "Damkar: belum dibaca" })];
    const features = incidentMarks(list, "").features.map((one) => one.properties);
    expect(features.map((one) => one.mark)).toEqual(["i|1|kebakaran|2", "i|1|kebakaran|2|late"]);
    expect(features.map((one) => one.late)).toEqual([0, 1]);
    expect(features[1]?.order).toBeLessThan(features[0]?.order ?? 0);
  });

  test("what has no point is not drawn, what is chosen never hides in a cluster", () => {
    const lost = incident({ id: "b" });
    delete lost.point;
    const list = [incident(), lost];
    expect(incidentMarks(list, "").features).toHaveLength(1);
    expect(incidentMarks(list, incidentKey("a")).features).toHaveLength(0);
    const chosen = chosenMarks(list, [unit()], incidentKey("a"), NOW).features;
    expect(chosen.map((one) => one.properties.mark)).toEqual(["i|1|kebakaran|2|chosen"]);
    expect(chosenMarks(list, [unit()], incidentKey("b"), NOW).features).toHaveLength(0);
    expect(chosenMarks(list, [unit()], unitKey("u"), NOW).features[0]?.properties.sub).toBe("kini");
  });

  test("a masked incident shows neither kind nor exact place", () => {
    const masked = incident({ masked: true, category: "", approximate: true });
    expect(incidentMarks([masked], "").features[0]?.properties.mark).toBe("i|1|masked|2|about");
  });

  test("an old position is faded and says its age", () => {
    const [fresh, old] = [unit(), unit({ id: "v", status: "free", at: NOW - 12 * MINUTE })];
    const features = unitMarks([fresh, old], "", NOW).features.map((one) => one.properties);
    expect(features.map((one) => [one.mark, one.sub, one.opacity])).toEqual([
      ["u|busy|pemadam", "", 1],
      ["u|free|pemadam|stale", "12 mnt", 0.55],
    ]);
  });

  test("lines join what is chosen with what works on it", () => {
    expect(links([incident()], [unit()], "").features).toHaveLength(0);
    for (const key of [incidentKey("a"), unitKey("u")]) {
      expect(links([incident()], [unit()], key).features[0]?.geometry.coordinates).toEqual([
        [108.98, 0.9],
        [108.9872, 0.9063],
      ]);
    }
    expect(links([incident()], [unit({ incidentIds: ["other"] })], incidentKey("a")).features).toEqual([]);
  });
});

describe("geometry", () => {
  test("a circle has its radius everywhere, and none without one", () => {
    const [circle] = circles([{ latitude: 0.9, longitude: 109, accuracyM: 111 }]).features;
    const ring = circle?.geometry.coordinates[0] ?? [];
    expect(ring[0]).toEqual(ring.at(-1));
    for (const [east = 0, north = 0] of ring) {
      expect(Math.hypot(east - 109, north - 0.9) * 111_195).toBeCloseTo(111, 0);
    }
    expect(circles([{ latitude: 0.9, longitude: 109 }]).features).toEqual([]);
  });

  test("bounds hold all points", () => {
    const points = [
      { latitude: 0.9, longitude: 109 },
      { latitude: 0.8, longitude: 109.1 },
    ];
    expect(boundsOf(points)).toEqual([109, 0.8, 109.1, 0.9]);
    expect(boundsOf([])).toBeUndefined();
  });

  test("a pixel spans half as much one zoom closer", () => {
    expect(metresPerPixel(0, 0)).toBeCloseTo(78_271.5, 0);
    expect(metresPerPixel(15, 0.9)).toBeCloseTo(metresPerPixel(14, 0.9) / 2);
  });
});

describe("the city's data", () => {
  const deltas = [108_980_000, 900_000, 10_000, 0, 0, 10_000, -10_000, 0];
  const reply = create(GetMapDataResponseSchema, {
    version: "v1",
    areas: [
      {
        code: "61.72",
        name: "Kota",
        level: AreaLevel.CITY,
        polygons: [{ rings: [{ deltas }] }],
      },
      {
        code: "61.72.02.1002",
        name: "Pasiran",
        level: AreaLevel.KELURAHAN,
        labelPoint: { latitude: 0.905, longitude: 108.985 },
        polygons: [{ rings: [{ deltas }] }],
      },
    ],
    places: [
      { name: "Jl. Niaga", kind: "street", point: { latitude: 0.906, longitude: 108.987 } },
      { name: "SDN 1", kind: "school_sd", point: { latitude: 0.907, longitude: 108.986 } },
    ],
    credits: ["Batas wilayah: contoh"],
  });

  test("rings come back closed from their differences", () => {
    expect(ringOf({ deltas })).toEqual([
      [108.98, 0.9],
      [108.99, 0.9],
      [108.99, 0.91],
      [108.98, 0.91],
      [108.98, 0.9],
    ]);
    expect(ringOf({ deltas: [] })).toEqual([]);
  });

  test("levels, streets and places are told apart", () => {
    const geodata = geodataOf(reply);
    expect(geodata.bounds).toEqual([108.98, 0.9, 108.99, 0.91]);
    expect(geodata.kelurahan.features[0]?.properties.name).toBe("Pasiran");
    expect(geodata.neighbours.features).toEqual([]);
    expect(geodata.streets.features.map((one) => one.properties.name)).toEqual(["Jl. Niaga"]);
    expect(geodata.places.features.map((one) => one.properties.name)).toEqual(["SDN 1"]);
    expect(geodata.credits).toEqual(["Batas wilayah: contoh"]);
  });

  test("a neighbour is named on its mainland only", () => {
    const [island, coast] = [
      { rings: [{ deltas: [1, 1, 5, 0, 0, 5] }] },
      { rings: [{ deltas: [9, 9, 90, 0, 0, 90] }] },
    ];
    const neighbour = { code: "61.07", name: "Bengkayang", level: AreaLevel.NEIGHBOUR };
    const areas = [{ ...neighbour, polygons: [island, coast] }];
    const geodata = geodataOf(create(GetMapDataResponseSchema, { areas }));
    expect(geodata.neighbours.features[0]?.geometry.coordinates).toHaveLength(2);
    const [named] = geodata.neighbourNames.features;
    expect(named?.geometry.coordinates.map((one) => one[0]?.[0])).toEqual([[9e-6, 9e-6]]);
  });

  test("a street is found with the doubt that one point of it leaves, a kelurahan is no point", () => {
    const found = findable(geodataOf(reply));
    expect(found.map((one) => [one.name, one.point.accuracyM, one.code])).toEqual([
      ["Pasiran", undefined, "61.72.02.1002"],
      ["Jl. Niaga", 250, undefined],
      ["SDN 1", 50, undefined],
    ]);
    expect(findable(undefined)).toEqual([]);
  });

  test("both themes have the same layers, and no address of another server", () => {
    const colours = (value: string) => readPalette({ getPropertyValue: () => value });
    const [dark, light] = [
      styleOf(geodataOf(reply), colours("#000000"), "dark"),
      styleOf(geodataOf(reply), colours("#ffffff"), "light"),
    ];
    expect(dark.layers.map((one) => one.id)).toEqual(light.layers.map((one) => one.id));
    expect(JSON.stringify(dark)).not.toMatch(/https?:/);
    expect(dark.glyphs).toBeUndefined();
    expect(dark.sources["incidents"]).toMatchObject({
      cluster: true,
      clusterProperties: { worst: ["min", ["get", "rank"]] },
    });
  });
});

describe("what the live data say", () => {
  const assignment = (step: Step) => create(AssignmentViewSchema, { id: "x", agencyCode: "damkar", step });
  const view = create(IncidentViewSchema, {
    id: "a",
    number: "SKW-20261122-0001",
    state: IncidentState.OPEN,
    typeCode: "kebakaran",
    category: "kebakaran",
    priority: 1,
    place: { text: "Jalan Niaga", point: { latitude: 0.9063, longitude: 108.9872, accuracyM: 60 } },
  });

  test("the stage follows the agency that is furthest, and declined ones do not count", () => {
    expect([Step.SENT, Step.ACKNOWLEDGED, Step.EN_ROUTE, Step.ON_SCENE, Step.COMPLETED].map(stageOf)).toEqual(
      [0, 1, 2, 3, 4],
    );
    expect(stageOf(Step.DECLINED)).toBe(0);
    const shown = incidentOnMap(view, [assignment(Step.SENT), assignment(Step.EN_ROUTE)], NAMES);
    expect([shown.stage, shown.stageText]).toEqual([2, "damkar berangkat"]);
    const declined = incidentOnMap(view, [assignment(Step.DECLINED)], NAMES);
    expect([declined.stage, declined.stageText]).toEqual([0, "belum dikirim"]);
    expect(shown.point?.accuracyM).toBe(60);
  });

  test("the alarm that is told is the escalated one, else the oldest, and none that somebody has taken", () => {
    const alarm = (agencyCode: string, more: Partial<AlarmView>) =>
      create(AlarmViewSchema, {
        agencyCode,
        kind: AlarmKind.NOT_DELIVERED,
        level: 1,
        ...(more as object),
      });
    const at = (secondsAgo: number) => timestampFromMs(NOW - secondsAgo * 1000);
    const alarms = [
      alarm("muda", { raisedAt: at(5) }),
      alarm("tua", { raisedAt: at(50) }),
      alarm("diambil", { raisedAt: at(90), level: 2, takenByLabel: "Operator 1" }),
    ];
    expect(incidentOnMap(view, [], NAMES, alarms).alarm).toBe("tua: tugas belum sampai");
    const escalated = [...alarms, alarm("naik", { raisedAt: at(1), level: 2 })];
    expect(alarmOnMap(escalated, NAMES)).toBe("naik: tugas belum sampai");
    expect(alarmOnMap(alarms.slice(2), NAMES)).toBe("");
  });

  test("without a point the kelurahan's middle stands in and says so; without both nothing is made up", () => {
    const place = { kelurahanCode: AREA.code, kelurahanName: AREA.name };
    const about = incidentOnMap(create(IncidentViewSchema, { id: "c", place }), [], NAMES);
    expect([about.approximate, about.point, about.place]).toEqual([
      true,
      { latitude: 0.905, longitude: 108.985 },
      "Kel. Pasiran",
    ]);
    const nowhere = incidentOnMap(create(IncidentViewSchema, { id: "b" }), [], NAMES);
    expect([nowhere.point, nowhere.typeName]).toEqual([undefined, "Jenis belum ditentukan"]);
  });

  test("a masked incident keeps its kind to itself", () => {
    const masked = create(IncidentViewSchema, {
      ...view,
      masked: true,
      typeCode: "",
      typeName: "Kejadian sensitif",
    });
    const shown = incidentOnMap(masked, [], NAMES);
    expect([shown.typeName, shown.category]).toEqual(["Kejadian sensitif", ""]);
  });

  test("a unit is free, at work or out, and says where it was last", () => {
    const base = { id: "u", code: "DAMKAR-01", agencyCode: "damkar", kind: "pemadam", inService: true };
    const of = (over: object) =>
      unitOnMap(create(UnitViewSchema, { ...base, ...over }), NAMES, (id) => (id === "x" ? "a" : undefined));
    expect(of({}).status).toBe("free");
    expect(of({ inService: false, assignmentIds: ["x"] }).status).toBe("out");
    const busy = of({
      assignmentIds: ["x", "gone"],
      step: Step.EN_ROUTE,
      positionNow: { point: { latitude: 0.9, longitude: 108.98 }, at: timestampFromMs(NOW) },
    });
    expect([busy.status, busy.statusText, busy.at, busy.incidentIds]).toEqual([
      "busy",
      "berangkat",
      NOW,
      ["a"],
    ]);
    expect(of({}).point).toBeUndefined();
  });
});
