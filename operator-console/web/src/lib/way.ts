import { Step, type AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import type { Stage } from "../components/Way.svelte";
import { tn } from "../i18n/index.ts";
import { ms } from "./proto.ts";
import { clockTime } from "./time.ts";

/** The ten steps of an assignment's way, in order. */
export const WAY: readonly Step[] = [
  Step.SENT,
  Step.DELIVERED,
  Step.ACKNOWLEDGED,
  Step.READY,
  Step.ACCEPTED,
  Step.UNIT_ASSIGNED,
  Step.EN_ROUTE,
  Step.ON_SCENE,
  Step.UNDER_CONTROL,
  Step.COMPLETED,
];

/** Nothing more comes after these. */
export function isOver(step: Step): boolean {
  return step >= Step.COMPLETED;
}

/** The furthest step on the way that has been reached; a declined or withdrawn one stays where it was. */
export function reached(assignment: Pick<AssignmentView, "step" | "stamps">): Step {
  if (assignment.step <= Step.COMPLETED) return assignment.step;
  return Math.max(0, ...assignment.stamps.map((one) => one.step).filter((one) => one <= Step.COMPLETED));
}

/** When a step was reached, ms since the epoch. */
export function stampOf(assignment: Pick<AssignmentView, "stamps">, step: Step): number | undefined {
  return ms(assignment.stamps.find((one) => one.step === step)?.at);
}

/** Since when the assignment is where it is, ms since the epoch. */
export function standsSince(assignment: Pick<AssignmentView, "step" | "stamps">): number | undefined {
  return stampOf(assignment, assignment.step) ?? ms(assignment.stamps.at(-1)?.at);
}

/** The stage bar; `late` marks the step that is waited for. */
export function stagesOf(assignment: Pick<AssignmentView, "step" | "stamps">, late: boolean): Stage[] {
  const now = reached(assignment);
  const over = isOver(assignment.step);
  return WAY.map((step): Stage => {
    const at = stampOf(assignment, step);
    const stage = { label: tn("step", step), ...(at === undefined ? {} : { at: clockTime(at) }) };
    if (step > now) return { ...stage, state: late && !over && step === now + 1 ? "late" : "todo" };
    if (step === now && !over) return { ...stage, state: "now" };
    return { ...stage, state: at === undefined ? "skipped" : "done" };
  });
}
