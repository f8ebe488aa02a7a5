import type { CallView } from "../../gen/siaga/v1/call_pb.ts";
import { PlaceVerification, type IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { t } from "../../i18n/index.ts";
import { act, report } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import { toasts } from "../../lib/toasts.svelte.ts";
import { desk } from "./desk.svelte.ts";
import { placeInput, type CardForm } from "./form.svelte.ts";
import type { Sending } from "./sending.svelte.ts";

/** Shows why a card cannot be sent as it stands; true when it can. */
function fits(form: CardForm): boolean {
  const problem =
    form.pointComplaint || (form.reasonIsMissing ? `${t("card.priorityReason")}: ${t("required")}` : "");
  if (problem) toasts.show("warn", problem);
  return !problem;
}

/**
 * Opens the incident from what is typed and puts it on the desk. The draft goes only after the
 * server has confirmed; `quiet` when the dispatch that follows will say it. Resolves to the incident, or nothing when it was refused (which is shown).
 */
export async function openIncident(
  form: CardForm,
  call: CallView | undefined,
  verification: PlaceVerification,
  quiet = false,
): Promise<IncidentView | undefined> {
  if (!fits(form)) return undefined;
  const f = form.fields;
  try {
    const reply = await api.incidents.openIncident({
      callId: call?.id ?? "",
      callerName: f.callerName.trim(),
      callerNumber: f.callerNumber.trim(),
      narrative: f.narrative.trim(),
      place: placeInput(f),
      typeCode: f.typeCode,
      priority: Number(f.priority || 0),
      priorityReason: f.priorityReason.trim(),
    });
    form.failure = undefined;
    const incidentId = reply.changed?.id ?? "";
    if (!quiet) toasts.show("ok", t("card.opened", { number: reply.number }));
    if (verification !== PlaceVerification.UNSPECIFIED) {
      const version = reply.changed?.version ?? 0n;
      await api.incidents.verifyPlace({ incidentId, version, verification }).catch(report);
    }
    const full = await api.incidents.getIncident({ incidentId });
    desk.forget(form.key);
    desk.fetched = full.incident;
    desk.select(`incident:${incidentId}`);
    desk.timeline = full.timeline;
    return full.incident;
  } catch (thrown) {
    form.failure = report(thrown);
    return undefined;
  }
}

/** Dispatches to whom is ticked. Resolves to whether it went out. */
export async function dispatch(incidentId: string, typeCode: string, sending: Sending): Promise<boolean> {
  const ticked = sending.proposals(typeCode, desk.assignments).filter((one) => one.ticked);
  if (ticked.length === 0) return false;
  try {
    await api.dispatch.dispatchIncident({
      incidentId,
      agencyCodes: ticked.map((one) => one.code),
      shareCallerWith: ticked.filter((one) => one.part !== "lead" && one.shareCaller).map((one) => one.code),
    });
    sending.clear();
    toasts.show(
      "ok",
      t("card.dispatched", { list: ticked.map((one) => catalog.agencyName(one.code)).join(", ") }),
    );
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
