import { create, toJsonString } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  CorrectStatusRequestSchema,
  ReportStatusRequestSchema,
  Step,
} from "../../gen/siaga/v1/dispatch_pb.ts";
import { AddNoteRequestSchema } from "../../gen/siaga/v1/incident_pb.ts";
import { at } from "../../lib/proto.ts";
import { allGiven, givenAt, readGiven, stepAfter, type Given } from "./given.ts";

const NOON = Date.UTC(2026, 10, 23, 5);

function step(to: Step, when: number, assignmentId = "a"): Given {
  return { is: "step", at: when, assignmentId, step: to };
}

describe("what was given and has not arrived", () => {
  test("is read from the outbox with the time at which it was given", () => {
    const request = create(ReportStatusRequestSchema, {
      assignmentId: "a",
      step: Step.EN_ROUTE,
      occurredAt: at(NOON),
    });
    const body = toJsonString(ReportStatusRequestSchema, request);
    const method = "siaga.v1.DispatchService/ReportStatus";
    // It was put into the outbox later than it was given.
    expect(readGiven({ id: "1", method, body, name: "", at: NOON + 9_000 })).toEqual(
      step(Step.EN_ROUTE, NOON),
    );
  });

  test("is nothing of this screen when it is another's command, or cannot be read", () => {
    expect(readGiven({ id: "1", method: "x/AnswerCall", body: "{}", name: "", at: 0 })).toBeUndefined();
    expect(readGiven({ id: "1", method: "x/AddNote", body: "{", name: "", at: 0 })).toBeUndefined();
  });

  test("counts once though it is on its way and in the outbox, in the order given", () => {
    const note = { is: "note", at: 20, incidentId: "i", text: "x" } as const;
    const kept = readGiven({
      id: "1",
      method: "siaga.v1.IncidentService/AddNote",
      body: toJsonString(AddNoteRequestSchema, create(AddNoteRequestSchema, { incidentId: "i", text: "x" })),
      name: "",
      at: 21,
    });
    expect(allGiven([note, step(Step.ON_SCENE, 30)], [step(Step.EN_ROUTE, 10), kept as Given])).toEqual([
      step(Step.EN_ROUTE, 10),
      note,
      step(Step.ON_SCENE, 30),
    ]);
  });

  test("moves the unit on, and back where a wrong tap was taken back", () => {
    const given: Given[] = [step(Step.EN_ROUTE, 1), step(Step.ON_SCENE, 2)];
    expect(stepAfter(Step.UNIT_ASSIGNED, given, "a")).toBe(Step.ON_SCENE);
    expect(stepAfter(Step.UNIT_ASSIGNED, given, "b")).toBe(Step.UNIT_ASSIGNED);
    // The centre is further already: an older word does not take it back.
    expect(stepAfter(Step.UNDER_CONTROL, given, "a")).toBe(Step.UNDER_CONTROL);
    const back: Given = { is: "back", at: 3, assignmentId: "a", step: Step.EN_ROUTE };
    expect(stepAfter(Step.UNIT_ASSIGNED, [...given, back], "a")).toBe(Step.EN_ROUTE);
  });

  test("knows when a step was given", () => {
    expect(givenAt([step(Step.EN_ROUTE, 5)], "a", Step.EN_ROUTE)).toBe(5);
    expect(givenAt([step(Step.EN_ROUTE, 5)], "a", Step.ON_SCENE)).toBeUndefined();
  });

  test("a correction is read, too", () => {
    const body = toJsonString(
      CorrectStatusRequestSchema,
      create(CorrectStatusRequestSchema, { assignmentId: "a", step: Step.EN_ROUTE }),
    );
    expect(
      readGiven({ id: "1", method: "siaga.v1.DispatchService/CorrectStatus", body, name: "", at: 7 }),
    ).toEqual({ is: "back", at: 7, assignmentId: "a", step: Step.EN_ROUTE });
  });
});
