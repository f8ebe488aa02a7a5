import type { MessageInitShape } from "@bufbuild/protobuf";
import { Disposition } from "../../../gen/siaga/v1/call_pb.ts";
import { Channel } from "../../../gen/siaga/v1/common_pb.ts";
import type { EnterPaperFormRequestSchema, PaperAgencySchema } from "../../../gen/siaga/v1/paper_pb.ts";
import { parsePoint, pointProblem } from "../../../lib/place.ts";
import { at } from "../../../lib/proto.ts";
import { dayOf, parseClock, parseDay } from "../../../lib/time.ts";
import { closingRequest, emptyClosing, isCount, VICTIMS, type Closing } from "../closing.ts";

/** An agency's row of the form, as text. */
export interface AgencyRow {
  code: string;
  channel: string;
  contact: string;
  declineReason: string;
  times: Record<AgencyTime, string>;
}
export const AGENCY_TIMES = [
  "sent",
  "acknowledged",
  "accepted",
  "enRoute",
  "onScene",
  "underControl",
  "completed",
  "declined",
] as const;
export type AgencyTime = (typeof AGENCY_TIMES)[number];

/** A paper form as a person types it. */
export interface PaperForm extends Closing {
  sheet: string;
  /** `22/11/2026`; empty: today. */
  day: string;
  byCall: boolean;
  /** "0": an emergency; else the disposition of a call without an incident. */
  kind: string;
  line: string;
  number: string;
  callerName: string;
  ringing: string;
  answered: string;
  ended: string;
  opened: string;
  verified: string;
  /** "0": not verified. */
  verification: string;
  narrative: string;
  placeText: string;
  kelurahanCode: string;
  point: string;
  typeCode: string;
  priority: string;
  priorityReason: string;
  agencies: AgencyRow[];
  closed: string;
  note: string;
}

export function emptyAgency(): AgencyRow {
  const times = Object.fromEntries(AGENCY_TIMES.map((one) => [one, ""])) as Record<AgencyTime, string>;
  return { code: "", channel: String(Channel.TELEPHONE), contact: "", declineReason: "", times };
}

export function emptyForm(): PaperForm {
  return {
    ...{ sheet: "", day: "", byCall: true, kind: "0", line: "112", number: "", callerName: "" },
    ...{ ringing: "", answered: "", ended: "", opened: "", verified: "", verification: "0" },
    ...{ narrative: "", placeText: "", kelurahanCode: "", point: "", typeCode: "" },
    ...{ priority: "", priorityReason: "", agencies: [emptyAgency()], closed: "", note: "" },
    ...emptyClosing(),
  };
}

const HALF_DAY_MS = 12 * 3600_000;
const DAY_MS = 24 * 3600_000;

/**
 * The moment that a time on the form means: on the form's day, or on the next when it would lie more than half a day
 * before the form's first time (the work went on past midnight). `undefined` for what is no time.
 */
export function paperTime(text: string, day: string, first: number | undefined): number | undefined {
  const endOfDay = Date.parse(`${day}T23:59:59.999+07:00`);
  const moment = parseClock(text, endOfDay);
  if (moment === undefined || first === undefined) return moment;
  return first - moment > HALF_DAY_MS ? moment + DAY_MS : moment;
}

/** What is wrong with a field: no time or number, a time that has not been, or one before another field's. */
export type Complaint = { is: "bad" | "future" } | { is: "early"; before: string };

export interface Reading {
  /** By field (`ringing`, `agencies.0.enRoute`), ms since the epoch. */
  times: Record<string, number>;
  complaints: Record<string, Complaint>;
  /** Fields that are needed and empty. */
  missing: string[];
}

export function agencyField(index: number, name: AgencyTime | "code" | "contact" | "declineReason"): string {
  return `agencies.${index}.${name}`;
}

/** Whether anything of an agency's row is filled in. */
export function isUsed(row: AgencyRow): boolean {
  return !!row.code || !!row.contact.trim() || AGENCY_TIMES.some((one) => row.times[one].trim());
}

export function hasIncident(form: PaperForm): boolean {
  return !form.byCall || form.kind === "0";
}

/** Reads the form: what its times mean, what contradicts itself, and what is still needed. */
export function readForm(form: PaperForm, now: number): Reading {
  const day = form.day.trim() ? parseDay(form.day) : dayOf(now);
  const reading: Reading = { times: {}, complaints: {}, missing: [] };
  if (!day) {
    reading.complaints.day = { is: "bad" };
    return reading;
  }
  const take = readerOf(reading, day, now);
  if (form.byCall) {
    take(form, ["ringing", "answered", "ended"]);
    inOrder(reading, ["ringing", "answered", "ended"]);
    if (!form.ringing.trim()) reading.missing.push("ringing");
    if (!form.ended.trim()) reading.missing.push("ended");
    if (!form.answered.trim() && form.kind !== String(Disposition.ABANDONED))
      reading.missing.push("answered");
  }
  if (hasIncident(form)) readIncident(form, reading, take);
  return reading;
}

type Take = (from: object, names: readonly string[], prefix?: string) => void;

function readerOf(reading: Reading, day: string, now: number): Take {
  let first: number | undefined;
  return (from, names, prefix = "") => {
    for (const name of names) {
      const text = (from as Record<string, string>)[name]?.trim() ?? "";
      if (!text) continue;
      const moment = paperTime(text, day, first);
      if (moment === undefined) reading.complaints[prefix + name] = { is: "bad" };
      else if (moment > now) reading.complaints[prefix + name] = { is: "future" };
      else reading.times[prefix + name] = moment;
      first ??= moment;
    }
  };
}

function readIncident(form: PaperForm, reading: Reading, take: Take): void {
  take(form, ["opened", "verified"]);
  inOrder(reading, ["answered", "opened", "verified"]);
  if (!form.byCall && !form.opened.trim()) reading.missing.push("opened");
  if (pointProblem(form.point)) reading.complaints.point = { is: "bad" };
  form.agencies.forEach((row, index) => {
    if (!isUsed(row)) return;
    const prefix = `agencies.${index}.`;
    take(row.times, AGENCY_TIMES, prefix);
    inOrder(reading, ["answered", "opened", ...AGENCY_TIMES.map((one) => prefix + one)]);
    if (!row.code) reading.missing.push(agencyField(index, "code"));
    if (!row.times.sent.trim()) reading.missing.push(agencyField(index, "sent"));
    const moved = AGENCY_TIMES.some((one) => one !== "sent" && row.times[one].trim());
    if (moved && !row.contact.trim()) reading.missing.push(agencyField(index, "contact"));
    if (row.times.declined.trim() && !row.declineReason.trim())
      reading.missing.push(agencyField(index, "declineReason"));
  });
  take(form, ["closed"]);
  const latest = Object.entries(reading.times)
    .filter(([name]) => name !== "closed" && name !== "ended")
    .sort((a, b) => b[1] - a[1])[0];
  if (latest) inOrder(reading, [latest[0], "closed"]);
  if (form.closed.trim() && !form.outcome) reading.missing.push("outcome");
  if (form.outcome && !form.closed.trim()) reading.missing.push("closed");
  for (const name of VICTIMS) if (!isCount(form[name])) reading.complaints[name] = { is: "bad" };
}

/** Each given time is not before the one given before it; the first that is gets the complaint. */
function inOrder(reading: Reading, names: readonly string[]): void {
  let before: string | undefined;
  for (const name of names) {
    const moment = reading.times[name];
    if (moment === undefined) continue;
    const was = before === undefined ? undefined : reading.times[before];
    if (before !== undefined && was !== undefined && moment < was) {
      reading.complaints[name] ??= { is: "early", before };
    }
    before = name;
  }
}

/** The form as the contract takes it; it has been read without complaints. */
export function paperRequest(
  form: PaperForm,
  times: Reading["times"],
): MessageInitShape<typeof EnterPaperFormRequestSchema> {
  const time: TimeOf = (name) => at(times[name]);
  return {
    sheet: form.sheet.trim(),
    ...(form.byCall
      ? {
          call: {
            line: form.line.trim(),
            number: form.number.trim(),
            callerName: form.callerName.trim(),
            ringingAt: time("ringing"),
            answeredAt: time("answered"),
            endedAt: time("ended"),
            disposition: hasIncident(form) ? Disposition.UNSPECIFIED : Number(form.kind),
          },
        }
      : {}),
    ...(hasIncident(form) ? { incident: incidentRequest(form, time) } : {}),
  };
}

type TimeOf = (name: string) => ReturnType<typeof at>;

function incidentRequest(form: PaperForm, time: TimeOf) {
  const point = parsePoint(form.point);
  const isPlace = form.placeText.trim() || form.kelurahanCode || point;
  return {
    openedAt: time("opened"),
    callerName: form.byCall ? "" : form.callerName.trim(),
    callerNumber: form.byCall ? "" : form.number.trim(),
    narrative: form.narrative.trim(),
    ...(isPlace
      ? {
          place: {
            text: form.placeText.trim(),
            kelurahanCode: form.kelurahanCode,
            ...(point ? { point } : {}),
          },
        }
      : {}),
    verification: isPlace ? Number(form.verification) : 0,
    verifiedAt: isPlace && form.verification !== "0" ? time("verified") : undefined,
    typeCode: form.typeCode,
    priority: Number(form.priority || 0),
    priorityReason: form.priorityReason.trim(),
    agencies: form.agencies.flatMap((row, index) => (isUsed(row) ? [agencyRequest(row, index, time)] : [])),
    ...(form.closed.trim() ? { closing: { closedAt: time("closed"), ...closingRequest(form) } } : {}),
    note: form.note.trim(),
  };
}

function agencyRequest(
  row: AgencyRow,
  index: number,
  time: TimeOf,
): MessageInitShape<typeof PaperAgencySchema> {
  const of = (name: AgencyTime) => time(agencyField(index, name));
  return {
    agencyCode: row.code,
    channel: Number(row.channel),
    contact: row.contact.trim(),
    sentAt: of("sent"),
    acknowledgedAt: of("acknowledged"),
    acceptedAt: of("accepted"),
    enRouteAt: of("enRoute"),
    onSceneAt: of("onScene"),
    underControlAt: of("underControl"),
    completedAt: of("completed"),
    declinedAt: of("declined"),
    declineReason: row.declineReason.trim(),
  };
}
