import type { AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { t } from "../../i18n/index.ts";
import { api } from "../../lib/api.ts";
import { clock } from "../../lib/clock.svelte.ts";
import { toSiagaError } from "../../lib/errors.ts";
import { live } from "../../lib/live.svelte.ts";
import { outbox } from "../../lib/outbox.svelte.ts";
import { dropPhoto, keepPhoto, keptPhotos, type Kept } from "../../lib/photo-box.ts";
import { at } from "../../lib/proto.ts";
import { session } from "../../lib/session.svelte.ts";
import { clockTime } from "../../lib/time.ts";
import { toasts } from "../../lib/toasts.svelte.ts";
import { uuid7 } from "../../lib/uuid7.ts";
import { shrink, takenAt } from "./shrink.ts";

/** Codes of what is not the photo's fault. */
const SERVERS_FAULT = "SIAGA-19";
/** A line that is there and did not carry a photo is tried again after this. */
const AGAIN_MS = 15_000;

/** Takes photos and sends them one by one, when nothing more urgent waits. */
class Photos {
  waiting = $state.raw<readonly Kept[]>([]);
  #accountId = "";
  #busy = false;

  async begin(accountId: string): Promise<void> {
    this.#accountId = accountId;
    const kept = await keptPhotos(accountId);
    if (this.#accountId !== accountId) return;
    this.waiting = [...kept, ...this.waiting.filter((one) => !kept.some((other) => other.id === one.id))];
    void this.send();
  }

  end(): void {
    this.#accountId = "";
    this.waiting = [];
  }

  async add(assignment: AssignmentView, files: Iterable<File>): Promise<void> {
    for (const file of files) {
      const taken = takenAt(file.lastModified, Date.now(), clock.read());
      let made;
      try {
        made = await shrink(file);
      } catch {
        toasts.show("bad", t("photo.unreadable"));
        continue;
      }
      const one: Kept = {
        id: uuid7(Math.round(clock.read())),
        accountId: this.#accountId,
        incidentId: assignment.incidentId,
        at: taken,
        keptAt: Date.now(),
        ...made,
      };
      await keepPhoto(one);
      this.waiting = [...this.waiting, one];
    }
    void this.send();
  }

  /** Sends what waits; called again whenever the connection or the outbox changes. */
  async send(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let one = this.#next(); one; one = this.#next()) {
        if (await this.#sendOne(one)) continue;
        setTimeout(() => void this.send(), AGAIN_MS);
        break;
      }
    } finally {
      this.#busy = false;
    }
  }

  #next(): Kept | undefined {
    const reachable = live.state === "live" || live.state === "delayed";
    if (!reachable || outbox.waiting > 0) return undefined;
    // Nobody else may send it in their name.
    return this.waiting.find((one) => one.accountId === session.account?.id);
  }

  /** Whether the next one may follow. */
  async #sendOne(one: Kept): Promise<boolean> {
    try {
      await api.incidents.addPhoto({
        requestId: one.id,
        incidentId: one.incidentId,
        jpeg: await bytes(one.jpeg),
        thumbnail: await bytes(one.thumbnail),
        occurredAt: at(one.at),
      });
      toasts.show("ok", t("photo.sent"));
    } catch (thrown) {
      const error = toSiagaError(thrown);
      // It waits for the network, for its person, or for a server that is too busy or not well.
      const isRefused = error.kind === "refused" && !error.code.startsWith(SERVERS_FAULT);
      if (!isRefused) return false;
      toasts.show("bad", t("photo.refused", { time: clockTime(one.at), why: error.text }), error.code);
    }
    this.waiting = this.waiting.filter((other) => other.id !== one.id);
    await dropPhoto(one.id);
    return true;
  }
}

async function bytes(blob: Blob | undefined): Promise<Uint8Array<ArrayBuffer>> {
  return blob ? new Uint8Array(await blob.arrayBuffer()) : new Uint8Array();
}

export const photos = new Photos();
