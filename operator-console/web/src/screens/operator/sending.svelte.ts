import type { AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { Step } from "../../gen/siaga/v1/dispatch_pb.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import { loadDraft, saveDraft, dropDraft } from "../../lib/drafts.ts";

export type Part = "lead" | "support" | "extra";

export interface Proposal {
  code: string;
  part: Part;
  ticked: boolean;
  shareCaller: boolean;
}

interface Kept {
  ticks: Record<string, boolean>;
  shares: Record<string, boolean>;
  extra: string[];
}

/**
 * Whom the card would be sent to: the plan's leads ticked, its support unticked, and what a person
 * changed or added. What was changed is a draft like the rest of the card.
 */
export class Sending {
  readonly #key: string;
  #kept: Kept;

  constructor(key: string) {
    this.#key = `send.${key}`;
    this.#kept = $state(loadDraft<Kept>(this.#key) ?? { ticks: {}, shares: {}, extra: [] });
  }

  /** Agencies that could still be sent to; one that declined or was withdrawn may be asked again. */
  proposals(typeCode: string, sent: readonly AssignmentView[]): Proposal[] {
    const type = catalog.type(typeCode);
    const running = new Set(sent.filter((one) => one.step <= Step.COMPLETED).map((one) => one.agencyCode));
    const before = new Set(sent.map((one) => one.agencyCode));
    const list: [string, Part][] = [
      ...(type?.leadAgencies ?? []).map((code): [string, Part] => [code, "lead"]),
      ...(type?.supportAgencies ?? []).map((code): [string, Part] => [code, "support"]),
      ...this.#kept.extra.map((code): [string, Part] => [code, "extra"]),
    ];
    const seen = new Set<string>();
    return list
      .filter(([code]) => !running.has(code) && !seen.has(code) && seen.add(code))
      .map(([code, part]) => ({
        code,
        part,
        // Somebody who declined is not asked again by a default tick.
        ticked: this.#kept.ticks[code] ?? (part === "extra" || (part === "lead" && !before.has(code))),
        shareCaller: this.#kept.shares[code] ?? false,
      }));
  }

  tick(code: string, on: boolean): void {
    this.#kept.ticks[code] = on;
    this.#keep();
  }

  share(code: string, on: boolean): void {
    this.#kept.shares[code] = on;
    this.#keep();
  }

  add(code: string): void {
    if (!this.#kept.extra.includes(code)) this.#kept.extra.push(code);
    this.#kept.ticks[code] = true;
    this.#keep();
  }

  clear(): void {
    this.#kept = { ticks: {}, shares: {}, extra: [] };
    dropDraft(this.#key);
  }

  #keep(): void {
    saveDraft(this.#key, $state.snapshot(this.#kept));
  }
}
