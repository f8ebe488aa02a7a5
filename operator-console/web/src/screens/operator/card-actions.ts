import { create } from "@bufbuild/protobuf";
import type { CallView } from "../../gen/siaga/v1/call_pb.ts";
import { OpenIncidentRequestSchema } from "../../gen/siaga/v1/incident_pb.ts";
import { PlaceVerification } from "../../gen/siaga/v1/place_pb.ts";
import { t } from "../../i18n/index.ts";
import { act, report } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import { toasts } from "../../lib/toasts.svelte.ts";
import { desk } from "./desk.svelte.ts";
import { placeInput, type CardForm } from "./form.svelte.ts";
import type { Proposal, Sending } from "./sending.svelte.ts";

/** Shows why a card cannot be sent as it stands; true when it can. */
function fits(form: CardForm): boolean {
  const problem =
    form.pointComplaint || (form.reasonIsMissing ? `${t("card.priorityReason")}: ${t("required")}` : "");
  if (problem) toasts.show("warn", problem);
  return !problem;
}

/**
 * Opens the incident from what is typed, with how the place was verified, and sends it to whom is ticked when `to` is
 * given: one command, so that a line cut at the wrong moment leaves no case open that was to be sent. What was typed is
 * kept until the server has confirmed. A refusal is shown.
 */
export async function openIncident(
  form: CardForm,
  call: CallView | undefined,
  to?: readonly Proposal[],
): Promise<void> {
  if (!fits(form)) return;
  const f = form.fields;
  const place = placeInput(f);
  const request = create(OpenIncidentRequestSchema, {
    callId: call?.id ?? "",
    callerName: f.callerName.trim(),
    callerNumber: f.callerNumber.trim(),
    narrative: f.narrative.trim(),
    place,
    typeCode: f.typeCode,
    priority: Number(f.priority || 0),
    priorityReason: f.priorityReason.trim(),
    placeVerification: place ? form.verification : PlaceVerification.UNSPECIFIED,
    dispatch: to && to.length > 0 ? recipients(to) : undefined,
  });
  try {
    const reply = await api.incidents.openIncident(request);
    form.failure = undefined;
    toasts.show("ok", to?.length ? dispatchedText(to) : t("card.opened", { number: reply.number }));
    await desk.opened(request, reply.changed);
  } catch (thrown) {
    form.failure = report(thrown);
  }
}

function recipients(to: readonly Proposal[]): { agencyCodes: string[]; shareCallerWith: string[] } {
  return {
    agencyCodes: to.map((one) => one.code),
    shareCallerWith: to.filter((one) => one.part !== "lead" && one.shareCaller).map((one) => one.code),
  };
}

const dispatchedText = (to: readonly Proposal[]) =>
  t("card.dispatched", { list: to.map((one) => catalog.agencyName(one.code)).join(", ") });

/** Dispatches to whom is ticked. Resolves to whether it went out. */
export async function dispatch(incidentId: string, typeCode: string, sending: Sending): Promise<boolean> {
  const ticked = sending.proposals(typeCode, desk.assignments).filter((one) => one.ticked);
  if (ticked.length === 0) return false;
  try {
    await api.dispatch.dispatchIncident({ incidentId, ...recipients(ticked) });
    sending.clear();
    toasts.show("ok", dispatchedText(ticked));
    await desk.refresh();
    return true;
  } catch (thrown) {
    report(thrown);
    return false;
  }
}

/** Dispatches an open incident to one agency more, with what was typed on its card saved first. */
export async function dispatchTo(incidentId: string, code: string, form: CardForm): Promise<void> {
  if (!(await form.save())) return;
  const sent = await act(() => api.dispatch.dispatchIncident({ incidentId, agencyCodes: [code] }));
  if (!sent) return;
  toasts.show("ok", t("card.dispatched", { list: catalog.agencyName(code) }));
  await desk.refresh();
}

/** The call is about an incident that is open already. */
export async function attach(call: CallView, incidentId: string, form: CardForm): Promise<void> {
  const f = form.fields;
  // What the caller said of themselves belongs to the call, and must not be lost with the card.
  if (form.isDirty("callerName", "callerNumber")) {
    await api.calls.identifyCaller({
      callId: call.id,
      name: f.callerName.trim(),
      number: f.callerNumber.trim(),
    });
  }
  await api.calls.attachCall({ callId: call.id, incidentId });
  // The narrative of a second caller is news about the incident.
  if (f.narrative.trim()) await api.incidents.addNote({ incidentId, text: f.narrative.trim() });
  desk.forget(form.key);
  desk.select(`incident:${incidentId}`);
  await desk.refresh();
}

/** Makes the report and opens it beside the console. */
export async function openReport(incidentId: string, language: string): Promise<void> {
  try {
    const reply = await api.incidents.getReport({ incidentId, language });
    const url = URL.createObjectURL(new Blob([new Uint8Array(reply.pdf)], { type: "application/pdf" }));
    const link = document.createElement("a");
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener";
    link.click();
    // The other page has read it by then; a report names people and must not stay in memory.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (thrown) {
    report(thrown);
  }
}
