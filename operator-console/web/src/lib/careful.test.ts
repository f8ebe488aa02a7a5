import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, encodeBinaryHeader, type UnaryRequest } from "@connectrpc/connect";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { AccountViewSchema } from "../gen/siaga/v1/access_pb.ts";
import { AnswerCallRequestSchema, CallService, GetCallRequestSchema } from "../gen/siaga/v1/call_pb.ts";
import { ErrorDetailSchema } from "../gen/siaga/v1/common_pb.ts";
import { lang } from "../i18n/index.ts";
import { careful } from "./careful.ts";
import { SiagaError, toSiagaError } from "./errors.ts";
import { outbox } from "./outbox.svelte.ts";
import { session } from "./session.svelte.ts";

const me = create(AccountViewSchema, { id: "me", username: "operator1" });
const other = create(AccountViewSchema, { id: "other" });

function answer(callId: string): UnaryRequest {
  return {
    stream: false,
    method: CallService.method.answerCall,
    message: create(AnswerCallRequestSchema, { callId }),
    signal: new AbortController().signal,
  } as unknown as UnaryRequest;
}

function query(): UnaryRequest {
  return {
    stream: false,
    method: CallService.method.getCall,
    message: create(GetCallRequestSchema, { callId: "1" }),
    signal: new AbortController().signal,
  } as unknown as UnaryRequest;
}

/** A server that gives the prepared answers in order, and notes the request ids it saw. */
function server(...answers: (ConnectError | "ok")[]) {
  const seen: string[] = [];
  const run = careful((req) => {
    seen.push((req as { message: { requestId?: string } }).message.requestId ?? "");
    const next = answers.shift() ?? "ok";
    return next === "ok" ? Promise.resolve({} as never) : Promise.reject(next);
  });
  return { seen, run };
}

function refused(code: string, grpc = Code.FailedPrecondition, more: object = {}): ConnectError {
  const error = new ConnectError("Ditolak", grpc);
  error.metadata.set("siaga-error-code", code);
  const detail = create(ErrorDetailSchema, { code, messageId: "Ditolak", messageEn: "Refused", ...more });
  error.metadata.set("siaga-error-detail-bin", encodeBinaryHeader(toBinary(ErrorDetailSchema, detail)));
  return error;
}

const gone = () => new ConnectError("connection lost", Code.Unavailable);
const ended = () => refused("SIAGA-1101", Code.Unauthenticated);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  sessionStorage.clear();
  localStorage.clear();
  session.leave();
  session.enter(me);
  return () => vi.useRealTimers();
});

describe("a command", () => {
  test("is repeated under the same id until the server answers", async () => {
    const { seen, run } = server(gone(), gone(), "ok");
    const done = run(answer("a"));
    await vi.advanceTimersByTimeAsync(1);
    expect(outbox.waiting).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    await done;
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toMatch(/-7[0-9a-f]{3}-/);
    expect(outbox.waiting).toBe(0);
  });

  test("that was answered gets a new id when it is meant again", async () => {
    const { seen, run } = server("ok", "ok");
    await run(answer("a"));
    await run(answer("a"));
    expect(seen[0]).not.toBe(seen[1]);
  });

  test("that was given up keeps its id for the next press", async () => {
    const { seen, run } = server(...Array.from({ length: 200 }, gone));
    const first = run(answer("b")).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(toSiagaError(await first).kind).toBe("network");
    const again = run(answer("b")).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(120_000);
    await again;
    expect(new Set(seen).size).toBe(1);
  });

  test("that was refused is not repeated, and says why in both languages", async () => {
    const { seen, run } = server(refused("SIAGA-1201"));
    const error = toSiagaError(await run(answer("c")).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ kind: "refused", code: "SIAGA-1201" });
    lang.set("id");
    expect(error.text).toBe("Ditolak");
    lang.set("en");
    expect(error.text).toBe("Refused");
    lang.set("id");
    expect(seen).toHaveLength(1);
  });

  test("waits for the sign-in and goes on with the same id", async () => {
    const { seen, run } = server(ended(), "ok");
    const done = run(answer("d"));
    await vi.advanceTimersByTimeAsync(1);
    expect(session.state).toBe("expired");
    session.enter(me);
    await done;
    expect(seen).toHaveLength(2);
    expect(new Set(seen).size).toBe(1);
  });

  test("of the person before is never sent by the next one", async () => {
    const { seen, run } = server(ended(), "ok");
    const done = run(answer("e")).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(1);
    session.enter(other);
    expect(toSiagaError(await done).kind).toBe("signIn");
    expect(seen).toHaveLength(1);
  });
});

describe("a query", () => {
  test("carries no id and is given up sooner", async () => {
    const { seen, run } = server(...Array.from({ length: 50 }, gone));
    const done = run(query()).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(toSiagaError(await done).kind).toBe("network");
    expect(seen.every((id) => id === "")).toBe(true);
  });
});

describe("an error", () => {
  test("of a stale edit brings what changed", () => {
    const error = toSiagaError(
      refused("SIAGA-1004", Code.Aborted, {
        currentVersion: 7n,
        conflicts: [{ field: "narrative", current: "a", wanted: "b" }],
      }),
    );
    expect(error).toMatchObject({ kind: "conflict", currentVersion: 7n });
    expect(error.conflicts[0]).toMatchObject({ field: "narrative", current: "a", wanted: "b" });
  });

  test("without the binary detail is read from the plain metadata", () => {
    const plain = new ConnectError("Nomor salah", Code.InvalidArgument);
    plain.metadata.set("siaga-error-code", "SIAGA-1001");
    plain.metadata.set("siaga-error-en", "Wrong%20number");
    const error = toSiagaError(plain);
    lang.set("en");
    expect(error.text).toBe("Wrong number");
    lang.set("id");
    expect(error.text).toBe("Nomor salah");
  });

  test("keeps its nature when the transport wraps it", () => {
    const inner = new SiagaError("conflict", { code: "SIAGA-1004" });
    expect(toSiagaError(new ConnectError("wrapped", Code.Unknown, undefined, undefined, inner))).toBe(inner);
  });
});
