import { create, fromJsonString, toJsonString, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AccountViewSchema } from "../gen/siaga/v1/access_pb.ts";
import { ClientFrameSchema, ServerFrameSchema, type ClientFrame } from "../gen/siaga/v1/live_pb.ts";
import { session } from "./session.svelte.ts";
import { live } from "./live.svelte.ts";

let tick: () => void = () => undefined;
vi.mock("./ticker.ts", () => ({
  everySecond: (run: () => void) => {
    tick = run;
    return () => undefined;
  },
}));

/** The server's end of the sockets that the page opens. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1) as FakeSocket;
  }
  readyState = 0;
  sent: ClientFrame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(fromJsonString(ClientFrameSchema, text));
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  cut(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  say(frame: MessageInitShape<typeof ServerFrameSchema>["frame"]): void {
    this.onmessage?.({ data: toJsonString(ServerFrameSchema, create(ServerFrameSchema, { frame })) });
  }
  frames(which: ClientFrame["frame"]["case"]): ClientFrame["frame"][] {
    return this.sent.map((one) => one.frame).filter((one) => one.case === which);
  }
}

const welcome = (resumed = false) =>
  ({
    case: "welcome",
    value: {
      sessionId: "s",
      audience: "board",
      serverTime: timestampFromMs(Date.now()),
      heartbeatIntervalMs: 2000,
      resumed,
    },
  }) as const;
const assignment = (step = 1, position = 5n, id = "a1") => ({
  key: `assignment:${id}`,
  position,
  value: { case: "assignment", value: { id, step, position, task: { typeCode: "x" } } } as const,
});
const snapshot = (entities: ReturnType<typeof assignment>[], cursor = "c1") =>
  ({ case: "snapshot", value: { entities, cursor, last: true } }) as const;

/** Each test is another person's, so that nothing is left over from the one before. */
let me = "";
let people = 0;
const stored = () => localStorage.getItem(`siaga.assignment.${me}.a1`);
const checkSession = vi.fn(() => Promise.resolve());

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  localStorage.clear();
  document.body.innerHTML = "";
  checkSession.mockClear();
  me = `person-${++people}`;
  session.leave();
  session.enter(create(AccountViewSchema, { id: me, agencyCode: "damkar" }));
  live.start("agency:damkar", checkSession);
  FakeSocket.last.open();
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live connection", () => {
  test("says hello for its audience and is live once the snapshot is whole", async () => {
    expect(FakeSocket.last.frames("hello")[0]?.value).toMatchObject({
      audience: "agency:damkar",
      cursor: "",
    });
    FakeSocket.last.say(welcome());
    expect(live.state).toBe("connecting");
    FakeSocket.last.say(snapshot([assignment()]));
    await vi.advanceTimersByTimeAsync(50);
    expect(live.state).toBe("live");
    expect(live.replica.entities.has("assignment:a1")).toBe(true);
  });

  test("says at once since when it is lost, keeps what it has, and resumes from its cursor", async () => {
    FakeSocket.last.say(welcome());
    FakeSocket.last.say(snapshot([assignment()], "c7"));
    await vi.advanceTimersByTimeAsync(50);
    FakeSocket.last.cut();
    expect(live.state).toBe("lost");
    expect(live.troubleSince).toBeGreaterThan(0);
    expect(live.replica.entities.size).toBe(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.last.open();
    expect(FakeSocket.last.frames("hello")[0]?.value).toMatchObject({ cursor: "c7" });
    FakeSocket.last.say(welcome(true));
    expect(live.state).toBe("live");
    expect(live.troubleSince).toBe(0);
  });

  test("beats, and gives a silent server up after three beats", async () => {
    FakeSocket.last.say(welcome());
    FakeSocket.last.say(snapshot([]));
    const socket = FakeSocket.last;
    for (let second = 0; second < 5; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      tick();
    }
    expect(socket.frames("heartbeat").length).toBeGreaterThanOrEqual(2);
    expect(live.state).toBe("live");
    await vi.advanceTimersByTimeAsync(2000);
    tick();
    expect(live.state).toBe("lost");
  });

  test("answers a server that asks for a sign of life", () => {
    FakeSocket.last.say(welcome());
    FakeSocket.last.say({ case: "heartbeat", value: { sequence: 0n } });
    FakeSocket.last.say({ case: "heartbeat", value: { sequence: 1n } });
    expect(FakeSocket.last.frames("heartbeat")).toHaveLength(1);
  });

  test("asks about the session when it is refused, and waits for the person when it has ended", async () => {
    live.stop();
    live.start("board", () => {
      session.expire();
      return Promise.resolve();
    });
    const tries = FakeSocket.all.length;
    FakeSocket.last.cut();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.all).toHaveLength(tries);
    session.enter(create(AccountViewSchema, { id: me }));
    live.resumeAfterSignIn();
    expect(FakeSocket.all).toHaveLength(tries + 1);
  });

  test("a frame that it cannot read ends nothing", async () => {
    FakeSocket.last.say(welcome());
    FakeSocket.last.onmessage?.({ data: "{nonsense" });
    FakeSocket.last.onmessage?.({ data: '{"aFrameOfTomorrow":{}}' });
    FakeSocket.last.say(snapshot([assignment()]));
    await vi.advanceTimersByTimeAsync(50);
    expect(live.replica.entities.size).toBe(1);
  });

  test("a refusal says why, until it is welcome again", () => {
    FakeSocket.last.say({
      case: "error",
      value: { code: "SIAGA-1812", messageId: "Terlalu banyak sambungan." },
    });
    FakeSocket.last.cut();
    expect(live.problem?.code).toBe("SIAGA-1812");
    live.resumeAfterSignIn();
    FakeSocket.last.open();
    FakeSocket.last.say(welcome());
    expect(live.problem).toBeUndefined();
  });

  test("a delayed feed is told apart from a lost socket", () => {
    FakeSocket.last.say(welcome());
    FakeSocket.last.say(snapshot([]));
    FakeSocket.last.say({ case: "feedState", value: { up: false, since: timestampFromMs(1000) } });
    expect(live.state).toBe("delayed");
    expect(live.troubleSince).toBe(1000);
    FakeSocket.last.say({ case: "change", value: { cursor: "c2" } });
    expect(live.state).toBe("live");
  });
});

describe("a receipt", () => {
  const receipts = () => FakeSocket.last.frames("receipt");
  const draw = (id = "a1") => {
    const element = document.createElement("div");
    element.dataset.assignment = id;
    document.body.append(element);
  };
  async function arrive(): Promise<void> {
    FakeSocket.last.say(welcome());
    FakeSocket.last.say(snapshot([assignment()]));
    await vi.advanceTimersByTimeAsync(400);
  }

  test("is sent once the assignment is stored and drawn, not before", async () => {
    await arrive();
    expect(receipts()).toHaveLength(0);
    draw();
    for (let i = 0; i < 4; i++) tick();
    expect(receipts()).toHaveLength(1);
    expect(stored()).toContain("a1");
  });

  test("is repeated under the same id until it is confirmed", async () => {
    draw();
    await arrive();
    for (let i = 0; i < 7; i++) tick();
    const ids = receipts().map((one) => (one.case === "receipt" ? one.value.requestId : ""));
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
    FakeSocket.last.say({ case: "receiptConfirmed", value: { assignmentId: "a1" } });
    for (let i = 0; i < 7; i++) tick();
    expect(receipts()).toHaveLength(ids.length);
  });

  test("is not sent when the assignment could not be stored", async () => {
    draw();
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new Error("full");
    });
    await arrive();
    for (let i = 0; i < 7; i++) tick();
    expect(receipts()).toHaveLength(0);
    full.mockRestore();
  });

  test("that the server refuses is not repeated", async () => {
    draw();
    await arrive();
    const before = receipts().length;
    FakeSocket.last.say({ case: "error", value: { code: "SIAGA-1102", field: "receipt:a1" } });
    for (let i = 0; i < 7; i++) tick();
    expect(receipts()).toHaveLength(before);
    expect(live.problem).toBeUndefined();
  });

  test("is for new assignments only, and what leaves the view leaves the storage", async () => {
    draw();
    await arrive();
    FakeSocket.last.say({ case: "change", value: { cursor: "c2", entity: assignment(3, 6n) } });
    await vi.advanceTimersByTimeAsync(50);
    const before = receipts().length;
    for (let i = 0; i < 7; i++) tick();
    expect(receipts()).toHaveLength(before);
    FakeSocket.last.say({
      case: "change",
      value: { cursor: "c3", entity: { key: "assignment:a1", position: 7n, removed: true } },
    });
    await vi.advanceTimersByTimeAsync(50);
    expect(stored()).toBeNull();
  });
});
