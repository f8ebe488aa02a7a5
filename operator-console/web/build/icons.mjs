// Draws the icons of the installed crew's screen into public/icons: the mark of public/siaga.svg, as the PNG files that
// phones ask for. Run `node build/icons.mjs` after a change of the mark.
import { mkdirSync, writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const GROUND = [0x16, 0x1c, 0x25];
const MARK = [0xff, 0x6b, 0x6b];
const SAMPLES = 4;

/** Colour and cover of a point of the mark, on its grid of 32; `full`: the ground fills the square. */
function sample(x, y, full) {
  const [dx, dy] = [Math.max(7 - x, x - 25, 0), Math.max(7 - y, y - 25, 0)];
  if (!full && Math.hypot(dx, dy) > 7) return undefined;
  const isStroke = Math.hypot(x - 16, y - Math.min(Math.max(y, 11), 17)) <= 1.5;
  const isDot = Math.hypot(x - 16, y - 21) <= 1.7;
  const inDiamond = Math.abs(x - 16) + Math.abs(y - 16) <= 11;
  return inDiamond && !isStroke && !isDot ? MARK : GROUND;
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function pixel(px, py, size, full) {
  const sum = [0, 0, 0, 0];
  for (let sub = 0; sub < SAMPLES ** 2; sub++) {
    const at = (p, s) => ((p + (s + 0.5) / SAMPLES) / size) * 32;
    const colour = sample(at(px, sub % SAMPLES), at(py, Math.floor(sub / SAMPLES)), full);
    if (colour) for (const [i, value] of [...colour, 255].entries()) sum[i] += value;
  }
  const cover = sum[3] / 255 || 1;
  return [...sum.slice(0, 3).map((value) => Math.round(value / cover)), Math.round(sum[3] / SAMPLES ** 2)];
}

/** `full`: for phones that cut the icon to a shape of their own, inside whose middle the diamond stays. */
function png(size, full) {
  const rows = [];
  for (let y = 0; y < size; y++) {
    const row = [0];
    for (let x = 0; x < size; x++) row.push(...pixel(x, y, size, full));
    rows.push(Buffer.from(row));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const parts = [
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat(parts);
}

const folder = new URL("../public/icons/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("unit-192.png", folder), png(192, false));
writeFileSync(new URL("unit-512.png", folder), png(512, false));
writeFileSync(new URL("unit-maskable-512.png", folder), png(512, true));
