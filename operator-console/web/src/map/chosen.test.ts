import { describe, expect, test } from "vitest";
import { Chosen } from "./chosen.svelte.ts";

describe("what is chosen on a map", () => {
  test("the incident in hand, and a unit until another incident is taken", () => {
    let inHand = "";
    const chosen = new Chosen(() => inHand);
    expect(chosen.key).toBe("");
    expect(chosen.take("incident:a")).toBe("a");
    inHand = "a";
    expect(chosen.key).toBe("incident:a");
    expect(chosen.take("unit:u")).toBe("");
    expect(chosen.key).toBe("unit:u");
    // From the screen's own list, or by a key.
    inHand = "b";
    expect(chosen.key).toBe("incident:b");
  });

  test("the empty ground forgets the unit, not the card in hand", () => {
    const chosen = new Chosen(() => "a");
    chosen.take("unit:u");
    expect(chosen.take("")).toBe("");
    expect(chosen.key).toBe("incident:a");
  });

  test("the mark of the incident in hand takes the unit's place", () => {
    const chosen = new Chosen(() => "a");
    chosen.take("unit:u");
    expect(chosen.take("incident:a")).toBe("a");
    expect(chosen.key).toBe("incident:a");
  });
});
