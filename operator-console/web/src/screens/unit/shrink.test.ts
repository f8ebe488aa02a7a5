import { expect, test } from "vitest";
import { fit, takenAt } from "./shrink.ts";

test("a photo is made smaller, never larger, and keeps its shape", () => {
  expect(fit(4000, 3000, 1600)).toEqual([1600, 1200]);
  expect(fit(3000, 4000, 1600)).toEqual([1200, 1600]);
  expect(fit(640, 480, 1600)).toEqual([640, 480]);
  expect(fit(9000, 2, 1600)).toEqual([1600, 1]);
});

test("a photo is of when it was taken, whatever the phone's clock says, and never of the future or last week", () => {
  const [phone, server] = [5_000_000_000, 9_000_000_000];
  expect(takenAt(phone - 600_000, phone, server)).toBe(server - 600_000);
  expect(takenAt(phone, phone, server)).toBe(server);
  expect(takenAt(phone + 60_000, phone, server)).toBe(server);
  expect(takenAt(phone - 7 * 24 * 3600_000, phone, server)).toBe(server);
});
