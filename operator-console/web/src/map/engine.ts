import type { FeatureCollection } from "geojson";
import {
  Map as LibreMap,
  setWorkerUrl,
  type GeoJSONSource,
  type MapMouseEvent,
  type PointLike,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { boundsOf, metresPerPixel } from "./features.ts";
import type { Geodata } from "./geodata.ts";
import { drawMark } from "./marks.ts";
import type { Palette } from "./palette.ts";
import { CLICKED, styleOf, type LiveSource } from "./style.ts";
import type { MapKey, MapPoint } from "./types.ts";

setWorkerUrl(workerUrl);

/** Changes are drawn together: the first at once, then at most this often. */
const FLUSH_MS = 120;
/** A finger or a shaking hand may miss a mark by this much, in pixels. */
const REACH_PX = 6;
/** How exactly a person can point, in pixels. */
const POINTING_PX = 6;
const CLOSE_ZOOM = 15;
/** One incident alone is shown with its quarter around it. */
const AROUND_ZOOM = 13.5;
/** Room for the marks and labels of what lies at the edge, in pixels. */
const AROUND_PX = 70;
/** How far from the city the map may be moved, in degrees: neighbours stay reachable, the ocean does not. */
const BEYOND_DEG = 0.7;

export interface EngineOptions {
  geodata: Geodata;
  palette: Palette;
  theme: string;
  /** No flights and no fading. */
  calm: boolean;
  /** Pans and zooms by its own keys; off where the keys move the point. */
  keyboard: boolean;
  /** What is in sight at first; left out or empty: the whole city. */
  around?: readonly MapPoint[];
  onselect?: (key: MapKey) => void;
  onclick?: (point: MapPoint) => void;
  /** Everything known has been drawn; says how many marks of incidents and units are in sight. */
  onidle?: (drawn: { incidents: number; units: number; zoom: number }) => void;
}

/** The one that speaks to the map library; nothing else does. */
export class Engine {
  readonly #map: LibreMap;
  readonly #options: EngineOptions;
  #palette: Palette;
  #theme: string;
  #ready = false;
  #latest = new Map<LiveSource, () => FeatureCollection>();
  #dirty = new Set<LiveSource>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushedAt = 0;
  #wanted: (() => void) | undefined;
  /** Where a flight is going; a person who takes hold of the map ends it. */
  #going: { to: MapPoint; zoom: number } | undefined;

  constructor(container: HTMLElement, options: EngineOptions) {
    this.#options = options;
    this.#palette = options.palette;
    this.#theme = options.theme;
    const bounds = options.geodata.bounds;
    const around = boundsOf(options.around ?? []);
    this.#map = new LibreMap({
      container,
      style: styleOf(options.geodata, options.palette, options.theme),
      ...(around
        ? { bounds: around, fitBoundsOptions: { padding: AROUND_PX, maxZoom: AROUND_ZOOM } }
        : bounds
          ? { bounds, fitBoundsOptions: { padding: 12 } }
          : { center: [109, 0.9], zoom: 10 }),
      ...(bounds
        ? {
            maxBounds: [
              bounds[0] - BEYOND_DEG,
              bounds[1] - BEYOND_DEG,
              bounds[2] + BEYOND_DEG,
              bounds[3] + BEYOND_DEG,
            ] as [number, number, number, number],
          }
        : {}),
      minZoom: 7,
      maxZoom: 19,
      attributionControl: false,
      renderWorldCopies: false,
      dragRotate: false,
      pitchWithRotate: false,
      rollEnabled: false,
      touchPitch: false,
      keyboard: options.keyboard,
      fadeDuration: options.calm ? 0 : 150,
      localIdeographFontFamily: false,
      validateStyle: import.meta.env.DEV,
    });
    this.#map.touchZoomRotate.disableRotation();
    if (options.keyboard) this.#map.keyboard.disableRotation();
    this.#map.setMissingStyleImageResolver((name) => this.#draw(name));
    this.#map.on("load", () => {
      this.#ready = true;
      this.#flush();
      this.#wanted?.();
      this.#wanted = undefined;
    });
    this.#map.on("click", (event) => void this.#click(event));
    this.#map.on("mousemove", (event) => {
      if (options.onselect) this.#map.getCanvas().style.cursor = this.#hit(event.point) ? "pointer" : "";
    });
    this.#map.on("idle", () => this.#idle());
    this.#map.on("moveend", () => (this.#going = undefined));
    if (options.onclick) this.#map.getCanvas().style.cursor = "crosshair";
  }

  /** The picture of a mark, when it is first needed in a theme. */
  #draw(name: string): void {
    const [theme = "", mark = ""] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
    if (theme !== this.#theme || this.#map.hasImage(name)) return;
    const drawn = drawMark(mark, this.#palette);
    if (drawn) this.#map.addImage(name, drawn.image, { pixelRatio: drawn.pixelRatio });
  }

  #hit(point: PointLike & { x: number; y: number }) {
    const box: [PointLike, PointLike] = [
      [point.x - REACH_PX, point.y - REACH_PX],
      [point.x + REACH_PX, point.y + REACH_PX],
    ];
    const layers = CLICKED.filter((id) => this.#map.getLayer(id));
    return layers.length > 0 ? this.#map.queryRenderedFeatures(box, { layers })[0] : undefined;
  }

  async #click(event: MapMouseEvent): Promise<void> {
    const { lat, lng } = event.lngLat;
    this.#options.onclick?.(this.#pointed(lat, lng));
    if (!this.#options.onselect) return;
    const feature = this.#hit(event.point);
    if (!feature) {
      this.#options.onselect("");
      return;
    }
    const id: unknown = feature.properties["cluster_id"];
    if (typeof id !== "number") {
      this.#options.onselect(String(feature.properties["key"]) as MapKey);
      return;
    }
    const source = this.#map.getSource<GeoJSONSource>(feature.source);
    const zoom = await source?.getClusterExpansionZoom(id);
    if (zoom === undefined || feature.geometry.type !== "Point") return;
    const [longitude = 0, latitude = 0] = feature.geometry.coordinates;
    this.#move({ longitude, latitude }, zoom);
  }

  #idle(): void {
    if (!this.#options.onidle || !this.#ready) return;
    const count = (layers: string[]) => {
      const seen = this.#map.queryRenderedFeatures({ layers });
      const each = seen.map((one) => [
        String(one.properties["key"] ?? `cluster ${one.properties["cluster_id"]}`),
        Number(one.properties["point_count"] ?? 1),
      ]);
      return Object.values(Object.fromEntries(each) as Record<string, number>).reduce((a, b) => a + b, 0);
    };
    const chosen = this.#map.queryRenderedFeatures({ layers: ["chosen"] });
    const isUnit = (one: (typeof chosen)[number]) => String(one.properties["key"]).startsWith("unit:");
    this.#options.onidle({
      incidents: count(["incidents", "incident-clusters"]) + Number(chosen.some((one) => !isUnit(one))),
      units: count(["units", "unit-clusters"]) + Number(chosen.some(isUnit)),
      zoom: this.#map.getZoom(),
    });
  }

  /** Says what a source holds now; it is built when it is drawn, so that a burst of changes costs one building. */
  set(source: LiveSource, build: () => FeatureCollection): void {
    this.#latest.set(source, build);
    this.#dirty.add(source);
    if (!this.#ready || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#flushedAt + FLUSH_MS - performance.now());
    this.#timer = setTimeout(() => requestAnimationFrame(() => this.#flush()), wait);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushedAt = performance.now();
    for (const name of this.#dirty) {
      const build = this.#latest.get(name);
      if (build) void this.#map.getSource<GeoJSONSource>(name)?.setData(build());
    }
    this.#dirty.clear();
  }

  /** Draws everything in other colours; the sources stay as they are, so nothing vanishes meanwhile. */
  repaint(palette: Palette, theme: string): void {
    if (theme === this.#theme) return;
    this.#palette = palette;
    this.#theme = theme;
    this.#whenReady(() => {
      for (const layer of styleOf(this.#options.geodata, palette, theme).layers) {
        for (const [name, value] of Object.entries(layer.paint ?? {})) {
          this.#map.setPaintProperty(layer.id, name as never, value as never);
        }
        // Pictures carry the theme in their names, so the old ones are simply no longer asked for.
        const picture = layer.type === "symbol" ? layer.layout?.["icon-image"] : undefined;
        if (picture) this.#map.setLayoutProperty(layer.id, "icon-image", picture);
      }
    });
  }

  /** What the map is called for those who do not see it. */
  name(label: string): void {
    this.#map.getCanvas().setAttribute("aria-label", label);
  }

  #whenReady(run: () => void): void {
    if (this.#ready) run();
    else {
      const before = this.#wanted;
      this.#wanted = () => {
        before?.();
        run();
      };
    }
  }

  #move(to: MapPoint, zoom: number): void {
    const target = { center: [to.longitude, to.latitude] as [number, number], zoom };
    if (this.#options.calm) {
      this.#map.jumpTo(target);
      return;
    }
    this.#map.easeTo({ ...target, duration: 450 });
    this.#going = { to, zoom };
  }

  /** Brings a point into the middle, near enough to see streets; never zooms out from where the person is. */
  show(point: MapPoint, zoom = CLOSE_ZOOM): void {
    this.#whenReady(() => this.#move(point, Math.max(zoom, this.#map.getZoom())));
  }

  /** Moves as little as needed to have a point in sight. */
  keepInSight(point: MapPoint): void {
    this.#whenReady(() => {
      const canvas = this.#map.getCanvas();
      const at = this.#map.project([point.longitude, point.latitude]);
      const [w, h] = [canvas.clientWidth, canvas.clientHeight];
      const margin = 48;
      if (at.x > margin && at.y > margin && at.x < w - margin && at.y < h - margin) return;
      this.#move(point, this.#map.getZoom());
    });
  }

  /** Shows the whole city. */
  whole(): void {
    const bounds = this.#options.geodata.bounds;
    if (bounds) this.#map.fitBounds(bounds, { padding: 12, animate: !this.#options.calm, duration: 450 });
  }

  zoom(by: 1 | -1): void {
    this.#map.zoomTo(this.#map.getZoom() + by, { animate: !this.#options.calm, duration: 200 });
  }

  /** Zooms with a point held in its place on the screen. */
  zoomAround(point: MapPoint, by: 1 | -1): void {
    const around: [number, number] = [point.longitude, point.latitude];
    const zoom = this.#map.getZoom() + by;
    this.#map.zoomTo(zoom, { around, animate: !this.#options.calm, duration: 200 });
  }

  /** A point moved by pixels of the screen. */
  nudge(point: MapPoint, x: number, y: number): MapPoint {
    const at = this.#map.project([point.longitude, point.latitude]);
    const { lat, lng } = this.#map.unproject([at.x + x, at.y + y]);
    return this.#pointed(lat, lng);
  }

  get centre(): MapPoint {
    const { lat, lng } = this.#map.getCenter();
    return this.#pointed(lat, lng);
  }

  /** A point as somebody chose it: to the metre, and as exact as a hand is at this zoom, 3 m at best. */
  #pointed(latitude: number, longitude: number): MapPoint {
    const metre = (degrees: number) => Math.round(degrees * 1e5) / 1e5;
    const reach = Math.round(metresPerPixel(this.#map.getZoom(), latitude) * POINTING_PX);
    return { latitude: metre(latitude), longitude: metre(longitude), accuracyM: Math.max(3, reach) };
  }

  /** The room has changed: a flight in hand would end beside its target, so it sets out again. */
  resize(): void {
    const going = this.#going;
    this.#map.resize();
    if (going) this.#move(going.to, going.zoom);
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#map.remove();
  }
}
