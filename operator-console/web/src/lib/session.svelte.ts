import type { AccountView } from "../gen/siaga/v1/access_pb.ts";
import { ownDrafts } from "./drafts.ts";
import { SiagaError } from "./errors.ts";
import { forgetKept, keepAccount } from "./kept.ts";
import { outbox } from "./outbox.svelte.ts";

export type SessionState = "unknown" | "out" | "in" | "expired";

/**
 * Who sits here. `expired` means that the person's session ended under their hands: the screen
 * stays as it is, the sign-in comes over it, and commands wait for it.
 */
class Session {
  state = $state<SessionState>("unknown");
  account = $state<AccountView | undefined>();
  #waiting: { resolve: () => void; reject: (error: SiagaError) => void }[] = [];

  /** A person is known: by signing in, or because the browser still had the session. */
  enter(account: AccountView): void {
    const same = this.account === undefined || this.account.id === account.id;
    this.account = account;
    this.state = "in";
    ownDrafts(account.id);
    outbox.own(account.id);
    keepAccount(account);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      // Another person must never send the command of the one before.
      if (same) one.resolve();
      else one.reject(new SiagaError("signIn", {}));
    }
  }

  /** Nobody is signed in; what waits is kept for its person. */
  leave(): void {
    this.account = undefined;
    forgetKept();
    outbox.own("");
    this.state = "out";
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) one.reject(new SiagaError("signIn", {}));
  }

  /** The server no longer knows the session. Before anybody was known this means: not signed in. */
  expire(): void {
    if (this.account) this.state = "expired";
    else this.leave();
  }

  /** Resolves when the same person has signed in again; rejects when somebody else did. */
  renewed(): Promise<void> {
    this.expire();
    if (this.state !== "expired") return Promise.reject(new SiagaError("signIn", {}));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

export const session = new Session();
