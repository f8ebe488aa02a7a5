import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { Step, type AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { IncidentViewSchema, type IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { distanceM, parsePoint, pointProblem, pointText } from "../../lib/place.ts";
import { reached, stagesOf } from "../../lib/way.ts";
import { choices } from "./dialogs/behalf.ts";
import { possibleDuplicates, type Subject } from "./duplicates.ts";

const NOW = Date.UTC(2026, 10, 22, 14, 47, 32);

describe("a typed point", () => {
  test.each([
    ["0.9063, 108.9872"],
    ["0.9063 108.9872"],
    ["https://maps.example/place/@0.9063,108.9872,17z"],
    ["https://maps.example/?q=0.9063%2C108.9872"],
    ["https://map.example/#map=17/0.9063/108.9872"],
    ["geo:0.9063,108.9872;u=35"],
  ])("is read from %s", (text) => {
    expect(parsePoint(text)).toEqual({ latitude: 0.9063, longitude: 108.9872 });
  });
  test.each(["", "0,0", "91, 108", "0.9, 181", "Jl. Niaga 12", "12"])("is not made up from '%s'", (text) => {
    expect(parsePoint(text)).toBeUndefined();
  });
  test("says why it is none, and says nothing of an empty field", () => {
    expect(
      ["", "Jl. Niaga 12", "108.9872, 0.9063", "0,0", "0.0; -0.0", "0.9063, 108.9872"].map(pointProblem),
    ).toEqual([undefined, "form", "range", "zero", "zero", undefined]);
  });
  test("is written back as it is read, to a tenth of a metre", () => {
    expect(pointText({ latitude: 0.90630004, longitude: 108.9872 })).toBe("0.9063, 108.9872");
    expect(pointText(undefined)).toBe("");
  });

  test("keeps how exact it is", () => {
    const point = { latitude: 0.9063, longitude: 108.9872, accuracyM: 25 };
    expect(pointText(point)).toBe("0.9063, 108.9872 ±25 m");
    expect(parsePoint(pointText(point))).toEqual(point);
    expect(parsePoint("0.9063, 108.9872 ±25")).toBeUndefined();
  });
  test("a thousandth of a degree of latitude is 111 m", () => {
    expect(
      Math.round(distanceM({ latitude: 0.9, longitude: 109 }, { latitude: 0.901, longitude: 109 })),
    ).toBe(111);
  });
});

describe("possible duplicates", () => {
  const fire = (id: string, more: object = {}, minutesAgo = 2): IncidentView =>
    create(IncidentViewSchema, {
      id,
      typeCode: "kebakaran-bangunan",
      category: "kebakaran",
      narrative: "asap tebal dari ruko belakang pasar",
      openedAt: { seconds: BigInt(Math.floor(NOW / 1000) - minutesAgo * 60) },
      place: {
        text: "Jl. Niaga, ruko deretan pasar",
        kelurahanCode: "61.72.02.1002",
        point: { latitude: 0.9063, longitude: 108.9872 },
      },
      ...more,
    });
  const subject: Subject = {
    incidentId: "mine",
    typeCode: "kebakaran-bangunan",
    category: "kebakaran",
    placeText: "ruko Niaga",
    kelurahanCode: "61.72.02.1002",
    point: { latitude: 0.907, longitude: 108.988 },
    callerNumber: "",
    narrative: "ruko kebakar",
  };
  const found = (open: IncidentView[], about: Partial<Subject> = {}) =>
    possibleDuplicates({ ...subject, ...about }, open, NOW).map((one) => one.incident.id);

  test("near, of the same type and recent is one", () => {
    expect(found([fire("a")])).toEqual(["a"]);
  });
  test("the card itself, one far away and one of yesterday are none", () => {
    const far = { place: { point: { latitude: 0.99, longitude: 108.95 } } };
    expect(found([fire("mine"), fire("b", far), fire("c", {}, 1500)])).toEqual([]);
  });
  test("without points the words of the place and the type speak", () => {
    expect(found([fire("a")], { point: undefined })).toEqual(["a"]);
    expect(
      found([fire("a")], {
        point: undefined,
        placeText: "Sedau",
        kelurahanCode: "",
        typeCode: "",
        category: "",
      }),
    ).toEqual([]);
  });
  test("the same number alone is enough; nothing known finds nothing", () => {
    const empty = {
      typeCode: "",
      category: "",
      placeText: "",
      kelurahanCode: "",
      point: undefined,
      narrative: "",
    };
    expect(
      found([fire("a", { callerNumber: "0000-4410" })], { ...empty, callerNumber: "0000-4410" }),
    ).toEqual(["a"]);
    expect(found([fire("a")], empty)).toEqual([]);
  });
});

describe("an assignment's way", () => {
  const stamps = (...steps: Step[]) =>
    steps.map((step) => ({ step, at: { seconds: 1n, nanos: 0 } })) as AssignmentView["stamps"];
  test("the last reached stands out, skipped ones are hollow, the awaited one can be late", () => {
    const stages = stagesOf({ step: Step.ON_SCENE, stamps: stamps(Step.SENT, Step.ON_SCENE) }, true);
    expect(stages.map((one) => one.state)).toEqual([
      "done",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
      "now",
      "late",
      "todo",
    ]);
  });
  test("a declined one stays where it was and waits for nothing", () => {
    const declined = { step: Step.DECLINED, stamps: stamps(Step.SENT, Step.DELIVERED, Step.DECLINED) };
    expect(reached(declined)).toBe(Step.DELIVERED);
    expect(stagesOf(declined, true).every((one) => one.state !== "late" && one.state !== "now")).toBe(true);
  });
});

describe("what can be recorded on behalf", () => {
  const at = (step: Step) => choices({ step } as AssignmentView);
  test("is the way ahead, a refusal until somebody is on the way, and help", () => {
    expect(at(Step.DELIVERED)).toEqual([
      ...[Step.ACKNOWLEDGED, Step.READY, Step.ACCEPTED, Step.UNIT_ASSIGNED].map((one) => `step:${one}`),
      ...[Step.EN_ROUTE, Step.ON_SCENE, Step.UNDER_CONTROL, Step.COMPLETED].map((one) => `step:${one}`),
      `step:${Step.DECLINED}`,
      "help",
    ]);
    expect(at(Step.EN_ROUTE)).not.toContain(`step:${Step.DECLINED}`);
    expect(at(Step.EN_ROUTE)).toContain(`step:${Step.UNIT_ASSIGNED}`);
  });
  test("of what is over is only a correction, and of what was withdrawn nothing", () => {
    expect(at(Step.COMPLETED)).toEqual(["correct"]);
    expect(at(Step.DECLINED)).toEqual(["correct"]);
    expect(at(Step.WITHDRAWN)).toEqual([]);
  });
});
