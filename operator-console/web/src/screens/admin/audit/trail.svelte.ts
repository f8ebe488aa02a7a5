import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { AuditEntry, SearchAuditResponse } from "../../../gen/siaga/v1/audit_pb.ts";
import { api } from "../../../lib/api.ts";
import { Query } from "../../../lib/query.svelte.ts";
import { periodOf } from "../../hub/period.ts";

/** Entries fetched at once. */
const PAGE = 100;

export interface Found {
  entries: AuditEntry[];
  /** Where to go on; 0: nowhere. */
  next: bigint;
  /** Until when was looked, where the search paused. */
  searchedTo: SearchAuditResponse["searchedTo"];
}

/** A search of the audit trail. */
class Trail {
  readonly found = new Query<Found>();
  fromDay = $state("");
  toDay = $state("");
  account = $state("");
  kind = $state("");
  caseNumber = $state("");
  periodFits = $derived(!this.fromDay || !this.toDay || this.fromDay <= this.toDay);
  filtered = $derived([this.fromDay, this.toDay, this.account, this.kind, this.caseNumber].some(Boolean));

  async search(): Promise<void> {
    if (this.periodFits) await this.found.load(() => this.#ask(0n, []));
  }

  async more(): Promise<void> {
    const shown = this.found.data;
    if (shown && shown.next > 0n) await this.found.load(() => this.#ask(shown.next, shown.entries));
  }

  async #ask(before: bigint, known: AuditEntry[]): Promise<Found> {
    const { from, to } = periodOf(this.fromDay, this.toDay);
    const answer = await api.audit.searchAudit({
      from: from ? timestampFromMs(Date.parse(from)) : undefined,
      to: to ? timestampFromMs(Date.parse(to)) : undefined,
      accountId: this.account,
      kinds: this.kind ? [this.kind] : [],
      caseNumber: this.caseNumber.trim(),
      before,
      limit: PAGE,
    });
    return { entries: [...known, ...answer.entries], next: answer.nextBefore, searchedTo: answer.searchedTo };
  }

  clear(): void {
    this.fromDay = this.toDay = this.account = this.kind = this.caseNumber = "";
  }

  forget(): void {
    this.found.clear();
    this.clear();
  }
}

export const trail = new Trail();
