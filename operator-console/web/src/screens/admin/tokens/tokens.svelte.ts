import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { TokenView } from "../../../gen/siaga/v1/access_pb.ts";
import { api } from "../../../lib/api.ts";
import { clock } from "../../../lib/clock.svelte.ts";
import { Query } from "../../../lib/query.svelte.ts";
import { fold } from "../../../lib/search.ts";
import { accounts, isOwn } from "../accounts/accounts.svelte.ts";

export type TokenState = "valid" | "ended" | "revoked";

const DAY_MS = 86_400_000;
/** From here on it is worth a new one. */
const SOON_DAYS = 30;

const at = (time: TokenView["createdAt"]): number => (time ? timestampMs(time) : 0);

export const madeAt = (token: TokenView): number => at(token.createdAt);
export const endsAt = (token: TokenView): number => at(token.expiresAt);
export const revokedAt = (token: TokenView): number => at(token.revokedAt);
/** 0: never used; the store notes the time of making until the first use. */
export function seenAt(token: TokenView): number {
  const seen = at(token.lastSeenAt);
  return seen > madeAt(token) ? seen : 0;
}

/** All machine tokens, and which of them are shown. */
class Tokens {
  readonly list = new Query<{ tokens: TokenView[]; more: boolean }>();
  words = $state("");
  /** Empty: those that are valid. */
  every = $state("");

  all: TokenView[] = $derived(this.list.data?.tokens ?? []);
  #byId = $derived(new Map(this.all.map((one) => [one.id, one])));
  valid: TokenView[] = $derived(this.all.filter((one) => this.stateOf(one) === "valid"));
  shown: TokenView[] = $derived.by(() => {
    const words = fold(this.words).split(/\s+/).filter(Boolean);
    return (this.every ? this.all : this.valid).filter((token) => {
      const account = accounts.account(token.accountId);
      const place = account ? `${account.label} ${account.username} ${accounts.placeOf(account)}` : "";
      return words.every((word) => fold(`${token.label} ${place}`).includes(word));
    });
  });

  async load(): Promise<void> {
    await this.list.load(async () => {
      const { tokens, more } = await api.access.listTokens({});
      return { tokens, more };
    });
  }

  token(id: string): TokenView | undefined {
    return this.#byId.get(id);
  }

  ofAccount(accountId: string): TokenView[] {
    return this.all.filter((one) => one.accountId === accountId);
  }

  stateOf(token: TokenView): TokenState {
    if (token.revokedAt) return "revoked";
    return endsAt(token) <= clock.now ? "ended" : "valid";
  }

  /** Days that a valid token still has when they are few. */
  daysLeft(token: TokenView): number | undefined {
    const days = Math.floor((endsAt(token) - clock.now) / DAY_MS);
    return this.stateOf(token) === "valid" && days <= SOON_DAYS ? days : undefined;
  }

  accountName(token: TokenView): string {
    return accounts.account(token.accountId)?.label ?? token.accountId;
  }

  /** Siaga's own: the gateway's. */
  isOwn(token: TokenView): boolean {
    const account = accounts.account(token.accountId);
    return account !== undefined && isOwn(account);
  }

  forget(): void {
    this.list.clear();
    this.words = this.every = "";
  }
}

export const tokens = new Tokens();
