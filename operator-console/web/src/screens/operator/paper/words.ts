import { Step } from "../../../gen/siaga/v1/dispatch_pb.ts";
import { t, tn } from "../../../i18n/index.ts";
import type { AgencyTime, Complaint } from "./paper-form.ts";

/** The step that a time of an agency's row stands for. */
export const TIME_STEPS: Record<AgencyTime, Step> = {
  sent: Step.SENT,
  acknowledged: Step.ACKNOWLEDGED,
  accepted: Step.ACCEPTED,
  enRoute: Step.EN_ROUTE,
  onScene: Step.ON_SCENE,
  underControl: Step.UNDER_CONTROL,
  completed: Step.COMPLETED,
  declined: Step.DECLINED,
};

const NAMES = {
  ringing: "paper.ringing",
  answered: "paper.answered",
  ended: "paper.ended",
  opened: "paper.opened",
  verified: "paper.verified",
  closed: "paper.closed",
  outcome: "close.outcome",
} as const;

/** A field of the form, as it stands on the screen. */
export function fieldName(field: string): string {
  const [, place, name = ""] = /^agencies\.(\d+)\.(\w+)$/.exec(field) ?? [];
  if (place !== undefined) {
    const agency = t("paper.agency", { n: Number(place) + 1 });
    if (name === "code") return agency;
    if (name === "contact") return `${agency}: ${t("behalf.contact")}`;
    if (name === "declineReason") return `${agency}: ${t("paper.declineReason")}`;
    if (name === "sent") return `${agency}: ${t("paper.sent")}`;
    return `${agency}: ${tn("step", TIME_STEPS[name as AgencyTime])}`;
  }
  const key = NAMES[field as keyof typeof NAMES];
  return key ? t(key) : field;
}

/** What is wrong with a time, in few words: its column is narrow. */
export function complaintText(complaint: Complaint): string {
  if (complaint.is === "future") return t("paper.future");
  if (complaint.is === "early") return t("paper.early", { before: fieldName(complaint.before) });
  return t("paper.bad");
}
