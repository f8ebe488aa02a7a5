import { Disposition, CallPhase, type CallView } from "../../gen/siaga/v1/call_pb.ts";
import { Step, type AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { IncidentState, type IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { lang, pick, t, tn } from "../../i18n/index.ts";
import { act } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import { argumentOf } from "../../lib/command-line.ts";
import type { Command } from "../../lib/commands.svelte.ts";
import { conversations } from "../../lib/conversations.svelte.ts";
import { saveDraft } from "../../lib/drafts.ts";
import { addressed, mayWrite, MESSAGE_CHARS_MAX } from "../../lib/messages.ts";
import { toasts } from "../../lib/toasts.svelte.ts";
import { hold } from "./call-actions.ts";
import { dispatchTo, openReport } from "./card-actions.ts";
import type { CardDialog } from "./CardDialogs.svelte";
import { colleagues } from "./colleagues.ts";
import { dutyContact } from "./contact.ts";
import { desk, isTalking } from "./desk.svelte.ts";
import type { Likeness } from "./duplicates.ts";
import type { CardForm } from "./form.svelte.ts";
import type { Sending } from "./sending.svelte.ts";

/** The card that the commands are about, as it is when they are looked at. */
export interface CardInHand {
  readonly form: CardForm;
  readonly sending: Sending;
  readonly incident: IncidentView | undefined;
  readonly call: CallView | undefined;
  /** The call is this operator's, and is shown with the card. */
  readonly callShown: boolean;
  readonly duplicates: readonly Likeness[];
  ask: (dialog: CardDialog) => void;
  send: () => unknown;
  openOrSave: () => unknown;
  mergeWith: (incidentId: string) => unknown;
  focusNote: () => void;
  /** Opens the conversation of an assignment; left out: of the one that waits most for it. */
  chat: (assignmentId?: string) => unknown;
}

const NOTE_WORDS = ["catat", "catatan", "note", "n"];
const MESSAGE_WORDS = ["pesan", "chat", "message", "msg"];

/** Everything that can be done with the card in hand: its keys, its menu and the command line read this list. */
export function cardCommands(card: CardInHand): Command[] {
  return [...sending(card), ...noting(card), ...calling(card), ...ending(card)];
}

/** What stands in the card's own menu, in this order. */
export const MENU = [
  "card.take",
  "card.give",
  "card.merge",
  "card.link",
  "card.neighbour",
  "card.cancel",
  "card.reopen",
];

const isOpen = (card: CardInHand) => card.incident?.state === IncidentState.OPEN;
const isEditable = (card: CardInHand) => !card.incident || isOpen(card);
const numberOf = (card: CardInHand) => card.incident?.number ?? t("card.new");
const callName = (card: CardInHand) => card.call?.number || t("calls.noNumber");

function opens(
  card: CardInHand,
  is: Exclude<CardDialog["is"], "behalf" | "withdraw">,
): Pick<Command, "run" | "says"> {
  return { run: () => card.ask({ is }), says: () => t("cmd.asks", { number: numberOf(card) }) };
}

function sending(card: CardInHand): Command[] {
  const ticked = () =>
    card.sending.proposals(card.form.fields.typeCode, desk.assignments).filter((one) => one.ticked);
  const whom = () =>
    ticked()
      .map((one) => catalog.agencyName(one.code))
      .join(", ") || "—";
  return [
    {
      id: "card.send",
      combo: "Ctrl+Enter",
      label: () => (card.incident ? t("card.sendNow") : t("card.sendKey")),
      says: () =>
        card.incident && ticked().length === 0
          ? t("cmd.saveSays", { number: card.incident.number })
          : card.incident
            ? t("cmd.sendTickedSays", { number: card.incident.number, list: whom() })
            : t("cmd.openSendSays", { list: whom() }),
      run: () => void card.send(),
      // On an open incident, with nobody ticked and nothing typed, there is nothing to send.
      when: () => isEditable(card) && (!card.incident || ticked().length > 0 || card.form.unsaved),
    },
    {
      id: "card.save",
      combo: "F8",
      label: () => t("card.openKey"),
      says: () => (card.incident ? t("cmd.saveSays", { number: card.incident.number }) : t("card.open")),
      run: () => void card.openOrSave(),
      when: () => isEditable(card),
    },
    {
      id: "card.verify",
      combo: "Alt+v",
      label: () => t("card.verifyKey"),
      ...opens(card, "verify"),
      when: () => isEditable(card),
    },
  ];
}

function noting(card: CardInHand): Command[] {
  return [
    {
      id: "card.note",
      combo: "Alt+n",
      label: () => t("note.key"),
      words: () => t("cmd.noteWords"),
      run: card.focusNote,
      when: () => !!card.incident,
    },
    {
      id: "card.chat",
      combo: "Alt+b",
      label: () => t("chat.key"),
      words: () => t("cmd.sayWords"),
      run: () => void card.chat(),
      when: () => desk.assignments.length > 0,
    },
    {
      id: "card.report",
      combo: "Alt+r",
      label: () => t("do.reportKey"),
      words: () => t("cmd.reportWords"),
      detail: () => card.incident?.number ?? "",
      run: () => card.incident && void openReport(card.incident.id, lang.current),
      when: () => !!card.incident,
    },
  ];
}

/** The marks of a call that is no emergency, with their keys. */
export const MARKS: readonly [Disposition, string][] = [
  [Disposition.GHOST, "Alt+g"],
  [Disposition.PRANK, "Alt+p"],
  [Disposition.INFORMATION, "Alt+i"],
  [Disposition.WRONG_NUMBER, "Alt+w"],
];

function calling(card: CardInHand): Command[] {
  const talking = () => !!card.call && card.callShown && isTalking(card.call);
  const canMark = () => !!card.call && card.callShown && !card.call.incidentId;
  const held = () => card.call?.phase === CallPhase.HELD;
  return [
    {
      id: "call.hold",
      combo: "F6",
      label: () => t("calls.holdKey"),
      says: () => t(held() ? "cmd.resumeSays" : "cmd.holdSays", { number: callName(card) }),
      run: () => card.call && void hold(card.call),
      when: talking,
    },
    {
      id: "call.end",
      combo: "F7",
      label: () => t("calls.endKey"),
      says: () => t("cmd.endSays", { number: callName(card) }),
      run: () => card.call && void act(() => api.calls.endCall({ callId: card.call?.id })),
      when: talking,
    },
    ...MARKS.map(([disposition, combo]): Command => {
      const mark = () => tn("disposition", disposition);
      return {
        id: `call.mark.${disposition}`,
        combo,
        label: () => t("cmd.mark", { mark: mark() }),
        says: () =>
          t(talking() ? "cmd.markSays" : "cmd.markEndedSays", { number: callName(card), mark: mark() }),
        run: () => card.call && void desk.mark(card.call, disposition),
        when: canMark,
      };
    }),
    {
      id: "call.attach",
      combo: "Alt+a",
      label: () => t("card.attach"),
      says: () => t("card.attachTitle"),
      run: () => card.ask({ is: "attach" }),
      when: canMark,
    },
    {
      id: "call.history",
      label: () => t("calls.history"),
      says: () => t("calls.historyNote"),
      run: () => card.ask({ is: "history" }),
      when: () => card.callShown && (card.call?.earlierCalls ?? 0) > 0,
    },
    {
      id: "card.duplicate",
      combo: "Alt+d",
      label: () => t("dup.key"),
      says: () =>
        t(card.incident ? "cmd.mergeSays" : "cmd.attachSays", {
          number: card.duplicates[0]?.incident.number ?? "",
        }),
      run: () => card.duplicates[0] && void card.mergeWith(card.duplicates[0].incident.id),
      when: () => card.duplicates.length > 0,
    },
  ];
}

function ending(card: CardInHand): Command[] {
  const open = () => isOpen(card);
  const mine = () => card.incident?.ownerAccountId === desk.me;
  const isOver = () =>
    card.incident?.state === IncidentState.CLOSED || card.incident?.state === IncidentState.CANCELLED;
  return [
    {
      id: "card.close",
      combo: "F9",
      label: () => t("do.close"),
      words: () => t("cmd.closeWords"),
      ...opens(card, "close"),
      when: open,
    },
    {
      id: "card.take",
      label: () => t("do.takeOver"),
      says: () => t("cmd.takeSays", { number: numberOf(card) }),
      run: () => card.incident && void give(card.incident.id, ""),
      when: () => open() && !mine(),
    },
    { id: "card.give", label: () => t("do.giveTo"), ...opens(card, "give"), when: open },
    { id: "card.merge", label: () => t("do.merge"), ...opens(card, "merge"), when: open },
    { id: "card.link", label: () => t("do.link"), ...opens(card, "link"), when: open },
    { id: "card.neighbour", label: () => t("do.handOver"), ...opens(card, "neighbour"), when: open },
    { id: "card.cancel", label: () => t("do.cancel"), ...opens(card, "cancel"), danger: true, when: open },
    { id: "card.reopen", label: () => t("do.reopen"), ...opens(card, "reopen"), when: isOver },
  ];
}

async function give(incidentId: string, toAccountId: string): Promise<void> {
  await act(() => api.incidents.assignOwner({ incidentId, toAccountId }));
  await desk.refresh();
}

/** What depends on the words typed: a note to add, an agency to send, a colleague to give the card to. */
export function findInCard(card: CardInHand, typed: string): Command[] {
  // A number looks for a case. It must never send the regiment that has it in its name.
  if (!/\p{L}/u.test(typed)) return [];
  return [
    ...messageCommands(card, typed),
    ...noteCommands(card, typed),
    ...agencyCommands(card),
    ...colleagueCommands(card),
  ];
}

function noteCommands(card: CardInHand, typed: string): Command[] {
  const incident = card.incident;
  if (!incident) return [];
  const named = argumentOf(typed, NOTE_WORDS);
  const text = named ?? typed;
  return [
    {
      id: "card.noteThis",
      label: () => t("cmd.note", { text }),
      says: () => t("cmd.noteSays", { number: incident.number }),
      stands: named ? "first" : "last",
      run: () => void addNote(incident, text),
    },
  ];
}

async function addNote(incident: IncidentView, text: string): Promise<void> {
  const done = await act(() => api.incidents.addNote({ incidentId: incident.id, text }));
  if (!done) return;
  toasts.show("ok", t("cmd.noteDone", { number: incident.number }));
  await desk.refresh();
}

/** "pesan damkar lewat belakang" is sent at once; without words the conversation is opened. */
function messageCommands(card: CardInHand, typed: string): Command[] {
  const words = argumentOf(typed, MESSAGE_WORDS);
  const incident = card.incident;
  if (!words || !incident || !isOpen(card)) return [];
  const going = desk.assignments.filter((one) => mayWrite(one.step));
  const meant = addressed(
    words,
    going.map((one) => ({ code: one.agencyCode, short: catalog.agencyShort(one.agencyCode) })),
  );
  const to = going.findLast((one) => one.agencyCode === meant?.code);
  if (!meant || !to || meant.text.length > MESSAGE_CHARS_MAX) return [];
  const agency = catalog.agencyShort(meant.code);
  if (!meant.text) {
    return [
      {
        id: "card.chatWith",
        label: () => t("chat.open", { who: agency }),
        stands: "first",
        run: () => void card.chat(to.id),
      },
    ];
  }
  return [
    {
      id: "card.say",
      label: () => t("cmd.say", { agency, text: meant.text }),
      says: () => t("cmd.saySays", { agency, number: incident.number }),
      stands: "first",
      run: () => void say(to, agency, meant.text),
    },
  ];
}

async function say(to: AssignmentView, agency: string, text: string): Promise<void> {
  if (await conversations.send(to, text)) toasts.show("ok", t("cmd.sayDone", { agency }));
  // What was refused stands in the conversation's line, to be sent again or to be thrown away.
  else saveDraft(`chat.${to.id}`, text);
}

/**
 * An open incident's agency is sent at once. A card that is not open yet has nothing to be sent for: its agency is
 * ticked, and goes with the others when the card is dispatched.
 */
function agencyCommands(card: CardInHand): Command[] {
  if (!isEditable(card)) return [];
  const running = new Set(
    desk.assignments.filter((one) => one.step <= Step.COMPLETED).map((one) => one.agencyCode),
  );
  // Those of the type's plan first: they are meant more often than the alphabet.
  const plan = card.sending.proposals(card.form.fields.typeCode, desk.assignments).map((one) => one.code);
  const place = (code: string) => (plan.includes(code) ? plan.indexOf(code) : plan.length);
  return catalog.agencies
    .filter((one) => one.kind !== "neighbour" && !running.has(one.code))
    .sort((a, b) => place(a.code) - place(b.code))
    .map((one) => {
      const agency = pick(one.nameId, one.nameEn);
      const online = () => catalog.online(one.code);
      const incident = card.incident;
      return {
        id: `send:${one.code}`,
        label: () => t("cmd.send", { agency }),
        words: () => `kirim send ${one.code} ${catalog.agencyShort(one.code)}`,
        detail: () => (online() ? t("send.online") : t("send.offline")),
        says: () =>
          !incident
            ? t("cmd.tickSays", { agency })
            : online()
              ? t("cmd.sendSays", { agency, number: incident.number })
              : t("cmd.sendOfflineSays", { agency, number: incident.number, contact: dutyContact(one.code) }),
        run: () =>
          incident ? void dispatchTo(incident.id, one.code, card.form) : card.sending.add(one.code),
      } satisfies Command;
    });
}

function colleagueCommands(card: CardInHand): Command[] {
  const incident = card.incident;
  if (!incident || !isOpen(card)) return [];
  return colleagues().map((one) => ({
    id: `give:${one.value}`,
    label: () => t("cmd.give", { who: one.label }),
    detail: () => one.detail ?? "",
    says: () => t("cmd.giveSays", { number: incident.number, who: one.label }),
    run: () => void give(incident.id, one.value),
  }));
}
