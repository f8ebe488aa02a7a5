import type { IconNode } from "lucide";
import { incidentGlyph, unitGlyph } from "./glyphs.ts";
import type { Palette } from "./palette.ts";

/** Edge of a mark's picture, in CSS pixels, and how much finer it is drawn. */
export const MARK_PX = 44;
const RATIO = 2;
const MIDDLE = MARK_PX / 2;
/** Icons of the library are drawn on a grid of 24. */
const GLYPH_GRID = 24;

type Canvas = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws an icon of the library with its middle at x, y. */
function drawGlyph(c: Canvas, glyph: IconNode, x: number, y: number, size: number, colour: string): void {
  c.save();
  c.translate(x - size / 2, y - size / 2);
  c.scale(size / GLYPH_GRID, size / GLYPH_GRID);
  c.strokeStyle = colour;
  c.lineWidth = 2.4;
  c.lineCap = c.lineJoin = "round";
  for (const [tag, attributes] of glyph) c.stroke(pathOf(tag, attributes));
  c.restore();
}

function pathOf(tag: string, attributes: IconNode[number][1]): Path2D {
  const number = (name: string) => Number(attributes[name] ?? 0);
  if (tag === "path") return new Path2D(String(attributes.d));
  const path = new Path2D();
  if (tag === "circle") path.arc(number("cx"), number("cy"), number("r"), 0, 2 * Math.PI);
  else if (tag === "rect")
    path.roundRect(number("x"), number("y"), number("width"), number("height"), number("rx"));
  else if (tag === "line") {
    path.moveTo(number("x1"), number("y1"));
    path.lineTo(number("x2"), number("y2"));
  } else if (tag === "polyline" || tag === "polygon") {
    const points = String(attributes.points)
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    for (let at = 0; at + 1 < points.length; at += 2) path.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
    if (tag === "polygon") path.closePath();
  }
  return path;
}

/** The shape of a priority, as everywhere on the screens: ◆ 1, ▲ 2, ● 3, ○ 4; a square where nobody has said. */
function shape(priority: number, radius: number): Path2D {
  const path = new Path2D();
  if (priority === 1) {
    const r = radius * 1.22;
    path.moveTo(MIDDLE, MIDDLE - r);
    path.lineTo(MIDDLE + r, MIDDLE);
    path.lineTo(MIDDLE, MIDDLE + r);
    path.lineTo(MIDDLE - r, MIDDLE);
  } else if (priority === 2) {
    const r = radius * 1.42;
    path.moveTo(MIDDLE, MIDDLE - r * 0.98);
    path.lineTo(MIDDLE + r * 0.98, MIDDLE + r * 0.68);
    path.lineTo(MIDDLE - r * 0.98, MIDDLE + r * 0.68);
  } else if (priority === 3 || priority === 4) {
    path.arc(MIDDLE, MIDDLE, radius, 0, 2 * Math.PI);
  } else {
    path.roundRect(MIDDLE - radius * 0.88, MIDDLE - radius * 0.88, radius * 1.76, radius * 1.76, 3);
  }
  path.closePath();
  return path;
}

function priorityColour(priority: number, palette: Palette): string {
  return [palette.dim, palette.p1, palette.p2, palette.p3, palette.p4][priority] ?? palette.dim;
}

/** The shape with a rim of the ground's colour, so that marks that touch stay apart. */
function drawShape(c: Canvas, priority: number, radius: number, palette: Palette, dashed: boolean): void {
  const [path, colour] = [shape(priority, radius), priorityColour(priority, palette)];
  const hollow = priority === 4 || priority === 0;
  c.lineJoin = "round";
  c.strokeStyle = palette["map-land"];
  c.lineWidth = 5;
  c.stroke(path);
  c.fillStyle = hollow || dashed ? palette.surface : colour;
  c.fill(path);
  c.strokeStyle = colour;
  c.lineWidth = 2;
  if (dashed) c.setLineDash([3, 2.6]);
  c.stroke(path);
  c.setLineDash([]);
}

/** How far the case has come: an arc that closes, beside the words of the label. */
function drawStage(c: Canvas, stage: number, palette: Palette): void {
  if (stage <= 0) return;
  c.lineCap = "round";
  c.lineWidth = 2.2;
  c.strokeStyle = palette["map-land"];
  const from = -Math.PI / 2;
  const to = from + (stage / 4) * 2 * Math.PI;
  c.lineWidth = 4;
  c.beginPath();
  c.arc(MIDDLE, MIDDLE, 18.5, from, to);
  c.stroke();
  c.strokeStyle = palette.ok;
  c.lineWidth = 2;
  c.beginPath();
  c.arc(MIDDLE, MIDDLE, 18.5, from, to);
  c.stroke();
}

function drawHalo(c: Canvas, palette: Palette): void {
  c.beginPath();
  c.arc(MIDDLE, MIDDLE, 20.5, 0, 2 * Math.PI);
  c.strokeStyle = palette.focus;
  c.lineWidth = 2.5;
  c.stroke();
}

function drawIncident(c: Canvas, parts: readonly string[], palette: Palette): void {
  const [priority, category, stage] = [Number(parts[1]), parts[2] ?? "none", Number(parts[3])];
  const about = parts.includes("about");
  if (parts.includes("chosen")) drawHalo(c, palette);
  else drawStage(c, stage, palette);
  drawShape(c, priority, 12.5, palette, about);
  const hollow = priority === 4 || priority === 0 || about;
  const colour = hollow ? priorityColour(priority, palette) : palette.surface;
  drawGlyph(c, incidentGlyph(category), MIDDLE, MIDDLE + (priority === 2 ? 2 : 0), 13.5, colour);
  drawNumber(c, priority, palette);
  if (parts.includes("late")) drawLate(c, palette);
}

/** An alarm that nobody has taken: the sign that the boards have for it, in the corner that is free. */
function drawLate(c: Canvas, palette: Palette): void {
  const [x, y] = [MIDDLE + 11, MIDDLE - 11];
  c.beginPath();
  c.arc(x, y, 7.5, 0, 2 * Math.PI);
  c.fillStyle = palette.bad;
  c.fill();
  c.strokeStyle = palette["map-land"];
  c.lineWidth = 1.6;
  c.stroke();
  c.font = '800 11.5px "Inter Variable", sans-serif';
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  c.fillStyle = palette.surface;
  c.fillText("!", x, y + 4.2);
}

/** The number of the priority at the mark's foot: it is there where the label has no room. */
function drawNumber(c: Canvas, priority: number, palette: Palette): void {
  if (priority < 1) return;
  const [x, y] = [MIDDLE + 11, MIDDLE + 10];
  c.beginPath();
  c.arc(x, y, 7, 0, 2 * Math.PI);
  c.fillStyle = palette.surface;
  c.fill();
  c.strokeStyle = priorityColour(priority, palette);
  c.lineWidth = 1.4;
  c.stroke();
  c.font = '700 10.5px "Inter Variable", sans-serif';
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  c.fillStyle = palette.ink;
  c.fillText(String(priority), x, y + 3.8);
}

function drawCluster(c: Canvas, rank: number, late: boolean, palette: Palette): void {
  const priority = rank === 5 ? 0 : rank;
  drawShape(c, priority, 15, palette, false);
  if (late) drawLate(c, palette);
}

function drawUnit(c: Canvas, parts: readonly string[], palette: Palette): void {
  const [status, kind] = [parts[1] ?? "free", parts[2] ?? "none"];
  const stale = parts.includes("stale");
  const colour = status === "out" ? palette.dim : status === "busy" ? palette.accent : palette.ok;
  if (parts.includes("chosen")) drawHalo(c, palette);
  const box = new Path2D();
  box.roundRect(MIDDLE - 10, MIDDLE - 10, 20, 20, 6);
  c.strokeStyle = palette["map-land"];
  c.lineWidth = 5;
  c.stroke(box);
  c.fillStyle = status === "busy" && !stale ? colour : palette.surface;
  c.fill(box);
  c.strokeStyle = colour;
  c.lineWidth = 1.8;
  if (stale) c.setLineDash([2.6, 2.6]);
  c.stroke(box);
  c.setLineDash([]);
  drawGlyph(c, unitGlyph(kind), MIDDLE, MIDDLE, 13, status === "busy" && !stale ? palette.surface : colour);
  if (status !== "out") return;
  // Out of service is crossed out: the colour alone would not say it.
  c.beginPath();
  c.moveTo(MIDDLE - 11, MIDDLE + 11);
  c.lineTo(MIDDLE + 11, MIDDLE - 11);
  c.strokeStyle = palette.bad;
  c.lineWidth = 2;
  c.stroke();
}

function drawUnitCluster(c: Canvas, palette: Palette): void {
  const box = new Path2D();
  box.roundRect(MIDDLE - 12, MIDDLE - 11, 24, 22, 7);
  c.strokeStyle = palette["map-land"];
  c.lineWidth = 4;
  c.stroke(box);
  c.fillStyle = palette.raised;
  c.fill(box);
  c.strokeStyle = palette.dim;
  c.lineWidth = 1.5;
  c.stroke(box);
}

function drawPin(c: Canvas, palette: Palette): void {
  for (const [colour, width] of [
    [palette.surface, 6],
    [palette.focus, 2.5],
  ] as const) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.beginPath();
    c.arc(MIDDLE, MIDDLE, 9, 0, 2 * Math.PI);
    for (const [x, y] of [
      [0, -1],
      [0, 1],
      [-1, 0],
      [1, 0],
    ] as const) {
      c.moveTo(MIDDLE + x * 9, MIDDLE + y * 9);
      c.lineTo(MIDDLE + x * 18, MIDDLE + y * 18);
    }
    c.stroke();
  }
  c.beginPath();
  c.arc(MIDDLE, MIDDLE, 2.5, 0, 2 * Math.PI);
  c.fillStyle = palette.focus;
  c.fill();
}

/** The picture of a mark by its name: `i|...` incidents, `c|...` their clusters, `u|...` units, `g` their clusters, `pin`. */
export function drawMark(
  name: string,
  palette: Palette,
): { image: ImageData; pixelRatio: number } | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = MARK_PX * RATIO;
  const c = canvas.getContext("2d");
  if (!c) return undefined;
  c.scale(RATIO, RATIO);
  const parts = name.split("|");
  if (parts[0] === "i") drawIncident(c, parts, palette);
  else if (parts[0] === "c") drawCluster(c, Number(parts[1]), parts.includes("late"), palette);
  else if (parts[0] === "u") drawUnit(c, parts, palette);
  else if (parts[0] === "g") drawUnitCluster(c, palette);
  else if (parts[0] === "pin") drawPin(c, palette);
  else return undefined;
  return { image: c.getImageData(0, 0, canvas.width, canvas.height), pixelRatio: RATIO };
}
