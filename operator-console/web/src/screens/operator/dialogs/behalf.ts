import type { MessageInitShape } from "@bufbuild/protobuf";
import type { OnBehalfSchema } from "../../../gen/siaga/v1/common_pb.ts";
import { Step, type AssignmentView } from "../../../gen/siaga/v1/dispatch_pb.ts";
import { api } from "../../../lib/api.ts";
import { at } from "../../../lib/proto.ts";
import { isOver, WAY } from "../../../lib/way.ts";

/** What an operator can record for an agency: a step of the way, or one of these. */
export type What = `step:${number}` | "help" | "correct";

export interface Said {
  what: What;
  /** Empty: the assignment as a whole. */
  unitId: string;
  unitIds: string[];
  people: boolean;
  vehicles: boolean;
  equipment: boolean;
  /** Reason, help asked for, or note: whatever text the step takes. */
  text: string;
  correctTo: Step;
  /** When it was said, ms since the epoch; left out: now. */
  saidAt: number | undefined;
}

/** What can be said of an assignment where it stands: the way ahead, never back without a correction. */
export function choices(assignment: AssignmentView): What[] {
  if (isOver(assignment.step)) return assignment.step === Step.WITHDRAWN ? [] : ["correct"];
  const ahead = WAY.filter((step) => step > assignment.step && step >= Step.ACKNOWLEDGED);
  // Units may be added and move on at any stage after.
  const again =
    assignment.step >= Step.UNIT_ASSIGNED ? [Step.UNIT_ASSIGNED, Step.EN_ROUTE, Step.ON_SCENE] : [];
  const steps = [...new Set([...ahead, ...again])].sort((a, b) => a - b);
  return [
    ...steps.map((step): What => `step:${step}`),
    ...(assignment.step < Step.EN_ROUTE ? [`step:${Step.DECLINED}` as const] : []),
    "help",
    ...(assignment.step > Step.DELIVERED ? (["correct"] as const) : []),
  ];
}

export function stepOf(what: What): Step | undefined {
  return what.startsWith("step:") ? Number(what.slice(5)) : undefined;
}

/** Sends what was said as the command that the agency itself would have given. */
export function record(
  assignment: AssignmentView,
  said: Said,
  onBehalf: MessageInitShape<typeof OnBehalfSchema>,
): Promise<unknown> {
  const base = { assignmentId: assignment.id, onBehalf };
  if (said.what === "help") return api.dispatch.requestHelp({ ...base, what: said.text });
  if (said.what === "correct") {
    return api.dispatch.correctStatus({
      ...base,
      unitId: said.unitId,
      step: said.correctTo,
      reason: said.text,
    });
  }
  const step = stepOf(said.what) ?? Step.UNSPECIFIED;
  switch (step) {
    case Step.ACKNOWLEDGED:
      return api.dispatch.acknowledgeAssignment(base);
    case Step.READY: {
      const { people, vehicles, equipment } = said;
      return api.dispatch.confirmReadiness({
        ...base,
        readiness: { people, vehicles, equipment, note: said.text },
      });
    }
    case Step.ACCEPTED:
      return api.dispatch.acceptAssignment(base);
    case Step.DECLINED:
      return api.dispatch.declineAssignment({ ...base, reason: said.text });
    case Step.UNIT_ASSIGNED:
      return api.dispatch.assignUnits({ ...base, unitIds: said.unitIds });
    default:
      return api.dispatch.reportStatus({
        ...base,
        unitId: said.unitId,
        step,
        occurredAt: at(said.saidAt),
        note: said.text,
      });
  }
}
