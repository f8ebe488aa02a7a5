import type { MessageInitShape } from "@bufbuild/protobuf";
import type { IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { PlaceVerification, type PlaceInputSchema } from "../../gen/siaga/v1/place_pb.ts";
import type { CallView } from "../../gen/siaga/v1/call_pb.ts";
import type { FieldConflict } from "../../gen/siaga/v1/common_pb.ts";
import { api } from "../../lib/api.ts";
import type { CardDraft, Fields } from "../../lib/card-draft.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import { dropDraft, loadDraft, saveDraft } from "../../lib/drafts.ts";
import { toSiagaError, type SiagaError } from "../../lib/errors.ts";
import { t } from "../../i18n/index.ts";
import { parsePoint, pointProblem, pointText } from "../../lib/place.ts";

export type FieldName = keyof Fields;

const EMPTY: Fields = {
  callerName: "",
  callerNumber: "",
  placeText: "",
  kelurahanCode: "",
  point: "",
  narrative: "",
  typeCode: "",
  priority: "",
  priorityReason: "",
};
const TEXT_FIELDS: readonly FieldName[] = [
  "callerName",
  "callerNumber",
  "placeText",
  "kelurahanCode",
  "point",
  "narrative",
];
const PLACE_FIELDS: readonly FieldName[] = ["placeText", "kelurahanCode", "point"];
const CLASS_FIELDS: readonly FieldName[] = ["typeCode", "priority", "priorityReason"];

const COMPLAINTS = { form: "card.pointBad", range: "card.pointRange", zero: "card.pointZero" } as const;

/** Names of the contract's fields, for conflicts and refused fields. */
const CONTRACT_NAMES: Record<string, FieldName> = {
  caller_name: "callerName",
  caller_number: "callerNumber",
  narrative: "narrative",
  place: "placeText",
  "place.text": "placeText",
  "place.point": "point",
  "place.point.latitude": "point",
  "place.point.longitude": "point",
  "place.kelurahan_code": "kelurahanCode",
  type_code: "typeCode",
  priority: "priority",
  priority_reason: "priorityReason",
};

export function fieldOf(contractName: string): FieldName | undefined {
  return CONTRACT_NAMES[contractName];
}

/** An edit that met another one of the same fields: a person chooses. */
export interface Conflict {
  fields: readonly FieldConflict[];
  currentVersion: bigint;
  error: SiagaError;
}

/** How long the live data may take to show what an edit was stale against. */
const CATCH_UP_MS = 2_000;

/** What the server has of an open incident, in the card's own terms. */
function fieldsOf(incident: IncidentView): Fields {
  const place = incident.place;
  return {
    callerName: incident.callerName,
    callerNumber: incident.callerNumber,
    placeText: place?.text ?? "",
    kelurahanCode: place?.kelurahanCode ?? "",
    point: pointText(place?.point),
    narrative: incident.narrative,
    typeCode: incident.typeCode,
    priority: incident.priority ? String(incident.priority) : "",
    priorityReason: incident.priorityReason,
  };
}

/** The place as the contract takes it. A text that is no point is left to the form to complain about. */
export function placeInput(fields: Fields): MessageInitShape<typeof PlaceInputSchema> | undefined {
  if (!fields.placeText.trim() && !fields.kelurahanCode && !fields.point.trim()) return undefined;
  const point = parsePoint(fields.point);
  return {
    text: fields.placeText.trim(),
    kelurahanCode: fields.kelurahanCode,
    ...(point ? { point } : {}),
  };
}

/**
 * The card in hand. What a person types lies over what the server has, and is kept on this machine
 * until the server has confirmed it. Before the incident is open all of it is a draft.
 */
export class CardForm {
  /** `call:<id>`, `incident:<id>` or `new`. */
  readonly key: string;
  #dirty: Partial<Fields>;
  /** Confirmed by the server, but the live view has not caught up: shown until it has. */
  #landed = $state<{ version: bigint; fields: Partial<Fields> }[]>([]);
  /** Version the typed fields were begun on. */
  #base = 0n;
  #from: Partial<Fields> = {};
  #caughtUp: (() => void)[] = [];
  #incident = $state.raw<IncidentView | undefined>();
  #call = $state.raw<CallView | undefined>();
  #saving: Promise<boolean> = Promise.resolve(true);
  /** How the place was verified while there is no incident to say it of; it belongs to the place as it stands then. */
  verification = $state(PlaceVerification.UNSPECIFIED);
  saving = $state(false);
  failure = $state.raw<SiagaError | undefined>();
  /** Set when an edit met another: the person chooses. */
  conflict = $state.raw<Conflict | undefined>();

  constructor(key: string) {
    this.key = key;
    const kept = loadDraft<CardDraft>(`card.${key}`);
    this.#dirty = $state(kept?.dirty ?? {});
    this.#from = kept?.from ?? {};
    this.#base = BigInt(kept?.base || "0");
    this.verification = kept?.verified ?? PlaceVerification.UNSPECIFIED;
  }

  /** Takes what the live data say now. */
  follow(incident: IncidentView | undefined, call: CallView | undefined): void {
    this.#incident = incident;
    this.#call = call;
    const version = incident?.cardVersion ?? 0n;
    for (const wake of this.#caughtUp.splice(0)) wake();
    if (this.#landed.some((one) => one.version <= version)) {
      this.#landed = this.#landed.filter((one) => one.version > version);
    }
    if (incident) this.#arrived(fieldsOf(incident));
  }

  /** What is typed and stored alike has arrived (an edit of before a reload): nothing is left to save. */
  #arrived(stored: Fields): void {
    const names = (Object.keys(this.#dirty) as FieldName[]).filter((one) => this.#dirty[one] === stored[one]);
    if (names.length > 0 && !this.saving) this.discard(names);
  }

  get isOpen(): boolean {
    return this.#incident !== undefined;
  }

  #server(): Fields {
    if (this.#incident)
      return Object.assign(fieldsOf(this.#incident), ...this.#landed.map((one) => one.fields));
    return { ...EMPTY, callerName: this.#call?.callerName ?? "", callerNumber: this.#call?.number ?? "" };
  }

  /** Everything as it stands in the form. */
  get fields(): Fields {
    return { ...this.#server(), ...this.#dirty };
  }

  /** Something is typed that the server does not have. */
  get unsaved(): boolean {
    return Object.keys(this.#dirty).length > 0;
  }

  isDirty(...names: FieldName[]): boolean {
    return names.some((name) => name in this.#dirty);
  }

  get(name: FieldName): string {
    return this.fields[name];
  }

  set(name: FieldName, value: string): void {
    if (Object.keys(this.#dirty).length === 0) this.#base = this.version;
    const stored = this.#server();
    // A place is sent as a whole, so all of it is what the edit was begun on.
    for (const one of PLACE_FIELDS.includes(name) ? PLACE_FIELDS : [name]) this.#from[one] ??= stored[one];
    if (value === stored[name]) delete this.#dirty[name];
    else this.#dirty[name] = value;
    // Another place is not the one that was verified; the kelurahan only follows from it.
    if (name === "placeText" || name === "point") this.verification = PlaceVerification.UNSPECIFIED;
    this.#keep();
  }

  /** The place as it stands in the form is right. */
  verify(how: PlaceVerification): void {
    this.verification = how;
    this.#keep();
  }

  /** The version that the next edit would be made on. */
  get version(): bigint {
    const live = this.#incident?.cardVersion ?? 0n;
    return this.#landed.reduce((high, one) => (one.version > high ? one.version : high), live);
  }

  #keep(): void {
    if (!this.unsaved) this.#from = {};
    if (!this.unsaved && !this.verification) dropDraft(`card.${this.key}`);
    else
      saveDraft(`card.${this.key}`, {
        dirty: $state.snapshot(this.#dirty),
        from: this.#from,
        base: String(this.#base),
        ...(this.verification ? { verified: this.verification } : {}),
      } satisfies CardDraft);
  }

  /** Forgets what was typed (it was confirmed elsewhere, or thrown away on purpose). */
  discard(names: readonly FieldName[] = Object.keys(EMPTY) as FieldName[]): void {
    for (const name of names) delete this.#dirty[name];
    if (!this.unsaved) this.verification = PlaceVerification.UNSPECIFIED;
    this.#keep();
  }

  /** Why the typed point cannot be sent, in words; empty when it can. */
  get pointComplaint(): string {
    const problem = pointProblem(this.fields.point);
    return problem ? t(COMPLAINTS[problem]) : "";
  }

  /** A priority other than the type's needs a reason. */
  get reasonIsMissing(): boolean {
    const { priority, priorityReason, typeCode } = this.fields;
    const standard = catalog.type(typeCode)?.defaultPriority ?? 0;
    return priority !== "" && standard > 0 && Number(priority) !== standard && !priorityReason.trim();
  }

  /** Sends what was typed over an open incident. Resolves to whether all of it is saved. */
  save(): Promise<boolean> {
    this.#saving = this.#saving.then(
      () => this.#save(),
      () => this.#save(),
    );
    return this.#saving;
  }

  async #save(): Promise<boolean> {
    if (!this.#incident || !this.unsaved) return true;
    this.saving = true;
    try {
      if (!(await this.#saveText())) return false;
      return await this.#saveClass();
    } finally {
      this.saving = false;
    }
  }

  async #saveText(): Promise<boolean> {
    const sent = this.#take(TEXT_FIELDS);
    if (Object.keys(sent).length === 0) return true;
    if (this.pointComplaint) return false;
    return this.#edit(sent, (version) =>
      api.incidents.editIncident({
        incidentId: this.#incident?.id,
        version,
        ...(sent.callerName === undefined ? {} : { callerName: sent.callerName }),
        ...(sent.callerNumber === undefined ? {} : { callerNumber: sent.callerNumber }),
        ...(sent.narrative === undefined ? {} : { narrative: sent.narrative }),
        ...(PLACE_FIELDS.some((name) => name in sent) ? { place: placeInput(this.fields) ?? {} } : {}),
      }),
    );
  }

  async #saveClass(): Promise<boolean> {
    const sent = this.#take(CLASS_FIELDS);
    if (Object.keys(sent).length === 0 || !this.fields.typeCode) return true;
    const fields = this.fields;
    if (this.reasonIsMissing) return false;
    return this.#edit(sent, (version) =>
      api.incidents.classifyIncident({
        incidentId: this.#incident?.id,
        version,
        typeCode: fields.typeCode,
        priority: Number(fields.priority || 0),
        priorityReason: fields.priorityReason,
      }),
    );
  }

  #take(names: readonly FieldName[]): Partial<Fields> {
    const sent: Partial<Fields> = {};
    for (const name of names) if (name in this.#dirty) sent[name] = this.#dirty[name];
    return sent;
  }

  async #edit(
    sent: Partial<Fields>,
    send: (version: bigint) => Promise<{ changed?: { version: bigint } }>,
    again = false,
  ): Promise<boolean> {
    try {
      const reply = await send(again ? this.#base : this.#base || this.version);
      this.#confirmed(sent, reply.changed?.version ?? this.#base);
      return true;
    } catch (thrown) {
      const error = toSiagaError(thrown);
      if (error.kind !== "conflict") {
        this.failure = error;
        return false;
      }
      const fields = error.conflicts.filter((one) => this.#isTheirs(one, sent));
      if (fields.length === 0 && !again && (await this.#catchUp(error.currentVersion))) {
        // Somebody changed other fields: nothing of theirs is overwritten, so the edit goes on.
        this.#base = error.currentVersion;
        return this.#edit(sent, send, true);
      }
      const shown = fields.length > 0 ? fields : error.conflicts;
      this.conflict = { fields: shown, currentVersion: error.currentVersion, error };
      return false;
    }
  }

  /** Whether a conflicting field is one that somebody else changed, and that this edit would overwrite. */
  #isTheirs(one: FieldConflict, sent: Partial<Fields>): boolean {
    const name = fieldOf(one.field);
    if (!name) return true;
    const isSent = name in sent || (PLACE_FIELDS.includes(name) && PLACE_FIELDS.some((part) => part in sent));
    return isSent && one.current.trim() !== (this.#from[name] ?? "").trim();
  }

  /** Waits until the live data show a version, so that an edit made anew holds what others changed. */
  async #catchUp(version: bigint): Promise<boolean> {
    const until = performance.now() + CATCH_UP_MS;
    while ((this.#incident?.cardVersion ?? 0n) < version) {
      const left = until - performance.now();
      if (left <= 0) return false;
      await new Promise<void>((woken) => {
        const timer = setTimeout(woken, left);
        this.#caughtUp.push(() => {
          clearTimeout(timer);
          woken();
        });
      });
    }
    return true;
  }

  #confirmed(sent: Partial<Fields>, version: bigint): void {
    this.failure = undefined;
    this.#landed = [...this.#landed, { version, fields: sent }];
    this.#base = version;
    for (const name of Object.keys(sent) as FieldName[]) {
      // What is typed from here on is typed over what was just confirmed.
      if (sent[name] !== undefined) this.#from[name] = sent[name];
      // What was typed on while it travelled stays typed.
      if (this.#dirty[name] === sent[name]) delete this.#dirty[name];
    }
    this.#keep();
    this.follow(this.#incident, this.#call);
  }

  /** The person chose what was typed: it goes on top of what is stored now. */
  useMine(): Promise<boolean> {
    this.#settle();
    this.#keep();
    return this.save();
  }

  /** The person chose what is stored: the typed text of the conflicting fields goes. */
  useTheirs(): Promise<boolean> {
    const fields = this.conflict?.fields ?? [];
    this.#settle();
    const names = fields.map((one) => fieldOf(one.field)).filter((one) => one !== undefined);
    this.discard(names.some((one) => PLACE_FIELDS.includes(one)) ? [...names, ...PLACE_FIELDS] : names);
    return this.save();
  }

  /** The person has seen what is stored: the next edit is made on that. */
  #settle(): void {
    for (const one of this.conflict?.fields ?? []) {
      const name = fieldOf(one.field);
      if (name) this.#from[name] = one.current;
    }
    this.#base = this.conflict?.currentVersion ?? this.version;
    this.conflict = undefined;
  }
}
