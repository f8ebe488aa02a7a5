import {
  fromJsonString,
  isMessage,
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  type Message,
} from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { AlarmService } from "../gen/siaga/v1/alarm_pb.ts";
import { CallService } from "../gen/siaga/v1/call_pb.ts";
import { DispatchService } from "../gen/siaga/v1/dispatch_pb.ts";
import { HubDeliveryService } from "../gen/siaga/v1/hub_pb.ts";
import {
  IncidentService,
  OpenIncidentRequestSchema,
  OpenIncidentResponseSchema,
} from "../gen/siaga/v1/incident_pb.ts";
import { SetupService } from "../gen/siaga/v1/setup_pb.ts";
import { UnitService } from "../gen/siaga/v1/unit_pb.ts";
import { t } from "../i18n/index.ts";
import { explain } from "./act.ts";
import { settleOpened } from "./card-draft.ts";
import { commandWord } from "./command-words.ts";
import { dropDraft, loadDraft } from "./drafts.ts";
import { toSiagaError } from "./errors.ts";
import { outbox, type Command } from "./outbox.svelte.ts";
import { toasts } from "./toasts.svelte.ts";

const SERVICES: readonly DescService[] = [
  AlarmService,
  CallService,
  DispatchService,
  HubDeliveryService,
  IncidentService,
  SetupService,
  UnitService,
];

/** Hears of a command that was given before a reload and has arrived now. */
type Listener = (method: string, request: Sent, reply: Message) => void;
type Sent = Message & Record<string, unknown>;
const listeners = new Set<Listener>();

/** What stands on a screen as typed may be what has just been sent; returns what stops listening. */
export function whenResent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Forgets the typed text that has arrived with a command, where no screen that shows it stands. */
function settle(method: string, request: Sent, reply: Message): void {
  const incidentId = String(request.incidentId ?? "");
  if (method === "CloseIncident") dropDraft(`close.${incidentId}`);
  if (method === "AddNote" && loadDraft<string>(`note.${incidentId}`)?.trim() === request.text) {
    dropDraft(`note.${incidentId}`);
  }
  if (isMessage(request, OpenIncidentRequestSchema) && isMessage(reply, OpenIncidentResponseSchema)) {
    settleOpened(request, reply.changed);
  }
}

/** Sends what a reload, a crash or an ended session has left, under the same ids and in its order. */
export async function resend(transport: Transport): Promise<void> {
  await Promise.all(outbox.unsent().map((one) => again(transport, one)));
}

/** The RPC of the contract that a kept command is of: by its whole name, or by the method's alone. */
export function methodNamed(name: string): DescMethod | undefined {
  return SERVICES.flatMap((service) => service.methods).find(
    (known) => known.name === name || `${known.parent.typeName}/${known.name}` === name,
  );
}

async function again(transport: Transport, one: Command): Promise<void> {
  const method = methodNamed(one.method);
  if (!method || method.methodKind !== "unary") return forget(one);
  let request;
  try {
    request = fromJsonString(method.input, one.body);
  } catch {
    return forget(one);
  }
  try {
    const reply = await transport.unary(method as DescMethodUnary, undefined, undefined, undefined, request);
    toasts.show("ok", t("outbox.sent", { what: commandWord(one.method) }));
    const sent = request as Message & Record<string, unknown>;
    settle(method.name, sent, reply.message);
    for (const listener of listeners) listener(method.name, sent, reply.message);
  } catch (thrown) {
    const error = toSiagaError(thrown);
    if (error.kind === "signIn") return;
    toasts.show("bad", `${commandWord(one.method)}: ${explain(error)}`, error.code);
  }
}

/** A newer page no longer knows it: its person is told, and does it anew. */
function forget(one: Command): void {
  outbox.drop(one.id);
  toasts.show("bad", t("outbox.unknown", { what: commandWord(one.method) }));
}
