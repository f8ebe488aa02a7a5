import { create, toJson } from "@bufbuild/protobuf";
import { tick } from "svelte";
import { AssignmentViewSchema, Step, type AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import { ClientFrameSchema, type ClientFrame, type Entity } from "../gen/siaga/v1/live_pb.ts";
import { uuid7 } from "./uuid7.ts";

const PREFIX = "siaga.assignment.";
const REPEAT_TICKS = 3;

interface Open {
  requestId: string;
  /** Ticks until it is sent again. */
  wait: number;
}

/**
 * "This assignment is stored and drawn here." An operator counts on it, so it is said only when it
 * is so: the assignment lies in this machine's storage and stands in the page (an element with
 * `data-assignment`). It is repeated until the server confirms it.
 */
export class Receipts {
  #owner = "";
  readonly #open = new Map<string, Open>();
  readonly #confirmed = new Set<string>();
  /** What lies in this machine's storage for this account. */
  #stored = new Set<string>();

  constructor(private readonly send: (frame: ClientFrame) => boolean) {}

  /** Whose storage is written; another account's unconfirmed receipts are not this one's to repeat. */
  own(accountId: string): void {
    if (this.#owner === accountId) return;
    this.#owner = accountId;
    this.#open.clear();
    this.#confirmed.clear();
    this.#stored = this.#list();
  }

  /** Looks through what is known for assignments that nobody has confirmed yet. */
  look(entities: Iterable<Entity>): void {
    const seen = new Set<string>();
    for (const entity of entities) {
      if (entity.value.case !== "assignment") continue;
      const assignment = entity.value.value;
      // Boards hold assignments too, but only what carries its task was sent to be received here.
      if (!assignment.task) continue;
      seen.add(assignment.id);
      if (assignment.step === Step.SENT && !this.#confirmed.has(assignment.id)) void this.#take(assignment);
      else this.#open.delete(assignment.id);
    }
    this.#forgetAllBut(seen);
  }

  async #take(assignment: AssignmentView): Promise<void> {
    if (this.#open.has(assignment.id) || !this.#store(assignment)) return;
    const open: Open = { requestId: uuid7(), wait: 0 };
    this.#open.set(assignment.id, open);
    await tick();
    // A hidden page draws no frames, but its document is whole and it sounds.
    if (document.visibilityState !== "hidden") {
      await new Promise<void>((drawn) => {
        const timer = setTimeout(drawn, 250);
        requestAnimationFrame(() => {
          clearTimeout(timer);
          drawn();
        });
      });
    }
    this.#say(assignment.id, open);
  }

  #store(assignment: AssignmentView): boolean {
    try {
      const text = JSON.stringify(toJson(AssignmentViewSchema, assignment));
      localStorage.setItem(`${PREFIX}${this.#owner}.${assignment.id}`, text);
      this.#stored.add(assignment.id);
      return true;
    } catch {
      // Not stored is not received: the operator sees it as not delivered and telephones.
      return false;
    }
  }

  #say(id: string, open: Open): void {
    if (this.#open.get(id) !== open) return;
    open.wait = REPEAT_TICKS;
    const drawn = [...document.querySelectorAll<HTMLElement>("[data-assignment]")];
    if (!drawn.some((element) => element.dataset.assignment === id)) return;
    this.send(
      create(ClientFrameSchema, {
        frame: { case: "receipt", value: { assignmentId: id, requestId: open.requestId } },
      }),
    );
  }

  /** Repeats what is not confirmed; called once a second. */
  tick(): void {
    for (const [id, open] of this.#open) if (--open.wait <= 0) this.#say(id, open);
  }

  /** A new connection: what the old one took may never have arrived. */
  reconnected(): void {
    for (const [id, open] of this.#open) this.#say(id, open);
  }

  confirmed(id: string): void {
    this.#open.delete(id);
    this.#confirmed.add(id);
  }

  /** The server will never take this one: it is not this agency's. */
  refused(id: string): void {
    this.confirmed(id);
  }

  /** What left this agency's view leaves this machine, too: it names people. */
  #forgetAllBut(seen: ReadonlySet<string>): void {
    for (const id of this.#open.keys()) if (!seen.has(id)) this.#open.delete(id);
    for (const id of this.#stored) {
      if (seen.has(id)) continue;
      this.#stored.delete(id);
      localStorage.removeItem(`${PREFIX}${this.#owner}.${id}`);
    }
  }

  #list(): Set<string> {
    try {
      const prefix = `${PREFIX}${this.#owner}.`;
      const names = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i) ?? "");
      return new Set(
        names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
      );
    } catch {
      // Storage that cannot be read holds nothing of ours.
      return new Set();
    }
  }
}
