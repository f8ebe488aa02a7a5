import { create, fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  ClientFrameSchema,
  ServerFrameSchema,
  type ClientFrame,
  type ServerFrame,
} from "../gen/siaga/v1/live_pb.ts";
import type { ErrorDetail } from "../gen/siaga/v1/common_pb.ts";
import { clock } from "./clock.svelte.ts";
import { dropIncoming, emptyReplica, reduce, type Frame, type Replica } from "./reducer.ts";
import { Receipts } from "./receipts.ts";
import { session } from "./session.svelte.ts";
import { everySecond } from "./ticker.ts";

/** `delayed`: the socket stands, but behind it the gateway has lost the core. */
export type LiveState = "idle" | "connecting" | "live" | "delayed" | "lost";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
/** A socket that does not open in this time is given up. */
const OPEN_MS = 8_000;

/**
 * The one WebSocket of this tab. It says hello, takes the snapshot and the changes after it, beats,
 * confirms assignments, and comes back by itself. Screens read `replica`, nothing else.
 */
class Live {
  state = $state<LiveState>("idle");
  /** Since when (server's time, ms) live data have stopped or are late; 0 while they flow. */
  troubleSince = $state(0);
  /** Why the server ended the connection or refused it, when it said so. */
  problem = $state.raw<ErrorDetail | undefined>();
  replica = $state.raw<Replica>(emptyReplica);

  #socket: WebSocket | undefined;
  #audience = "";
  #wanted = false;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #openedAt = 0;
  #helloAt = 0;
  #heardAt = 0;
  #beatAt = 0;
  #beatEveryMs = 5_000;
  #beat = 0n;
  #welcomed = false;
  #pending: Frame[] = [];
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #stopTicker: (() => void) | undefined;
  #checkSession: (() => Promise<void>) | undefined;
  readonly #receipts = new Receipts((frame) => this.#send(frame));

  /**
   * Follows an audience (`board`, `agency:damkar`, ...; empty: the account's first). `checkSession`
   * asks the server whether the session still stands: a refused upgrade does not say why.
   */
  start(audience: string, checkSession: () => Promise<void>): void {
    if (this.#wanted && this.#audience === audience) return;
    this.stop();
    this.#wanted = true;
    this.#audience = audience;
    this.#checkSession = checkSession;
    this.#receipts.own(session.account?.id ?? "");
    this.#stopTicker = everySecond(() => this.#tick());
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
    this.#connect();
  }

  /** Ends the connection and forgets everything it brought. */
  stop(): void {
    this.#wanted = false;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#pending = [];
    this.#stopTicker?.();
    this.#stopTicker = undefined;
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#hangUp();
    this.#attempt = 0;
    this.state = "idle";
    this.troubleSince = 0;
    this.problem = undefined;
    this.replica = emptyReplica;
  }

  #hurry = (): void => {
    if (!this.#wanted || this.#socket || document.visibilityState === "hidden") return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  };

  #connect(): void {
    this.#retryTimer = undefined;
    if (this.state !== "lost") this.state = "connecting";
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws`);
    this.#socket = socket;
    this.#welcomed = false;
    this.#openedAt = performance.now();
    socket.onopen = () => {
      this.#helloAt = this.#heardAt = this.#beatAt = performance.now();
      this.#send(
        create(ClientFrameSchema, {
          frame: {
            case: "hello",
            value: { audience: this.#audience, cursor: this.replica.cursor, client: "siaga-web 0.1" },
          },
        }),
      );
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.#socket) this.#hear(event.data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lose();
    };
  }

  /** Cuts this side off without waiting for the other, which may be gone. */
  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #lose(): void {
    const neverWelcomed = !this.#welcomed;
    this.#hangUp();
    this.#flush();
    this.replica = dropIncoming(this.replica);
    if (this.troubleSince === 0) this.troubleSince = clock.read();
    this.state = "lost";
    if (!this.#wanted) return;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempt++);
    // Jitter keeps many screens that lost one server from coming back in the same instant.
    this.#retryTimer = setTimeout(() => void this.#retry(neverWelcomed), longest * (0.5 + Math.random() / 2));
  }

  async #retry(askSession: boolean): Promise<void> {
    if (askSession) {
      try {
        await this.#checkSession?.();
      } catch {
        // The server is not there at all: trying the socket again is all there is to do.
      }
    }
    if (!this.#wanted || this.#socket) return;
    // With an ended session the socket waits for the person; `resumeAfterSignIn` wakes it.
    if (session.state === "in") this.#connect();
  }

  /** The person has signed in again over the open card. */
  resumeAfterSignIn(): void {
    if (!this.#wanted || this.#socket) return;
    clearTimeout(this.#retryTimer);
    this.#attempt = 0;
    this.#connect();
  }

  #send(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(toJsonString(ClientFrameSchema, frame));
    return true;
  }

  #hear(text: string): void {
    this.#heardAt = performance.now();
    let frame: ServerFrame;
    try {
      frame = fromJsonString(ServerFrameSchema, text, { ignoreUnknownFields: true });
    } catch {
      // A frame of a newer server that this page cannot read is skipped; the rest still counts.
      return;
    }
    const one = frame.frame;
    switch (one.case) {
      case "welcome":
        this.#welcomed = true;
        this.problem = undefined;
        this.#attempt = 0;
        this.#beatEveryMs = one.value.heartbeatIntervalMs || this.#beatEveryMs;
        if (one.value.serverTime) clock.sample(timestampMs(one.value.serverTime), this.#helloAt);
        if (one.value.resumed) this.#flow();
        this.#receipts.reconnected();
        break;
      case "snapshot":
        this.#queue(one);
        if (one.value.last) this.#flow();
        break;
      case "change":
        this.#queue(one);
        this.#flow();
        break;
      case "heartbeat":
        // The server asks a silent client for a sign of life with the sequence 0.
        if (one.value.sequence === 0n) this.#sendBeat();
        break;
      case "receiptConfirmed":
        this.#receipts.confirmed(one.value.assignmentId);
        break;
      case "feedState":
        this.state = one.value.up ? "live" : "delayed";
        this.troubleSince = one.value.up ? 0 : one.value.since ? timestampMs(one.value.since) : clock.read();
        break;
      case "error":
        if (one.value.field.startsWith("receipt:")) this.#receipts.refused(one.value.field.slice(8));
        else this.problem = one.value;
        break;
      case "sessionEnded":
        session.expire();
        break;
      default:
    }
  }

  /** Live data flow. */
  #flow(): void {
    if (!this.#welcomed) return;
    this.state = "live";
    this.troubleSince = 0;
  }

  /** Frames are collected and reduced once per drawn frame, so that a burst costs one redraw. */
  #queue(frame: Frame): void {
    this.#pending.push(frame);
    this.#flushTimer ??= setTimeout(() => this.#flush(), 16);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#pending.length === 0) return;
    const frames = this.#pending;
    this.#pending = [];
    this.replica = reduce(this.replica, frames);
    if (this.replica.ready) this.#receipts.look(this.replica.entities.values());
  }

  #tick(): void {
    const now = performance.now();
    this.#receipts.tick();
    const socket = this.#socket;
    if (!socket) return;
    if (socket.readyState !== WebSocket.OPEN) {
      if (now - this.#openedAt > OPEN_MS) this.#lose();
      return;
    }
    if (now - this.#heardAt > this.#beatEveryMs * 3) {
      this.#lose();
      return;
    }
    if (now - this.#beatAt < this.#beatEveryMs - 500) return;
    this.#sendBeat();
  }

  #sendBeat(): void {
    this.#beatAt = performance.now();
    this.#beat += 1n;
    this.#send(create(ClientFrameSchema, { frame: { case: "heartbeat", value: { sequence: this.#beat } } }));
  }
}

export const live = new Live();
