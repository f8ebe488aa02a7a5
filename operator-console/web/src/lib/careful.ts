import { toJsonString } from "@bufbuild/protobuf";
import type { Interceptor, UnaryRequest } from "@connectrpc/connect";
import { AccessService } from "../gen/siaga/v1/access_pb.ts";
import { IncidentService } from "../gen/siaga/v1/incident_pb.ts";
import { toSiagaError } from "./errors.ts";
import { outbox } from "./outbox.svelte.ts";
import { fingerprint, RequestIds } from "./requests.ts";
import { session } from "./session.svelte.ts";

/** How long one try may take before it is given up and repeated with the same id. */
const TRY_MS = 10_000;
/** The same for a photo, which takes its time over a thin line. */
const PHOTO_TRY_MS = 90_000;
/** How long a command is repeated while the server is there and does not answer; a query only a moment. */
const COMMAND_PATIENCE_MS = 60_000;
const QUERY_PATIENCE_MS = 4_000;

function storage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

const requestIds = new RequestIds(storage());

function isCommand(message: object): message is { requestId: string } {
  return "requestId" in message;
}

function methodOf(req: UnaryRequest): string {
  return `${req.method.parent.typeName}/${req.method.name}`;
}

function isPhoto(req: UnaryRequest): boolean {
  return req.method === IncidentService.method.addPhoto || req.method === IncidentService.method.getPhoto;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

interface Given {
  id: string;
  /** It waits its turn and outlives the page. */
  waits: boolean;
  answered: () => void;
}

/**
 * Gives a command its id, and hands it to the outbox: the same command that still waits, given
 * again, is the one that waits.
 */
function register(req: UnaryRequest, command: { requestId: string }): Given {
  let name = "";
  if (!command.requestId) {
    // Named by what it would do, without its id and without keeping its words.
    name = fingerprint(`${methodOf(req)} ${toJsonString(req.method.input, req.message)}`);
    command.requestId = outbox.find(name)?.id ?? requestIds.take(name);
  }
  const id = command.requestId;
  // Commands about accounts carry passwords, which are never kept.
  // Photos are too large for its storage, and no status may wait behind one: they have a box of their own.
  const waits = req.method.parent !== AccessService && !isPhoto(req);
  if (waits) {
    const body = toJsonString(req.method.input, req.message);
    outbox.begin({ id, method: methodOf(req), body, name, at: Date.now() });
  }
  return { id, waits, answered: () => name && requestIds.answered(name) };
}

/**
 * Everything a call needs besides itself: gives commands their id, repeats what the network
 * swallowed under the same id, in the order in which it was given and also over a reload, asks for
 * the sign-in when the session has ended and then goes on, and turns whatever was thrown into one
 * kind of error.
 */
export const careful: Interceptor = (next) => async (req) => {
  if (req.stream) return next(req);
  const command = isCommand(req.message) ? register(req, req.message) : undefined;
  const isSignIn = req.method.parent === AccessService && /^(SignIn|WhoAmI)$/.test(req.method.name);
  const patience = command ? COMMAND_PATIENCE_MS : QUERY_PATIENCE_MS;
  let startedAt = performance.now();
  let keep = false;
  try {
    for (let tries = 1; ; tries++) {
      if (command?.waits) {
        keep = true;
        await outbox.turn(command.id);
        keep = false;
      }
      try {
        const signal = AbortSignal.any([
          req.signal,
          AbortSignal.timeout(isPhoto(req) ? PHOTO_TRY_MS : TRY_MS),
        ]);
        const reply = await next({ ...req, signal });
        command?.answered();
        return reply;
      } catch (thrown) {
        const error = toSiagaError(thrown);
        if (error.kind === "signIn" && !isSignIn) {
          keep = true;
          await session.renewed();
          keep = false;
          startedAt = performance.now();
          continue;
        }
        // What waits for the network waits as long as that is away; a server that is there must answer.
        if (command && !outbox.reachable()) startedAt = performance.now();
        const isLate = performance.now() - startedAt > patience;
        if (error.kind !== "network" || req.signal.aborted || isSignIn || isLate) {
          if (error.kind !== "network") command?.answered();
          throw error;
        }
        if (command) outbox.wait(command.id);
        // Full jitter: many screens that lost one server must not come back as one.
        await pause(Math.max(error.retryAfterMs, Math.random() * Math.min(4000, 250 * 2 ** tries)));
      }
    }
  } finally {
    if (command) outbox.end(command.id, keep);
  }
};
