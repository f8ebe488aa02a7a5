import { expect, test } from "vitest";
import { SiagaError } from "./errors.ts";
import { Query } from "./query.svelte.ts";

/** An answer that comes when it is told to. */
function later<T>() {
  let give!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => ([give, fail] = [resolve, reject]));
  return { promise, give, fail };
}

test("only the newest question counts, whatever comes last", async () => {
  const query = new Query<string>();
  const [first, second] = [later<string>(), later<string>()];
  const asked = [query.load(() => first.promise), query.load(() => second.promise)];
  second.give("new");
  await asked[1];
  first.give("old");
  await asked[0];
  expect(query).toMatchObject({ data: "new", loading: false });
});

test("a failure leaves what is shown, and says so until the next answer", async () => {
  const query = new Query<string>();
  await query.load(() => Promise.resolve("shown"));
  await query.load(() => Promise.reject(new SiagaError("network", {})));
  expect(query).toMatchObject({ data: "shown", loading: false });
  expect(query.error?.kind).toBe("network");
  await query.load(() => Promise.resolve("newer"));
  expect(query).toMatchObject({ data: "newer", error: undefined });
});

test("what was forgotten does not come back with a late answer", async () => {
  const query = new Query<string>();
  const answer = later<string>();
  const asked = query.load(() => answer.promise);
  query.clear();
  answer.give("late");
  await asked;
  expect(query.data).toBeUndefined();
});
