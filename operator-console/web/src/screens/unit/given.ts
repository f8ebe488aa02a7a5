import { fromJsonString } from "@bufbuild/protobuf";
import {
  CorrectStatusRequestSchema,
  ReportStatusRequestSchema,
  RequestHelpRequestSchema,
  Step,
} from "../../gen/siaga/v1/dispatch_pb.ts";
import { AddNoteRequestSchema } from "../../gen/siaga/v1/incident_pb.ts";
import { SetUnitServiceRequestSchema } from "../../gen/siaga/v1/unit_pb.ts";
import { ms } from "../../lib/proto.ts";
import type { Command } from "../../lib/outbox.svelte.ts";

/** What the crew has given and the centre has not confirmed yet. */
export type Given = { at: number } & (
  | { is: "step" | "back"; assignmentId: string; step: Step }
  | { is: "help"; assignmentId: string; text: string }
  | { is: "note"; incidentId: string; text: string }
  | { is: "service"; inService: boolean; text: string }
);

/** A command that waits, as what the crew gave; `undefined` for one that is not of this screen. */
export function readGiven(command: Command): Given | undefined {
  const method = command.method.split("/").at(-1);
  try {
    switch (method) {
      case "ReportStatus": {
        const one = fromJsonString(ReportStatusRequestSchema, command.body);
        return {
          is: "step",
          at: ms(one.occurredAt) ?? command.at,
          assignmentId: one.assignmentId,
          step: one.step,
        };
      }
      case "CorrectStatus": {
        const one = fromJsonString(CorrectStatusRequestSchema, command.body);
        return { is: "back", at: command.at, assignmentId: one.assignmentId, step: one.step };
      }
      case "RequestHelp": {
        const one = fromJsonString(RequestHelpRequestSchema, command.body);
        return {
          is: "help",
          at: ms(one.occurredAt) ?? command.at,
          assignmentId: one.assignmentId,
          text: one.what,
        };
      }
      case "AddNote": {
        const one = fromJsonString(AddNoteRequestSchema, command.body);
        return {
          is: "note",
          at: ms(one.occurredAt) ?? command.at,
          incidentId: one.incidentId,
          text: one.text,
        };
      }
      case "SetUnitService": {
        const one = fromJsonString(SetUnitServiceRequestSchema, command.body);
        return { is: "service", at: command.at, inService: one.inService, text: one.reason };
      }
      default:
        return undefined;
    }
  } catch {
    // The outbox will say that a newer page does not know it.
    return undefined;
  }
}

function same(a: Given, b: Given): boolean {
  const about = ({ at: _, ...rest }: Given) => JSON.stringify(rest);
  return about(a) === about(b);
}

/** What this page is sending and what waits of before a reload, each once, in the order given. */
export function allGiven(sending: readonly Given[], waiting: readonly Given[]): Given[] {
  const others = waiting.filter((one) => !sending.some((mine) => same(mine, one)));
  return [...others, ...sending].sort((a, b) => a.at - b.at);
}

/** Where the unit is on an assignment once everything given has arrived. */
export function stepAfter(step: Step, given: readonly Given[], assignmentId: string): Step {
  let now = step;
  for (const one of given) {
    if (one.is === "step" && one.assignmentId === assignmentId) now = Math.max(now, one.step);
    if (one.is === "back" && one.assignmentId === assignmentId) now = one.step;
  }
  return now;
}

/** When a step was given that the centre does not know of yet. */
export function givenAt(given: readonly Given[], assignmentId: string, step: Step): number | undefined {
  return given.findLast((one) => one.is === "step" && one.assignmentId === assignmentId && one.step === step)
    ?.at;
}
