import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byUrgency, urgency } from "./urgency.ts";

interface Waiting {
  name: string;
  priority?: number;
  since?: number;
}
const order = byUrgency<Waiting>({ priority: (one) => one.priority, since: (one) => one.since });
const sorted = (...list: Waiting[]) => list.sort(order).map((one) => one.name);

describe("the order of what waits", () => {
  test("one that nobody has judged stands behind the critical ones and before the urgent", () => {
    expect(
      sorted(
        { name: "P4", priority: 4, since: 1 },
        { name: "P2", priority: 2, since: 1 },
        { name: "unknown", priority: 0, since: 9 },
        { name: "P1", priority: 1, since: 9 },
        { name: "P3", priority: 3, since: 1 },
      ),
    ).toEqual(["P1", "unknown", "P2", "P3", "P4"]);
  });

  test("what has no case beside it yet is as unknown as one without a priority", () => {
    expect(urgency(undefined)).toBe(urgency(0));
  });

  test("of equals the one that has waited longest comes first", () => {
    expect(sorted({ name: "new", priority: 2, since: 20 }, { name: "old", priority: 2, since: 10 })).toEqual([
      "old",
      "new",
    ]);
  });

  test("it is an order: turning a comparison round turns its sign", () => {
    const one = fc.record({ name: fc.string(), priority: fc.nat({ max: 4 }), since: fc.nat() });
    fc.assert(
      fc.property(one, one, (a, b) => {
        expect(Math.sign(order(a, b)) + Math.sign(order(b, a))).toBe(0);
      }),
    );
  });
});
