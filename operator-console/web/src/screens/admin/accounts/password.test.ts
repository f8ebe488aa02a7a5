import { expect, test } from "vitest";
import { newPassword } from "./password.ts";

test("a password can be read out, is long enough for the server, and no two are alike", () => {
  const made = Array.from({ length: 200 }, newPassword);
  for (const one of made) expect(one).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
  expect(new Set(made).size).toBe(made.length);
  expect(made[0]?.length).toBeGreaterThanOrEqual(12);
});
