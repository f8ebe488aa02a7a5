import { DutyState } from "../../gen/siaga/v1/access_pb.ts";
import type { CallView } from "../../gen/siaga/v1/call_pb.ts";
import type { IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { t, tn } from "../../i18n/index.ts";
import { act } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import type { Command } from "../../lib/commands.svelte.ts";
import { incidentCommand, searchCommand } from "../../lib/incident-search.ts";
import { session } from "../../lib/session.svelte.ts";
import { world } from "../../lib/world.svelte.ts";
import { desk } from "./desk.svelte.ts";

/** What the desk's commands open. */
export interface DeskDialogs {
  ring: () => void;
  shift: () => void;
  callBack: (call: CallView) => void;
  search: () => void;
}

const callName = (call: CallView) => call.number || t("calls.noNumber");

/** What an operator can do whatever card is in hand. */
export function deskCommands(open: DeskDialogs): Command[] {
  return [
    {
      id: "call.answerFirst",
      combo: "F1",
      label: () => t("calls.answerFirst"),
      says: () => (desk.ringing[0] ? t("cmd.answerSays", { number: callName(desk.ringing[0]) }) : ""),
      run: () => void desk.answer(desk.ringing[0]),
      when: () => desk.ringing.length > 0,
    },
    { id: "call.ring", combo: "F2", label: () => t("calls.ringKey"), run: open.ring },
    { id: "card.new", combo: "F3", label: () => t("card.newKey"), run: () => desk.select("new") },
    {
      id: "alarm.takeFirst",
      combo: "F4",
      label: () => t("alarms.takeFirst"),
      run: () => void desk.take(desk.alarms.find((one) => !one.takenByLabel)),
      when: () => desk.alarms.some((one) => !one.takenByLabel),
    },
    {
      id: "paper.enter",
      combo: "Alt+k",
      label: () => t("paper.key"),
      words: () => t("paper.words"),
      run: () => desk.select("paper"),
    },
    {
      id: "paper.print",
      label: () => t("paper.blankKey"),
      words: () => t("paper.words"),
      run: () => void window.open("/paper", "_blank", "noopener"),
    },
    { id: "city.search", combo: "Alt+c", label: () => t("city.searchKey"), run: open.search },
    ...DUTY_STATES.map(dutyCommand),
    { id: "duty.handOver", label: () => t("duty.handOver"), run: open.shift },
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({
      combo: `Alt+${n}`,
      label: () => t("mine.switch", { n }),
      keyOnly: true,
      run: () => {
        const key = desk.myCards[n - 1];
        if (key) desk.select(key);
      },
      when: () => desk.myCards.length >= n,
    })),
  ];
}

/** This operator's own state, as the live data have it. */
export function dutyState(): DutyState {
  const mine = world.accounts.find((one) => one.id === session.account?.id) ?? session.account;
  return mine?.dutyState ?? DutyState.UNSPECIFIED;
}

/** The states that a person sets; being in a call follows from the calls. */
export const DUTY_STATES: readonly DutyState[] = [DutyState.READY, DutyState.WRAP_UP, DutyState.PAUSE];

export function dutyCommand(state: DutyState): Command {
  return {
    id: `duty.${state}`,
    label: () => t("cmd.duty", { state: tn("duty", state) }),
    run: () => void act(() => api.calls.setDutyState({ state })),
    when: () => dutyState() !== state,
  };
}

/** The calls that wait: to be answered, or to be called back. */
export function findCalls(open: DeskDialogs): Command[] {
  return [
    ...desk.ringing.map((call) => ({
      id: `answer:${call.id}`,
      label: () => t("cmd.answer", { number: callName(call) }),
      says: () => t("cmd.answerSays", { number: callName(call) }),
      run: () => void desk.answer(call),
    })),
    ...desk.missed.map((call) => ({
      id: `callBack:${call.id}`,
      label: () => t("cmd.callBack", { number: callName(call) }),
      run: () => open.callBack(call),
    })),
  ];
}

/** With nothing typed a short list is enough: who looks for one of many types a word of it. */
const UNASKED_MAX = 12;

/** The open incidents, mine first, and the search for those that are not on the board. */
export function findIncident(typed: string): Command[] {
  const others = desk.open.filter((one) => one.ownerAccountId !== desk.me);
  const all = [...desk.myIncidents, ...others].map((one) => incidentCommand(one, goTo, typed));
  return typed ? [...all, searchCommand(typed, goTo)] : all.slice(0, UNASKED_MAX);
}

function goTo(one: IncidentView): void {
  // What is not on the live board is shown as it was found.
  desk.fetched = one;
  desk.select(`incident:${one.id}`);
}
