/**
 * What a person has typed, kept on this machine until the server has confirmed it. A draft
 * outlives a reload, a crash of the tab and an ended session. Drafts belong to an account
 * (another person at the same desk does not see them) and end by themselves, because they
 * may name a caller.
 */
const PREFIX = "siaga.draft.";
const LIFE_MS = 24 * 3600_000;

interface Kept {
  at: number;
  value: unknown;
}

let owner = "";

/** Says whose drafts are read and written from here on, and removes what is too old. */
export function ownDrafts(accountId: string): void {
  owner = accountId;
  sweep(Date.now());
}

function path(name: string): string {
  return `${PREFIX}${owner}.${name}`;
}

export function saveDraft(name: string, value: unknown): void {
  try {
    localStorage.setItem(path(name), JSON.stringify({ at: Date.now(), value } satisfies Kept));
  } catch {
    // A full or forbidden storage must never stop somebody from typing.
  }
}

/** The draft, or `undefined` when there is none (or it can no longer be read). */
export function loadDraft<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(path(name));
    if (!text) return undefined;
    return (JSON.parse(text) as Kept).value as T;
  } catch {
    return undefined;
  }
}

export function dropDraft(name: string): void {
  try {
    localStorage.removeItem(path(name));
  } catch {
    // Nothing to remove where nothing can be kept.
  }
}

/** Removes drafts of every account that are older than a day, and those that cannot be read. */
export function sweep(now: number): void {
  try {
    const names = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i));
    for (const name of names) {
      if (!name?.startsWith(PREFIX)) continue;
      let at = 0;
      try {
        at = (JSON.parse(localStorage.getItem(name) ?? "") as Kept).at;
      } catch {
        at = 0;
      }
      if (!(now - at < LIFE_MS)) localStorage.removeItem(name);
    }
  } catch {
    // Storage is forbidden here: there are no drafts either.
  }
}
