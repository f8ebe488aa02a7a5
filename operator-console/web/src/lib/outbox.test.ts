import { create, type DescMessage } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport, type UnaryRequest } from "@connectrpc/connect";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { AccountViewSchema } from "../gen/siaga/v1/access_pb.ts";
import { AlarmService } from "../gen/siaga/v1/alarm_pb.ts";
import { CallService } from "../gen/siaga/v1/call_pb.ts";
import { DispatchService } from "../gen/siaga/v1/dispatch_pb.ts";
import { AddNoteRequestSchema, IncidentService } from "../gen/siaga/v1/incident_pb.ts";
import { UnitService } from "../gen/siaga/v1/unit_pb.ts";
import { messages } from "../i18n/index.ts";
import { careful } from "./careful.ts";
import { commandText } from "./command-words.ts";
import { loadDraft, saveDraft } from "./drafts.ts";
import { resend, whenResent } from "./resend.ts";
import { outbox } from "./outbox.svelte.ts";
import { session } from "./session.svelte.ts";
import { toasts } from "./toasts.svelte.ts";

const me = create(AccountViewSchema, { id: "me" });
const other = create(AccountViewSchema, { id: "other" });
const gone = () => Promise.reject(new ConnectError("gone", Code.Unavailable));

function refused(): Promise<never> {
  const error = new ConnectError("Ditolak", Code.FailedPrecondition);
  error.metadata.set("siaga-error-code", "SIAGA-1301");
  return Promise.reject(error);
}

/** What reached the server, as `id text`, and how it answers from here on. */
let seen: string[] = [];
let answer: () => Promise<unknown> = gone;

function next(req: { message: object }): Promise<never> {
  const { requestId, text } = req.message as { requestId: string; text: string };
  seen.push(`${requestId} ${text}`);
  return answer() as Promise<never>;
}

function note(text: string, incidentId = "i1"): Promise<unknown> {
  const request = {
    stream: false,
    method: IncidentService.method.addNote,
    message: create(AddNoteRequestSchema, { incidentId, text }),
    signal: new AbortController().signal,
  } as unknown as UnaryRequest;
  return careful(next as never)(request);
}

/** The transport as the page has it: every call goes through the careful interceptor. */
const transport = {
  unary: (
    method: { input: DescMessage },
    _signal: unknown,
    _timeout: unknown,
    _header: unknown,
    message: unknown,
  ) =>
    careful(next as never)({
      stream: false,
      method,
      message,
      signal: new AbortController().signal,
    } as unknown as UnaryRequest),
} as unknown as Transport;

/** The page goes away, with everything that it tried, and comes back with an account. */
async function reload(account = me): Promise<void> {
  session.leave();
  await vi.advanceTimersByTimeAsync(10_000);
  session.enter(account);
}
const kept = () => Object.keys({ ...localStorage }).filter((key) => key.startsWith("siaga.outbox."));
const ids = () => new Set(seen.map((one) => one.split(" ")[0]));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  localStorage.clear();
  sessionStorage.clear();
  toasts.list = [];
  seen = [];
  answer = gone;
  session.leave();
  session.enter(me);
  outbox.reachable = () => false;
  return async () => {
    // Nothing of this test may go on in the next one.
    outbox.clear();
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
  };
});

describe("a command made while the server is away", () => {
  test("waits as long as it is away, and is kept on this machine until it was answered", async () => {
    const done = note("pagar terkunci").catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(outbox.list.map((one) => commandText(one.body))).toEqual(["pagar terkunci"]);
    expect(kept()).toHaveLength(1);
    answer = () => Promise.resolve({});
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await done).toEqual({});
    expect(ids().size).toBe(1);
    expect(outbox.waiting).toBe(0);
    expect(kept()).toEqual([]);
  });

  test("survives a reload and is sent once, under the same id; its draft goes with it", async () => {
    saveDraft("note.i1", "pagar terkunci");
    note("pagar terkunci").catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    await reload();
    seen = [seen[0] ?? ""];
    expect(outbox.waiting).toBe(1);
    answer = () => Promise.resolve({});
    const heard: unknown[] = [];
    const stop = whenResent((method, request) => heard.push([method, request.text]));
    await resend(transport);
    stop();
    expect(seen).toHaveLength(2);
    expect(ids().size).toBe(1);
    expect(heard).toEqual([["AddNote", "pagar terkunci"]]);
    expect(loadDraft("note.i1")).toBeUndefined();
    expect(kept()).toEqual([]);
    await resend(transport);
    expect(seen).toHaveLength(2);
  });

  test("given again, before or after a reload, is the one that waits", async () => {
    note("pagar terkunci").catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    sessionStorage.clear();
    await reload();
    note("pagar terkunci").catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    expect(outbox.waiting).toBe(1);
    expect(ids().size).toBe(1);
  });

  test("goes out in the order in which it was given", async () => {
    const all = ["berangkat", "tiba", "padam"].map((text) => note(text));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(outbox.waiting).toBe(3);
    seen = [];
    answer = () => Promise.resolve({});
    await vi.advanceTimersByTimeAsync(30_000);
    await Promise.all(all);
    expect(seen.map((one) => one.split(" ")[1])).toEqual(["berangkat", "tiba", "padam"]);
  });

  test("that the server refuses after a reload is said with what it was, and is not tried again", async () => {
    note("pagar terkunci").catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    await reload();
    answer = refused;
    await resend(transport);
    expect(toasts.list.map((one) => [one.text, one.code])).toEqual([["Catatan: Ditolak", "SIAGA-1301"]]);
    expect(kept()).toEqual([]);
  });

  test("is never sent by another person, and waits for its own", async () => {
    note("pagar terkunci").catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    await reload(other);
    seen = [];
    answer = () => Promise.resolve({});
    await resend(transport);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(seen).toEqual([]);
    expect(outbox.waiting).toBe(0);
    await reload(me);
    await resend(transport);
    expect(seen).toHaveLength(1);
  });

  test("is thrown away at sign-out, from memory and from the machine", async () => {
    const done = note("pagar terkunci").catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(100);
    outbox.clear();
    seen = [];
    answer = () => Promise.resolve({});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await done).toMatchObject({ kind: "signIn" });
    expect(seen).toEqual([]);
    expect(kept()).toEqual([]);
  });

  test("is forgotten after a day, whoever it was of", async () => {
    note("pagar terkunci").catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    session.leave();
    vi.setSystemTime(Date.now() + 24 * 3600_000);
    session.enter(other);
    expect(kept()).toEqual([]);
  });
});

test("what is answered at once never touches this machine's storage", async () => {
  answer = () => Promise.resolve({});
  await note("pagar terkunci");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(kept()).toEqual([]);
});

test("a page that goes away while a command travels keeps it", async () => {
  answer = () => new Promise(() => undefined);
  note("pagar terkunci").catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1);
  dispatchEvent(new Event("pagehide"));
  expect(kept()).toHaveLength(1);
});

test("every command of these services has a name that people know", () => {
  for (const service of [AlarmService, CallService, DispatchService, IncidentService, UnitService]) {
    for (const method of service.methods) {
      if (!method.input.fields.some((field) => field.name === "request_id")) continue;
      if (method.name === "RecordReceipt") continue;
      expect(messages).toHaveProperty([`command.${method.name}`]);
    }
  }
});
