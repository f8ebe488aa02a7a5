/** The colours the map is drawn in: the tokens' values, because a canvas knows no custom properties. */
const NAMES = [
  "bg",
  "surface",
  "raised",
  "line",
  "ink",
  "dim",
  "faint",
  "accent",
  "focus",
  "p1",
  "p2",
  "p3",
  "p4",
  "ok",
  "warn",
  "bad",
  "map-sea",
  "map-land",
  "map-beyond",
  "map-border",
  "map-coast",
] as const;
export type ColourName = (typeof NAMES)[number];
export type Palette = Record<ColourName, string>;

/** Reads the tokens as they hold at the moment, in the theme of the page. */
export function readPalette(style: Pick<CSSStyleDeclaration, "getPropertyValue">): Palette {
  // A token that is missing shows at once as the colour of faults, and does not stop the map.
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || "#ff00ff"]),
  ) as Palette;
}
