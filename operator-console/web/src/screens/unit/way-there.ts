import { t, type Key } from "../../i18n/index.ts";
import { lang } from "../../i18n/index.ts";
import { distanceM, type TypedPoint } from "../../lib/place.ts";

/**
 * The link that opens the phone's own navigation at a point. Android hands `geo:` to the app that its user chose,
 * Apple's devices know only their own address; elsewhere a public map in the browser has to do.
 */
export function navigationLink(point: TypedPoint, label: string, agent = navigator.userAgent): string {
  const at = `${point.latitude.toFixed(6)},${point.longitude.toFixed(6)}`;
  const name = encodeURIComponent(label.slice(0, 80));
  if (/iPhone|iPad|iPod/.test(agent)) return `https://maps.apple.com/?daddr=${at}&q=${name}`;
  if (/Android/.test(agent)) return `geo:${at}?q=${at}(${name})`;
  const [latitude = "", longitude = ""] = at.split(",");
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
}

const DIRECTIONS = [
  "unit.north",
  "unit.northEast",
  "unit.east",
  "unit.southEast",
  "unit.south",
  "unit.southWest",
  "unit.west",
  "unit.northWest",
] as const satisfies readonly Key[];

/** Degrees clockwise from north, on a plane: good enough for the eight winds of a city. */
export function bearing(from: TypedPoint, to: TypedPoint): number {
  const east = (to.longitude - from.longitude) * Math.cos((from.latitude * Math.PI) / 180);
  const north = to.latitude - from.latitude;
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

/** `450 m`, `1,9 km`: rounded to what a position knows. */
export function distanceText(metres: number): string {
  if (metres < 1000) return `${Math.max(10, Math.round(metres / 10) * 10)} m`;
  const format = new Intl.NumberFormat(lang.current === "id" ? "id-ID" : "en-GB", {
    maximumFractionDigits: metres < 10_000 ? 1 : 0,
  });
  return `${format.format(metres / 1000)} km`;
}

/** How far and where to, as the crow flies: no road is known here. */
export function wayText(from: TypedPoint, to: TypedPoint): string {
  const wind = DIRECTIONS[Math.round(bearing(from, to) / 45) % 8] ?? "unit.north";
  return t("unit.distance", { distance: distanceText(distanceM(from, to)), direction: t(wind) });
}
