import { SiagaError } from "./errors.ts";

/**
 * Commands that the server has not answered yet, in the order in which they were given. One that
 * has to wait is also kept on this machine, so that a reload or a crash of the tab does not lose it;
 * it keeps its request id, so that sending it once more is harmless. They belong to an account,
 * name people, and so end by themselves after a day.
 */
export interface Command {
  /** Its request id. */
  id: string;
  /** As the contract names it: `siaga.v1.IncidentService/AddNote`. */
  method: string;
  /** The request in protobuf's JSON, its id included. */
  body: string;
  /** What it would do, as a fingerprint: the same given again is this one. */
  name: string;
  /** When it was given, ms since the epoch on this machine. */
  at: number;
}

const PREFIX = "siaga.outbox.";
const LIFE_MS = 24 * 3600_000;
/** More than a person gives in an outage; what comes after waits as long as the page lives. */
const KEPT_MAX = 200;
/** A command that is answered sooner never touches this machine's storage. */
const KEEP_AFTER_MS = 400;

interface Open extends Command {
  owner: string;
  /** How often it was given while it was not answered: a second press is the same command. */
  times: number;
  timer: ReturnType<typeof setTimeout>;
}

class Outbox {
  #owner = "";
  readonly #open = new Map<string, Open>();
  #waiting = $state.raw<readonly Command[]>([]);
  #woken: (() => void)[] = [];
  /** Whether the server can be reached at the moment: only then may a command run out of patience. */
  reachable: () => boolean = () => true;

  constructor() {
    // A page that goes away takes nothing along that was on its way.
    addEventListener("pagehide", () => {
      for (const one of this.#open.values()) this.#keep(one);
    });
  }

  /** How many could not be delivered at the first try, and are repeated or wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Those, the first given first. */
  get list(): readonly Command[] {
    return this.#waiting;
  }

  /** Says whose commands are kept and sent from here on; those kept before wait to be sent. */
  own(accountId: string): void {
    if (accountId === this.#owner) return;
    this.#owner = accountId;
    this.#set(accountId ? readKept(accountId, Date.now()) : []);
  }

  /** Those of before a reload that nobody has begun to send again. */
  unsent(): readonly Command[] {
    return this.#waiting.filter((one) => !this.#open.has(one.id));
  }

  /** The same command, when it is on its way or waits. */
  find(name: string): Command | undefined {
    return (
      [...this.#open.values()].find((one) => one.name === name && one.owner === this.#owner) ??
      this.#waiting.find((one) => one.name === name)
    );
  }

  /** A command is given. */
  begin(command: Command): void {
    const again = this.#open.get(command.id);
    if (again) {
      again.times++;
      return;
    }
    const before = this.#waiting.find((one) => one.id === command.id);
    const one: Open = {
      ...(before ?? command),
      owner: this.#owner,
      times: 1,
      timer: setTimeout(() => this.#keep(one), KEEP_AFTER_MS),
    };
    this.#open.set(one.id, one);
  }

  /** It could not be delivered, or others wait before it. */
  wait(id: string): void {
    const one = this.#open.get(id);
    if (!one || this.#waiting.some((other) => other.id === id)) return;
    this.#keep(one);
    this.#set([...this.#waiting, one]);
  }

  /**
   * Resolves when nothing that was given earlier still waits: steps must arrive in their order.
   * Rejects when its person has gone, or has thrown it away: nobody else may send it.
   */
  async turn(id: string): Promise<void> {
    if (this.#waiting.length > 0 && this.#isMine(id)) this.wait(id);
    while (this.#waiting.some((one) => one.id === id) && this.#waiting[0]?.id !== id) {
      await new Promise<void>((wake) => this.#woken.push(wake));
    }
    if (!this.#isMine(id)) throw new SiagaError("signIn", {});
  }

  #isMine(id: string): boolean {
    return this.#open.get(id)?.owner === this.#owner;
  }

  /** It was answered or given up; `keep`: its person has gone, and will find it again. */
  end(id: string, keep = false): void {
    const one = this.#open.get(id);
    if (one && --one.times === 0) {
      this.#open.delete(id);
      clearTimeout(one.timer);
    }
    if (keep || !one) return;
    remove(path(one.owner, id));
    if (this.#waiting.some((other) => other.id === id)) {
      this.#set(this.#waiting.filter((other) => other.id !== id));
    }
  }

  /** Throws away what waits: its person has been warned. */
  clear(): void {
    for (const one of this.#waiting) remove(path(this.#owner, one.id));
    for (const one of this.#open.values()) clearTimeout(one.timer);
    this.#open.clear();
    this.#set([]);
  }

  /** One that cannot be sent again is not kept either. */
  drop(id: string): void {
    remove(path(this.#owner, id));
    this.#set(this.#waiting.filter((one) => one.id !== id));
  }

  #set(waiting: readonly Command[]): void {
    this.#waiting = waiting;
    for (const wake of this.#woken.splice(0)) wake();
  }

  #keep(one: Open): void {
    if (!one.owner || this.#open.get(one.id) !== one || this.#waiting.length >= KEPT_MAX) return;
    const { id, method, body, name, at } = one;
    try {
      localStorage.setItem(
        path(one.owner, id),
        JSON.stringify({ id, method, body, name, at } satisfies Command),
      );
    } catch {
      // Without storage it waits as long as the page lives.
    }
  }
}

function path(owner: string, id: string): string {
  return `${PREFIX}${owner}.${id}`;
}

function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing to remove where nothing can be kept.
  }
}

/** What an account left unsent, the oldest first; what is too old, of anybody, is removed. */
function readKept(owner: string, now: number): Command[] {
  const found: Command[] = [];
  try {
    const keys = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i) ?? "");
    for (const key of keys.filter((one) => one.startsWith(PREFIX))) {
      const one = parse(localStorage.getItem(key));
      if (!one || !(now - one.at < LIFE_MS)) localStorage.removeItem(key);
      else if (key === path(owner, one.id)) found.push(one);
    }
  } catch {
    // Storage is forbidden here: nothing was kept either.
  }
  return found.sort((a, b) => a.at - b.at || a.id.localeCompare(b.id));
}

function parse(text: string | null): Command | undefined {
  try {
    const one = JSON.parse(text ?? "") as Partial<Command>;
    const whole = one.id && one.method && one.body && typeof one.at === "number";
    return whole ? ({ name: "", ...one } as Command) : undefined;
  } catch {
    return undefined;
  }
}

export const outbox = new Outbox();
