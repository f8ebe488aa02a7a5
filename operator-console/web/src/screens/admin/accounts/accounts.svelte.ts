import type { AccountView } from "../../../gen/siaga/v1/access_pb.ts";
import { Role } from "../../../gen/siaga/v1/common_pb.ts";
import type { UnitView } from "../../../gen/siaga/v1/unit_pb.ts";
import { tn } from "../../../i18n/index.ts";
import { api } from "../../../lib/api.ts";
import { catalog } from "../../../lib/catalog.svelte.ts";
import { Query } from "../../../lib/query.svelte.ts";
import { fold } from "../../../lib/search.ts";

/** Roles that a person or a machine of an agency can have; the rest belong to Siaga itself. */
export const ROLES: readonly Role[] = [
  Role.OPERATOR,
  Role.SUPERVISOR,
  Role.AGENCY_DISPATCHER,
  Role.FIELD_UNIT,
  Role.HUB_ANALYST,
  Role.ADMINISTRATOR,
];

export const inAgency = (role: Role): boolean => role === Role.AGENCY_DISPATCHER || role === Role.FIELD_UNIT;

/** Siaga's own accounts are made and kept by Siaga. */
export const isOwn = (account: AccountView): boolean =>
  account.role === Role.GATEWAY || account.role === Role.SYSTEM;

/** All accounts and units, and which of them are shown. */
class Accounts {
  readonly list = new Query<AccountView[]>();
  readonly units = new Query<UnitView[]>();
  words = $state("");
  role = $state("");
  standing = $state("");

  all: AccountView[] = $derived(
    (this.list.data ?? []).toSorted(
      (a, b) => a.role - b.role || a.label.localeCompare(b.label, "id", { numeric: true }),
    ),
  );
  #byId = $derived(new Map(this.all.map((one) => [one.id, one])));
  #unitById = $derived(new Map((this.units.data ?? []).map((one) => [one.id, one])));

  shown: AccountView[] = $derived.by(() => {
    const words = fold(this.words).split(/\s+/).filter(Boolean);
    return this.all.filter((account) => {
      if (this.role && String(account.role) !== this.role) return false;
      if (this.standing && account.disabled !== (this.standing === "disabled")) return false;
      const text = fold(
        `${account.label} ${account.username} ${tn("role", account.role)} ${this.placeOf(account)} ${account.agencyCode}`,
      );
      return words.every((word) => text.includes(word));
    });
  });
  filtered = $derived(this.words.trim() !== "" || this.role !== "" || this.standing !== "");

  async load(): Promise<void> {
    await Promise.all([
      this.list.load(async () => (await api.access.listAccounts({})).accounts),
      this.units.load(async () => (await api.units.listUnits({})).units),
    ]);
  }

  account(id: string): AccountView | undefined {
    return this.#byId.get(id);
  }

  unitName(id: string): string {
    return this.#unitById.get(id)?.code ?? id;
  }

  /** `Pemadam Kebakaran · DAMKAR-01`, as far as the account has them. */
  placeOf(account: AccountView): string {
    const parts = [
      account.agencyCode && catalog.agencyName(account.agencyCode),
      account.unitId && this.unitName(account.unitId),
    ];
    return parts.filter(Boolean).join(" · ");
  }

  clearFilter(): void {
    this.words = this.role = this.standing = "";
  }

  /** Nothing of it stays for the next person at this desk. */
  forget(): void {
    this.list.clear();
    this.units.clear();
    this.clearFilter();
  }
}

export const accounts = new Accounts();
