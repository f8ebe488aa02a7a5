import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Geodata } from "./geodata.ts";
import type { Palette } from "./palette.ts";

const EMPTY = { type: "FeatureCollection" as const, features: [] };

/**
 * Without a `glyphs` address the map draws its letters from the page's own fonts, offline. It reads the weight from
 * the name of the first font, which need not exist: the second one is the font of the screens.
 */
const FONT = ["Inter Variable"];
const FONT_STRONG = ["Siaga Semibold", "Inter Variable"];

/** Sources that change; everything else is the installation's geography. */
export const LIVE_SOURCES = ["incidents", "units", "chosen", "links", "circles", "pin"] as const;
export type LiveSource = (typeof LIVE_SOURCES)[number];

/** The layers whose features can be clicked, the topmost first. */
export const CLICKED = ["chosen", "incidents", "incident-clusters", "units", "unit-clusters"] as const;

function sources(geodata: Geodata): StyleSpecification["sources"] {
  const fixed = Object.entries({
    neighbours: geodata.neighbours,
    "neighbour-names": geodata.neighbourNames,
    city: geodata.city,
    kecamatan: geodata.kecamatan,
    kelurahan: geodata.kelurahan,
    "kecamatan-labels": geodata.kecamatanLabels,
    "kelurahan-labels": geodata.kelurahanLabels,
    places: geodata.places,
    streets: geodata.streets,
  }).map(([name, data]) => [name, { type: "geojson", data }]);
  const live = LIVE_SOURCES.filter((name) => name !== "incidents" && name !== "units").map((name) => [
    name,
    { type: "geojson", data: EMPTY },
  ]);
  return {
    ...Object.fromEntries([...fixed, ...live]),
    incidents: {
      type: "geojson",
      data: EMPTY,
      cluster: true,
      clusterRadius: 38,
      clusterMaxZoom: 14,
      clusterProperties: {
        worst: ["min", ["get", "rank"]],
        waiting: ["+", ["get", "count"]],
        late: ["+", ["get", "late"]],
      },
    },
    units: {
      type: "geojson",
      data: EMPTY,
      cluster: true,
      clusterRadius: 26,
      clusterMaxZoom: 15,
      clusterProperties: { busy: ["+", ["get", "count"]] },
    },
  };
}

/** Pictures are named with the theme, so that a switch asks for other ones and leaves none of the old. */
const picture = (theme: string, name: ExpressionSpecification | string): ExpressionSpecification => [
  "concat",
  `${theme}:`,
  name,
];

function ground(p: Palette): LayerSpecification[] {
  return [
    { id: "sea", type: "background", paint: { "background-color": p["map-sea"] } },
    {
      id: "neighbours",
      type: "fill",
      source: "neighbours",
      paint: { "fill-color": p["map-beyond"], "fill-antialias": true },
    },
    { id: "land", type: "fill", source: "kelurahan", paint: { "fill-color": p["map-land"] } },
    {
      id: "kelurahan-borders",
      type: "line",
      source: "kelurahan",
      minzoom: 10,
      paint: {
        "line-color": p["map-border"],
        "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 14, 1.2],
      },
    },
    {
      id: "kecamatan-borders",
      type: "line",
      source: "kecamatan",
      paint: {
        "line-color": p["map-coast"],
        "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.7, 14, 1.6],
        "line-dasharray": [3, 2],
      },
    },
    {
      id: "neighbour-borders",
      type: "line",
      source: "neighbours",
      paint: { "line-color": p["map-border"], "line-width": 0.8 },
    },
    {
      id: "city-border",
      type: "line",
      source: "city",
      layout: { "line-join": "round" },
      paint: {
        "line-color": p["map-coast"],
        "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1.2, 14, 2.4],
      },
    },
  ];
}

function names(p: Palette): LayerSpecification[] {
  const halo = { "text-halo-color": p["map-land"], "text-halo-width": 1.4 };
  return [
    {
      id: "place-dots",
      type: "circle",
      source: "places",
      minzoom: 13,
      paint: {
        "circle-radius": 2.2,
        "circle-color": p["map-land"],
        "circle-stroke-color": p["map-coast"],
        "circle-stroke-width": 1.2,
      },
    },
    {
      id: "street-names",
      type: "symbol",
      source: "streets",
      minzoom: 13,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11, "text-padding": 6 },
      paint: { "text-color": p.faint, ...halo },
    },
    {
      id: "place-names",
      type: "symbol",
      source: "places",
      minzoom: 14.2,
      layout: {
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": 10.5,
        "text-anchor": "top",
        "text-offset": [0, 0.5],
        "text-max-width": 9,
        "text-padding": 4,
      },
      paint: { "text-color": p.faint, ...halo },
    },
    {
      id: "neighbour-names",
      type: "symbol",
      source: "neighbour-names",
      layout: {
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": 11,
        "text-transform": "uppercase",
        "text-letter-spacing": 0.14,
        "text-max-width": 8,
      },
      paint: { "text-color": p.faint, "text-halo-color": p["map-beyond"], "text-halo-width": 1.2 },
    },
    {
      id: "kelurahan-names",
      type: "symbol",
      source: "kelurahan-labels",
      minzoom: 11.4,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11.5, "text-padding": 6 },
      paint: { "text-color": p.dim, ...halo },
    },
    {
      id: "kecamatan-names",
      type: "symbol",
      source: "kecamatan-labels",
      maxzoom: 12.4,
      layout: {
        "text-field": ["get", "name"],
        "text-font": FONT_STRONG,
        "text-size": 11,
        "text-transform": "uppercase",
        "text-letter-spacing": 0.1,
        "text-max-width": 7,
        // A mark in the middle of a kecamatan moves its name aside rather than hiding it.
        "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
        "text-radial-offset": 2,
      },
      paint: { "text-color": p.dim, ...halo },
    },
  ];
}

const single: ExpressionSpecification = ["!", ["has", "point_count"]];
const cluster: ExpressionSpecification = ["has", "point_count"];

/** A mark with its label; the label gives way where there is no room, the mark never. */
function marks(
  id: string,
  source: LiveSource,
  p: Palette,
  theme: string,
  labelsFrom: number,
): LayerSpecification {
  return {
    id,
    type: "symbol",
    source,
    ...(source === "chosen" ? {} : { filter: single }),
    layout: {
      "icon-image": picture(theme, ["get", "mark"]),
      "icon-allow-overlap": true,
      "icon-ignore-placement": source === "chosen",
      "symbol-sort-key": ["get", "order"],
      "text-field": [
        "step",
        ["zoom"],
        "",
        labelsFrom,
        [
          "format",
          ["get", "label"],
          {},
          ["case", ["==", ["get", "sub"], ""], "", ["concat", "\n", ["get", "sub"]]],
          { "font-scale": 0.9, "text-font": ["literal", FONT] },
        ],
      ],
      "text-font": FONT_STRONG,
      "text-size": 11.5,
      "text-anchor": "top",
      "text-offset": [0, source === "units" ? 1.15 : 1.6],
      "text-max-width": 12,
      "text-optional": true,
      "text-allow-overlap": source === "chosen",
      "text-padding": 3,
    },
    paint: {
      "icon-opacity": ["get", "opacity"],
      "text-color": p.ink,
      "text-halo-color": p["map-land"],
      "text-halo-width": 1.8,
    },
  };
}

function clusters(p: Palette, theme: string): LayerSpecification[] {
  const count = (id: string, source: LiveSource, image: ExpressionSpecification): LayerSpecification => ({
    id,
    type: "symbol",
    source,
    filter: cluster,
    layout: {
      "icon-image": image,
      "icon-allow-overlap": true,
      "text-field": ["get", "point_count_abbreviated"],
      "text-font": FONT_STRONG,
      "text-size": source === "incidents" ? 13 : 11.5,
      "text-allow-overlap": true,
      // The middle of a triangle lies lower than that of its picture.
      "text-offset":
        source === "incidents"
          ? ["case", ["==", ["get", "worst"], 2], ["literal", [0, 0.18]], ["literal", [0, 0]]]
          : [0, 0],
    },
    paint: {
      "text-color": source === "incidents" ? ["case", [">=", ["get", "worst"], 4], p.ink, p.surface] : p.ink,
    },
  });
  return [
    count("unit-clusters", "units", picture(theme, "g")),
    count(
      "incident-clusters",
      "incidents",
      picture(theme, [
        "concat",
        "c|",
        ["to-string", ["get", "worst"]],
        ["case", [">", ["get", "late"], 0], "|late", ""],
      ]),
    ),
  ];
}

/** The whole style: the geography below, what is alive above. */
export function styleOf(geodata: Geodata, p: Palette, theme: string): StyleSpecification {
  const [unitClusters, incidentClusters] = clusters(p, theme) as [LayerSpecification, LayerSpecification];
  return {
    version: 8,
    sources: sources(geodata),
    layers: [
      ...ground(p),
      {
        id: "circles",
        type: "fill",
        source: "circles",
        paint: { "fill-color": p.focus, "fill-opacity": 0.14, "fill-outline-color": p.focus },
      },
      {
        id: "links",
        type: "line",
        source: "links",
        layout: { "line-cap": "round" },
        paint: {
          "line-color": p.accent,
          "line-width": 1.8,
          "line-dasharray": [0.5, 2.2],
          "line-opacity": 0.9,
        },
      },
      ...names(p),
      unitClusters,
      marks("units", "units", p, theme, 12.2),
      incidentClusters,
      marks("incidents", "incidents", p, theme, 11.6),
      marks("chosen", "chosen", p, theme, 0),
      {
        id: "pin",
        type: "symbol",
        source: "pin",
        layout: { "icon-image": `${theme}:pin`, "icon-allow-overlap": true, "icon-ignore-placement": true },
      },
    ],
  };
}
