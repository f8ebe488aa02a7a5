import { toJsonString } from "@bufbuild/protobuf";
import type { Interceptor, UnaryRequest } from "@connectrpc/connect";
import { AccessService } from "../gen/siaga/v1/access_pb.ts";
import { toSiagaError } from "./errors.ts";
import { outbox } from "./outbox.svelte.ts";
import { fingerprint, RequestIds } from "./requests.ts";
import { session } from "./session.svelte.ts";

/** How long one try may take before it is given up and repeated with the same id. */
const TRY_MS = 10_000;
/** How long a command is repeated while the server cannot be reached; a query only a moment. */
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

/** Names a command by what it would do, without its id and without keeping its words. */
function nameOf(req: UnaryRequest): string {
  return fingerprint(
    `${req.method.parent.typeName}/${req.method.name} ${toJsonString(req.method.input, req.message)}`,
  );
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/**
 * Everything a call needs besides itself: gives commands their id, repeats what the network
 * swallowed under the same id, asks for the sign-in when the session has ended and then goes on,
 * and turns whatever was thrown into one kind of error.
 */
export const careful: Interceptor = (next) => async (req) => {
  if (req.stream) return next(req);
  const command = isCommand(req.message) ? req.message : undefined;
  let name: string | undefined;
  if (command && !command.requestId) {
    name = nameOf(req);
    command.requestId = requestIds.take(name);
  }
  const patience = command ? COMMAND_PATIENCE_MS : QUERY_PATIENCE_MS;
  let startedAt = performance.now();
  const ticket = command ? outbox.open() : undefined;
  try {
    for (let tries = 1; ; tries++) {
      try {
        const signal = AbortSignal.any([req.signal, AbortSignal.timeout(TRY_MS)]);
        const reply = await next({ ...req, signal });
        if (name) requestIds.answered(name);
        return reply;
      } catch (thrown) {
        const error = toSiagaError(thrown);
        const isSignIn = req.method.parent === AccessService && /^(SignIn|WhoAmI)$/.test(req.method.name);
        if (error.kind === "signIn" && !isSignIn) {
          await session.renewed();
          startedAt = performance.now();
          continue;
        }
        const waited = performance.now() - startedAt;
        if (error.kind !== "network" || req.signal.aborted || isSignIn || waited > patience) {
          if (name && error.kind !== "network") requestIds.answered(name);
          throw error;
        }
        if (ticket) outbox.wait(ticket);
        // Full jitter: many screens that lost one server must not come back as one.
        await pause(Math.max(error.retryAfterMs, Math.random() * Math.min(4000, 250 * 2 ** tries)));
      }
    }
  } finally {
    if (ticket) outbox.done(ticket);
  }
};
