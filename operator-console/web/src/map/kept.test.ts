import { expect, test } from "vitest";
import { Kept } from "./kept.ts";

test("a thing is made anew when what it is made of, or the words, are others", () => {
  let made = 0;
  const kept = new Kept((name: string, list: readonly number[]) => ({
    text: name + list.length,
    nth: ++made,
  }));
  const [words, list] = [{}, [1]];
  const first = kept.of("a", words, "x", list);
  expect(kept.of("a", words, "x", list)).toBe(first);
  expect(kept.of("b", words, "x", list)).not.toBe(first);
  expect(kept.of("a", words, "y", list).text).toBe("y1");
  expect(kept.of("a", words, "y", [1, 2]).text).toBe("y2");
  expect(kept.of("a", {}, "y", list).nth).toBe(5);
});
