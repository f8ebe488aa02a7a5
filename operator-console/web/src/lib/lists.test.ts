import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { AssignmentViewSchema } from "../gen/siaga/v1/dispatch_pb.ts";
import { IncidentViewSchema } from "../gen/siaga/v1/incident_pb.ts";
import { EntitySchema, type Entity } from "../gen/siaga/v1/live_pb.ts";
import { UnitViewSchema } from "../gen/siaga/v1/unit_pb.ts";
import { assignmentsByIncident, keepLists, keepSame, listsOf } from "./lists.ts";

const unit = (id: string) =>
  create(EntitySchema, { key: `unit:${id}`, value: { case: "unit", value: create(UnitViewSchema, { id }) } });
const incident = (id: string, assignmentIds: string[] = []) =>
  create(EntitySchema, {
    key: `incident:${id}`,
    value: {
      case: "incident",
      value: create(IncidentViewSchema, {
        id,
        assignments: assignmentIds.map((one) => create(AssignmentViewSchema, { id: one, incidentId: id })),
      }),
    },
  });
const world = (...entities: Entity[]) => new Map(entities.map((one) => [one.key, one]));

test("a list is the same list only with the same things in the same order", () => {
  const [a, b] = [{}, {}];
  const before = [a, b];
  expect(keepSame(before, [a, b])).toBe(before);
  expect(keepSame(before, [b, a])).not.toBe(before);
  expect(keepSame(before, [a])).not.toBe(before);
  expect(keepSame(before, [a, {}])).not.toBe(before);
  expect(keepSame(undefined, before)).toBe(before);
});

test("a unit that moves leaves the incidents as they were", () => {
  const fire = incident("fire");
  const before = listsOf(world(unit("u"), fire));
  const moved = keepLists(before, listsOf(world(unit("u"), fire)));
  expect(moved.units).not.toBe(before.units);
  expect(moved.incidents).toBe(before.incidents);
  expect(moved.calls).toBe(before.calls);
});

test("assignments of an incident in which nothing is new are the same list", () => {
  const [fire, flood] = [incident("fire", ["a", "b"]), incident("flood", ["c"])];
  const before = assignmentsByIncident(listsOf(world(fire, flood)));
  const after = assignmentsByIncident(listsOf(world(fire, incident("flood", ["c", "d"]))), before);
  expect(after.get("fire")).toBe(before.get("fire"));
  expect(after.get("flood")?.map((one) => one.id)).toEqual(["c", "d"]);
});
