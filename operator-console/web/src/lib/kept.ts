import { fromJson, toJson, type JsonValue } from "@bufbuild/protobuf";
import { AccountViewSchema, type AccountView } from "../gen/siaga/v1/access_pb.ts";
import { EntitySchema, type Entity } from "../gen/siaga/v1/live_pb.ts";
import { Role } from "../gen/siaga/v1/common_pb.ts";

/**
 * What a crew's phone remembers, so that it shows its assignment when it is opened where there is no network: who is
 * signed in, and what was last seen. It names people, so it belongs to one account, is gone with the sign-out and
 * ends by itself after a day. Other roles' screens keep nothing of this: they stand where the network does.
 */
const ACCOUNT = "siaga.kept.account";
const VIEW = "siaga.kept.view";
const LIFE_MS = 24 * 3600_000;

interface Kept {
  /** This machine's clock, ms. */
  at: number;
  value: JsonValue;
}

export interface KeptView {
  entities: readonly Entity[];
  /** When the server last said so, ms since the epoch by its clock. */
  seenAt: number;
  /** How far this machine's clock ran ahead of the server's, ms. */
  skewMs: number;
}

function write(key: string, value: JsonValue): void {
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), value } satisfies Kept));
  } catch {
    // Without storage the screen needs the network to open, and says so.
  }
}

function read(key: string, now: number): JsonValue | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "") as Kept;
    if (now - kept.at < LIFE_MS) return kept.value;
    localStorage.removeItem(key);
  } catch {
    // Nothing is kept, or nothing that can be read.
  }
  return undefined;
}

/** Remembers who is signed in, if it is a crew; anybody else at this device makes it forget. */
export function keepAccount(account: AccountView): void {
  if (account.role !== Role.FIELD_UNIT) return forgetKept();
  if (keptAccount()?.id !== account.id) forgetKept();
  write(ACCOUNT, toJson(AccountViewSchema, account));
}

export function keptAccount(now = Date.now()): AccountView | undefined {
  const value = read(ACCOUNT, now);
  try {
    return value === undefined
      ? undefined
      : fromJson(AccountViewSchema, value, { ignoreUnknownFields: true });
  } catch {
    return undefined;
  }
}

/** Remembers what a crew sees. */
export function keepView(accountId: string, view: KeptView): void {
  const entities = view.entities.map((one) => toJson(EntitySchema, one));
  write(VIEW, { accountId, entities, seenAt: view.seenAt, skewMs: view.skewMs });
}

export function keptView(accountId: string, now = Date.now()): KeptView | undefined {
  const value = read(VIEW, now) as
    { accountId: string; entities: JsonValue[]; seenAt: number; skewMs: number } | undefined;
  if (value?.accountId !== accountId) return undefined;
  try {
    const entities = value.entities.map((one) => fromJson(EntitySchema, one, { ignoreUnknownFields: true }));
    return { entities, seenAt: value.seenAt, skewMs: value.skewMs };
  } catch {
    // Of a page before an update: the server says it anew.
    return undefined;
  }
}

export function forgetKept(): void {
  try {
    localStorage.removeItem(ACCOUNT);
    localStorage.removeItem(VIEW);
  } catch {
    // Where nothing can be removed, nothing could be kept.
  }
}
