/**
 * Photos that have not arrived yet, kept on this phone: a reload or a dead battery loses none. They show people, so
 * they belong to an account, go with its sign-out and end by themselves after a day. They are too large for the
 * outbox's storage, and must never stand before a status; so they have a box of their own.
 */
export interface Kept {
  /** Its request id: sending it once more is harmless. */
  id: string;
  accountId: string;
  incidentId: string;
  /** When it was taken, by the server's clock, ms. */
  at: number;
  /** When it was kept, by this machine's clock, ms. */
  keptAt: number;
  jpeg: Blob;
  /** The small picture for lists. */
  thumbnail: Blob | undefined;
}

const NAME = "siaga-photos";
const STORE = "photos";
const LIFE_MS = 24 * 3600_000;

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error("no storage"));
    asked.onblocked = () => fail(new Error("the storage is held by another tab"));
  });
}

async function run<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((done, fail) => {
      const transaction = database.transaction(STORE, mode);
      const asked = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = transaction.onerror = () => fail(transaction.error ?? new Error("not stored"));
    });
  } finally {
    database.close();
  }
}

/** Keeps one; without storage it waits as long as the page lives. */
export async function keepPhoto(photo: Kept): Promise<void> {
  await run("readwrite", (store) => store.put(photo)).catch(() => undefined);
}

export async function dropPhoto(id: string): Promise<void> {
  await run("readwrite", (store) => store.delete(id)).catch(() => undefined);
}

/** What an account has left unsent, the oldest first; what is too old, of anybody, is removed. */
export async function keptPhotos(accountId: string, now = Date.now()): Promise<Kept[]> {
  const all = await run("readonly", (store) => store.getAll() as IDBRequest<Kept[]>).catch(() => []);
  const alive = all.filter((one) => now - one.keptAt < LIFE_MS);
  for (const one of all) if (!alive.includes(one)) await dropPhoto(one.id);
  return alive.filter((one) => one.accountId === accountId).sort((a, b) => a.at - b.at);
}

/** Nobody is signed in any more. */
export async function forgetPhotos(): Promise<void> {
  await run("readwrite", (store) => store.clear()).catch(() => undefined);
}
