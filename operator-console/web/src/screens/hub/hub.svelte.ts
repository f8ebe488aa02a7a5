import type { GetDeliveryStateResponse } from "../../gen/siaga/v1/hub_pb.ts";
import { Role } from "../../gen/siaga/v1/common_pb.ts";
import { api } from "../../lib/api.ts";
import { hubApi, type HubCase, type HubCaseDetail, type HubFilter } from "../../lib/hub.ts";
import { Query } from "../../lib/query.svelte.ts";
import { session } from "../../lib/session.svelte.ts";
import { periodOf, type Preset } from "./period.ts";

/** Cases fetched at once. */
const PAGE = 100;
/** Waiting cases looked at; the server gives no more. */
const WAITING_MAX = 200;

/** What the hub's screen shows: the list by its filter, one case, and what waits. */
class HubDesk {
  readonly list = new Query<{ cases: HubCase[]; next: string | null }>();
  readonly one = new Query<HubCaseDetail>();
  readonly delivery = new Query<GetDeliveryStateResponse>();

  preset = $state<Preset | "own">("all");
  /** Days as `2026-11-22`, both included; empty: open. */
  fromDay = $state("");
  toDay = $state("");
  type = $state("");
  kelurahan = $state("");
  agency = $state("");
  status = $state("");

  periodFits = $derived(!this.fromDay || !this.toDay || this.fromDay <= this.toDay);
  filter: HubFilter = $derived({
    ...periodOf(this.fromDay, this.toDay),
    type: this.type,
    kelurahan: this.kelurahan,
    agency: this.agency,
    status: this.status,
  });
  filtered = $derived(Object.values(this.filter).some((value) => value !== ""));
  maySettle = $derived(
    session.account?.role === Role.SUPERVISOR || session.account?.role === Role.ADMINISTRATOR,
  );

  async load(): Promise<void> {
    const filter = this.filter;
    await this.list.load(async () => {
      const page = await hubApi.cases(filter, PAGE);
      return { cases: page.cases, next: page.next_cursor };
    });
  }

  /** Adds the next page below; a case that came twice because the list moved on is kept once. */
  async more(): Promise<void> {
    const { cases = [], next } = this.list.data ?? {};
    if (!next) return;
    const filter = this.filter;
    await this.list.load(async () => {
      const page = await hubApi.cases(filter, PAGE, next);
      const known = new Set(cases.map((one) => one.case_number));
      return {
        cases: [...cases, ...page.cases.filter((one) => !known.has(one.case_number))],
        next: page.next_cursor,
      };
    });
  }

  async open(number: string): Promise<void> {
    if (this.one.data && this.one.data.case_number !== number) this.one.clear();
    await this.one.load(() => hubApi.case(number));
  }

  /** The next part of a long history. */
  async moreHistory(): Promise<void> {
    const shown = this.one.data;
    if (!shown?.next_after) return;
    const after = shown.next_after;
    await this.one.load(async () => {
      const further = await hubApi.case(shown.case_number, after);
      return { ...further, history: [...shown.history, ...further.history] };
    });
  }

  async loadDelivery(): Promise<void> {
    await this.delivery.load(() => api.hub.getDeliveryState({ limit: WAITING_MAX }));
  }

  clearFilter(): void {
    this.preset = "all";
    this.fromDay = this.toDay = this.type = this.kelurahan = this.agency = this.status = "";
  }

  /** Nothing of it stays for the next person at this desk. */
  forget(): void {
    this.list.clear();
    this.one.clear();
    this.delivery.clear();
    this.clearFilter();
  }
}

export const hubDesk = new HubDesk();
