import { describe, expect, test } from "vitest";
import { AlarmKind } from "../gen/siaga/v1/alarm_pb.ts";
import { Disposition } from "../gen/siaga/v1/call_pb.ts";
import { Channel, Role } from "../gen/siaga/v1/common_pb.ts";
import { Step } from "../gen/siaga/v1/dispatch_pb.ts";
import { IncidentState } from "../gen/siaga/v1/incident_pb.ts";
import { PlaceVerification } from "../gen/siaga/v1/place_pb.ts";
import { lang, messages, t, tn } from "./index.ts";

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort();
const numbers = (enumeration: object) => Object.values(enumeration).filter((one) => typeof one === "number");

describe("the catalogue", () => {
  test("has both languages with the same holes", () => {
    for (const [key, [id, en]] of Object.entries(messages) as [string, readonly [string, string]][]) {
      expect(id.trim(), key).not.toBe("");
      expect(en.trim(), key).not.toBe("");
      expect(holes(en), key).toEqual(holes(id));
    }
  });

  test.each([
    ["step", Step],
    ["role", Role],
    ["alarm", AlarmKind],
    ["disposition", Disposition],
    ["verification", PlaceVerification],
    ["incidentState", IncidentState],
  ])("names every %s of the contract", (family, enumeration) => {
    for (const number of numbers(enumeration)) expect(messages).toHaveProperty([`${family}.${number}`]);
  });

  test("names every channel that can be chosen", () => {
    for (const number of numbers(Channel).filter((one) => one !== 0)) {
      expect(messages).toHaveProperty([`channel.${number}`]);
    }
  });

  test("follows the chosen language and survives a number it does not know", () => {
    lang.set("id");
    expect(t("card.answeredAt", { time: "21:47" })).toBe("dijawab 21:47");
    expect(tn("step", 999)).toBe("tidak diketahui");
    lang.set("en");
    expect(t("card.answeredAt", { time: "21:47" })).toBe("answered 21:47");
    lang.set("id");
  });
});
