import { CallPhase, Disposition, type CallView } from "../../gen/siaga/v1/call_pb.ts";
import type { Changed } from "../../gen/siaga/v1/common_pb.ts";
import {
  IncidentState,
  type IncidentView,
  type OpenIncidentRequest,
  type TimelineEntry,
} from "../../gen/siaga/v1/incident_pb.ts";
import type { AlarmView } from "../../gen/siaga/v1/alarm_pb.ts";
import type { AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { act } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import { openedFrom, settleOpened } from "../../lib/card-draft.ts";
import { loadDraft, saveDraft } from "../../lib/drafts.ts";
import { ms } from "../../lib/proto.ts";
import { session } from "../../lib/session.svelte.ts";
import { byUrgency } from "../../lib/urgency.ts";
import { world } from "../../lib/world.svelte.ts";
import { CardForm } from "./form.svelte.ts";

/** What lies on the desk: `call:<id>`, `incident:<id>`, `new`, `paper` (a form to be entered), or nothing. */
export type CardKey = string;

function byTime(field: (one: CallView) => number): (a: CallView, b: CallView) => number {
  return (a, b) => field(a) - field(b);
}

const alarmOrder = byUrgency<AlarmView>({
  priority: (one) => one.priority,
  since: (one) => ms(one.raisedAt),
});

/** One operator's desk: which card is in hand, and the lists around it. */
class Desk {
  selected = $state<CardKey>("");
  /** An incident as last fetched: one found by searching may not be on the live board. */
  fetched = $state.raw<IncidentView | undefined>();
  timeline = $state.raw<readonly TimelineEntry[]>([]);
  #forms = new Map<CardKey, CardForm>();

  me: string = $derived(session.account?.id ?? "");

  ringing: CallView[] = $derived(
    world.calls
      .filter((one) => one.phase === CallPhase.RINGING)
      .sort(byTime((one) => ms(one.ringingAt) ?? 0)),
  );
  /** Hung up before anybody answered, and nobody has tried to call back yet. */
  missed: CallView[] = $derived(
    world.calls
      .filter(
        (one) =>
          one.phase === CallPhase.ENDED &&
          one.disposition === Disposition.ABANDONED &&
          !one.incidentId &&
          !one.callBacks.some((attempt) => attempt.reached),
      )
      .sort(byTime((one) => ms(one.ringingAt) ?? 0)),
  );
  /**
   * Mine, and not yet said what it was; or still talked on, about a case that is not among my cards
   * (a colleague's, or one that is closed): a call stays in sight until it has ended.
   */
  myCalls: CallView[] = $derived(
    world.calls
      .filter((one) => one.operatorAccountId === this.me && isUnfinished(one))
      .filter((one) => !one.incidentId || (isTalking(one) && !this.#isMyCard(one.incidentId)))
      .sort(byTime((one) => ms(one.answeredAt) ?? 0)),
  );
  open: IncidentView[] = $derived(
    world.incidents
      .filter((one) => one.state === IncidentState.OPEN)
      .sort(byUrgency({ priority: (one) => one.priority, since: (one) => ms(one.openedAt) })),
  );
  myIncidents: IncidentView[] = $derived(this.open.filter((one) => one.ownerAccountId === this.me));
  myCards: CardKey[] = $derived([
    ...this.myCalls.map((one) => `call:${one.id}`),
    ...this.myIncidents.map((one) => `incident:${one.id}`),
  ]);
  /** Untaken first, then by how urgent, then by age. */
  alarms: AlarmView[] = $derived(
    [...world.alarms].sort((a, b) => Number(!!a.takenByLabel) - Number(!!b.takenByLabel) || alarmOrder(a, b)),
  );

  /** The call in hand: the selected card's own, or the one that the selected incident came from. */
  call: CallView | undefined = $derived.by(() => {
    if (this.selected.startsWith("call:")) return world.call(this.selected.slice(5));
    const incident = this.incident;
    if (!incident) return undefined;
    const calls = world.calls.filter(
      (one) => one.incidentId === incident.id || incident.callIds.includes(one.id),
    );
    return calls.find((one) => isTalking(one) && one.operatorAccountId === this.me) ?? calls.at(-1);
  });
  incident: IncidentView | undefined = $derived.by(() => {
    const id = this.incidentId;
    const shown = world.incident(id);
    const fetched = this.fetched?.id === id ? this.fetched : undefined;
    return shown && (!fetched || shown.position >= fetched.position) ? shown : fetched;
  });
  /** The id of the incident in hand, also while it is not known here; empty when there is none. */
  incidentId: string = $derived.by(() => {
    const key = this.selected;
    if (key.startsWith("incident:")) return key.slice(9);
    // A call that was opened or attached is from then on its incident.
    return (key.startsWith("call:") && world.call(key.slice(5))?.incidentId) || "";
  });

  /** The assignments of the incident in hand, leads and first sent first; live ones win over fetched. */
  assignments: AssignmentView[] = $derived.by(() => {
    const incident = this.incident;
    if (!incident) return [];
    const newest = new Map(incident.assignments.map((one) => [one.id, one]));
    for (const one of world.assignmentsOf(incident.id)) {
      const have = newest.get(one.id);
      if (!have || one.position >= have.position) newest.set(one.id, one);
    }
    return [...newest.values()].sort(
      (a, b) =>
        a.role - b.role ||
        (ms(a.stamps[0]?.at) ?? 0) - (ms(b.stamps[0]?.at) ?? 0) ||
        a.agencyCode.localeCompare(b.agencyCode),
    );
  });

  #isMyCard(incidentId: string): boolean {
    const incident = world.incident(incidentId);
    return incident?.state === IncidentState.OPEN && incident.ownerAccountId === this.me;
  }

  /** Fetches the whole card in hand with its timeline; silent on failure, the live data still show it. */
  async refresh(): Promise<void> {
    const incidentId = this.incidentId;
    if (!incidentId) return;
    try {
      const reply = await api.incidents.getIncident({ incidentId });
      if (this.incidentId !== incidentId) return;
      this.fetched = reply.incident;
      this.timeline = reply.timeline;
    } catch {
      // The next change of the case asks again.
    }
  }

  select(key: CardKey): void {
    if (key !== this.selected) this.timeline = [];
    this.selected = key;
    saveDraft("desk.selected", key);
  }

  /** After a reload: the card that was in hand, else a call that is being talked on. */
  restore(): void {
    const talking =
      this.myCalls.find(isTalking) ??
      world.calls.find((one) => one.operatorAccountId === this.me && isTalking(one));
    const before = loadDraft<string>("desk.selected") ?? "";
    if (before && this.#exists(before)) this.selected = before;
    else if (talking)
      this.selected = talking.incidentId ? `incident:${talking.incidentId}` : `call:${talking.id}`;
  }

  #exists(key: CardKey): boolean {
    if (key === "new" || key === "paper") return true;
    if (key.startsWith("call:")) return world.call(key.slice(5)) !== undefined;
    return world.incident(key.slice(9)) !== undefined;
  }

  /** The form of a card; the same one each time, so that switching cards loses nothing. */
  form(key: CardKey): CardForm {
    let form = this.#forms.get(key);
    if (!form) this.#forms.set(key, (form = new CardForm(key)));
    return form;
  }

  /** Whether a card holds text that the server does not have. */
  isUnsaved(key: CardKey): boolean {
    return this.form(key).unsaved;
  }

  forget(key: CardKey): void {
    this.#forms.get(key)?.discard();
    this.#forms.delete(key);
  }

  /** A card has become an incident, now or long after it was sent; the desk stays with whatever else is in hand by then. */
  async opened(request: OpenIncidentRequest, changed: Changed | undefined): Promise<void> {
    settleOpened(request, changed);
    const key = openedFrom(request.callId);
    this.#forms.delete(key);
    if (!changed || this.selected !== key) return;
    // Without an answer the live data bring the card: it is open, whatever fails now.
    const full = await api.incidents.getIncident({ incidentId: changed.id }).catch(() => undefined);
    if (this.selected !== key) return;
    this.fetched = full?.incident;
    this.select(`incident:${changed.id}`);
    this.timeline = full?.timeline ?? [];
  }

  /** The desk is left: the next person starts with an empty one, drafts stay with their account. */
  reset(): void {
    this.#forms.clear();
    this.selected = "";
    this.fetched = undefined;
    this.timeline = [];
  }

  async answer(call: CallView | undefined): Promise<void> {
    if (!call) return;
    const reply = await act(() => api.calls.answerCall({ callId: call.id }));
    if (reply) this.select(`call:${call.id}`);
  }

  async take(alarm: AlarmView | undefined): Promise<void> {
    if (!alarm) return;
    this.show(alarm);
    await act(() => api.alarms.takeAlarm({ alarmId: alarm.id }));
  }

  /** Puts what an alarm is about on the desk. */
  show(alarm: AlarmView): void {
    if (alarm.incidentId) this.select(`incident:${alarm.incidentId}`);
    else if (alarm.callId && world.call(alarm.callId)?.operatorAccountId === this.me)
      this.select(`call:${alarm.callId}`);
  }

  /** Marks the call, and hangs up where the mark says that nothing more will come. */
  async mark(call: CallView, disposition: Disposition): Promise<void> {
    const form = this.form(`call:${call.id}`);
    // Who called stays with the call, also when nothing comes of it.
    if (!call.incidentId && form.isDirty("callerName", "callerNumber")) {
      const { callerName: name, callerNumber: number } = form.fields;
      await act(() =>
        api.calls.identifyCaller({ callId: call.id, name: name.trim(), number: number.trim() }),
      );
    }
    const marked = await act(() => api.calls.setDisposition({ callId: call.id, disposition }));
    if (!marked) return;
    if (isTalking(call) && disposition !== Disposition.NORMAL) {
      await act(() => api.calls.endCall({ callId: call.id }));
    }
    if (!call.incidentId && disposition !== Disposition.NORMAL && this.selected === `call:${call.id}`) {
      this.forget(this.selected);
      this.select("");
    }
  }
}

export function isTalking(call: CallView): boolean {
  return call.phase === CallPhase.ANSWERED || call.phase === CallPhase.HELD;
}

function isUnfinished(call: CallView): boolean {
  return isTalking(call) || (call.phase === CallPhase.ENDED && call.disposition === Disposition.UNSPECIFIED);
}

export const desk = new Desk();
