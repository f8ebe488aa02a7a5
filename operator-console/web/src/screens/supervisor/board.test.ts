import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AlarmViewSchema, type AlarmView } from "../../gen/siaga/v1/alarm_pb.ts";
import { AssignmentViewSchema, Step, type AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { IncidentState, IncidentViewSchema, type IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { byWorst, casesOf, STAGES } from "./board.ts";

const NOW = Date.UTC(2026, 10, 22, 14, 47, 32);

function incident(id: string, more: Partial<IncidentView> = {}, secondsAgo = 60): IncidentView {
  return create(IncidentViewSchema, {
    id,
    number: `SKW-20261122-${id}`,
    state: IncidentState.OPEN,
    priority: 2,
    openedAt: timestampFromMs(NOW - secondsAgo * 1000),
    ...(more as object),
  });
}

function assignment(step: Step, at: Partial<Record<number, number>> = {}): AssignmentView {
  return create(AssignmentViewSchema, {
    id: `a-${step}-${JSON.stringify(at)}`,
    step,
    stamps: Object.entries(at).map(([key, ms]) => ({ step: Number(key), at: timestampFromMs(ms ?? 0) })),
  });
}

function alarm(incidentId: string, secondsAgo: number, more: Partial<AlarmView> = {}): AlarmView {
  return create(AlarmViewSchema, {
    id: `not-acknowledged:${incidentId}`,
    incidentId,
    level: 1,
    raisedAt: timestampFromMs(NOW - secondsAgo * 1000),
    ...(more as object),
  });
}

const only = (one: IncidentView, assignments: AssignmentView[]) => {
  const [found] = casesOf([one], () => assignments, []);
  if (!found) throw new Error("the case is missing");
  return found;
};

describe("the lane of a case", () => {
  test.each([
    [[], "verify"],
    [[Step.DECLINED, Step.WITHDRAWN], "verify"],
    [[Step.SENT], "sent"],
    [[Step.ACCEPTED, Step.DECLINED], "sent"],
    [[Step.SENT, Step.UNIT_ASSIGNED], "enRoute"],
    [[Step.EN_ROUTE, Step.SENT], "enRoute"],
    [[Step.ON_SCENE, Step.SENT], "onScene"],
    [[Step.UNDER_CONTROL, Step.COMPLETED], "onScene"],
    [[Step.COMPLETED, Step.SENT], "sent"],
    [[Step.COMPLETED, Step.DECLINED], "report"],
  ] as const)("%j: %s", (steps, stage) => {
    expect(
      only(
        incident("1"),
        steps.map((step) => assignment(step)),
      ).stage,
    ).toBe(stage);
  });

  test("its clock runs since it came there", () => {
    const first = assignment(Step.EN_ROUTE, { [Step.SENT]: NOW - 90_000, [Step.EN_ROUTE]: NOW - 50_000 });
    const second = assignment(Step.UNIT_ASSIGNED, {
      [Step.SENT]: NOW - 80_000,
      [Step.UNIT_ASSIGNED]: NOW - 70_000,
    });
    expect(only(incident("1"), [first, second]).since).toBe(NOW - 70_000);
    expect(only(incident("1", {}, 33), []).since).toBe(NOW - 33_000);
    const done = (at: number) => assignment(Step.COMPLETED, { [Step.COMPLETED]: at });
    expect(only(incident("1"), [done(NOW - 9_000), done(NOW - 4_000)]).since).toBe(NOW - 4_000);
  });
});

describe("the worst first", () => {
  const order = (incidents: IncidentView[], alarms: AlarmView[]) =>
    casesOf(incidents, () => [], alarms).map((one) => one.incident.id);

  test("what nobody has, then what is late, then the rest; within them the priority", () => {
    const list = [
      incident("calm-p1", { priority: 1 }),
      incident("taken-p1", { priority: 1 }),
      incident("open-p3", { priority: 3 }),
      incident("open-p1", { priority: 1 }),
    ];
    const alarms = [
      alarm("taken-p1", 300, { takenByLabel: "Operator 1" }),
      alarm("open-p3", 90),
      alarm("open-p1", 5),
    ];
    expect(order(list, alarms)).toEqual(["open-p1", "open-p3", "taken-p1", "calm-p1"]);
  });

  test("of one priority the escalated, then the longest over its limit", () => {
    const list = ["a", "b", "c"].map((id) => incident(id));
    const alarms = [alarm("a", 20), alarm("b", 90), alarm("c", 10, { level: 2 })];
    expect(order(list, alarms)).toEqual(["c", "b", "a"]);
  });

  test("a case that nobody has classified stands behind the critical and before the urgent", () => {
    const list = [
      incident("p2", { priority: 2 }),
      incident("p0", { priority: 0 }),
      incident("p1", { priority: 1 }),
    ];
    expect(order(list, [])).toEqual(["p1", "p0", "p2"]);
  });

  test("closed cases are not on it", () => {
    expect(order([incident("1", { state: IncidentState.CLOSED })], [])).toEqual([]);
  });

  test("it is one order, whatever order the news came in", () => {
    const one = fc.record({
      priority: fc.integer({ min: 0, max: 4 }),
      ago: fc.integer({ min: 0, max: 3 }),
      alarm: fc.option(
        fc.record({
          ago: fc.integer({ min: 0, max: 3 }),
          level: fc.integer({ min: 1, max: 2 }),
          taken: fc.boolean(),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.integer(), (list, seed) => {
        const incidents = list.map((of, i) => incident(String(i), { priority: of.priority }, of.ago));
        const alarms = list.flatMap((of, i) =>
          of.alarm
            ? [
                alarm(String(i), of.alarm.ago, {
                  level: of.alarm.level,
                  takenByLabel: of.alarm.taken ? "x" : "",
                }),
              ]
            : [],
        );
        const shuffled = [...incidents].sort(
          (a, b) => ((Number(a.id) * 7919 + seed) % 13) - ((Number(b.id) * 7919 + seed) % 13),
        );
        const expected = casesOf(incidents, () => [], alarms);
        expect(casesOf(shuffled, () => [], [...alarms].reverse())).toEqual(expected);
        for (let i = 1; i < expected.length; i++) {
          const [before, after] = [expected[i - 1], expected[i]];
          if (before && after) expect(byWorst(before, after)).toBeLessThan(0);
        }
      }),
    );
  });

  test("what was known before changes nothing but saves making it anew", () => {
    const [a, b, c] = [incident("a"), incident("b"), incident("c")];
    const sent = [assignment(Step.SENT)];
    const assignmentsOf = (id: string) => (id === "b" ? sent : []);
    const first = casesOf([a, b, c], assignmentsOf, [alarm("c", 10)]);
    expect(first.map((one) => one.incident.id)).toEqual(["c", "a", "b"]);
    expect(casesOf([a, b, c], assignmentsOf, [alarm("c", 9)], first)).not.toBe(first);
    const alarms = first[0] ? [...first[0].alarms] : [];
    expect(casesOf([c, b, a], (id) => [...assignmentsOf(id)], alarms, first)).toBe(first);

    const worse = incident("b", { priority: 1 });
    const next = casesOf([a, worse, c, incident("d", { priority: 3 })], assignmentsOf, alarms, first);
    expect(next.map((one) => one.incident.id)).toEqual(["c", "b", "a", "d"]);
    expect(next[0]).toBe(first[0]);
    expect(next[2]).toBe(first[1]);
    expect(next[1]?.incident).toBe(worse);
    expect(casesOf([a], assignmentsOf, [], next).map((one) => one.incident.id)).toEqual(["a"]);
  });

  test("every stage has a lane", () => {
    expect(new Set(STAGES).size).toBe(5);
  });
});
