// @vitest-environment node
import { describe, expect, test } from "vitest";
import css from "./tokens.css?raw";

function tokens(theme: string): Record<string, string> {
  const block = css.split(`[data-theme="${theme}"] {`)[1]?.split("}")[0] ?? "";
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((one) => [one[1], one[2]]),
  );
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["bg", "surface", "raised"];
const TEXTS = ["ink", "dim", "faint", "accent", "p1", "p2", "p3", "p4", "ok", "warn", "bad"];
const PAIRS: [string, string][] = [
  ...TEXTS.flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ["accent-ink", "accent"],
  ...["ink", "dim", "bad", "p1"].map((text): [string, string] => [text, "p1-bg"]),
  ...["ink", "dim", "warn", "p2"].map((text): [string, string] => [text, "p2-bg"]),
  ...["ink", "dim", "p3"].map((text): [string, string] => [text, "p3-bg"]),
  ...["ink", "ok"].map((text): [string, string] => [text, "ok-bg"]),
];

describe.each(["dark", "light"])("the %s theme", (theme) => {
  const colours = tokens(theme);
  test.each(PAIRS)("%s on %s reads at 4.5:1 or more", (text, ground) => {
    expect(contrast(colours[text] ?? "", colours[ground] ?? "")).toBeGreaterThanOrEqual(4.5);
  });
  test.each(["edge", "focus"])("%s stands out from its ground at 3:1 or more", (line) => {
    for (const ground of GROUNDS) {
      expect(contrast(colours[line] ?? "", colours[ground] ?? "")).toBeGreaterThanOrEqual(3);
    }
  });
});
