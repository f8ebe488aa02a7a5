/**
 * What the map shows, free of the contract: screens, the replay and tests hand in the same shapes.
 * `from-world.ts` makes them of what the live socket brings.
 */

/** A WGS84 point in degrees; `accuracyM` is the radius within which the place lies, 0 or missing: not known. */
export interface MapPoint {
  latitude: number;
  longitude: number;
  accuracyM?: number;
}

/** How far a case has come, coarse enough for a mark: 0 nobody has read it yet, 1 taken, 2 en route, 3 on scene, 4 under control. */
export type MapStage = 0 | 1 | 2 | 3 | 4;

export interface MapIncident {
  id: string;
  /** "SKW-20261122-0042". */
  number: string;
  /** The type's name in the person's language; for a masked case what boards say instead. */
  typeName: string;
  /** Group of the type, e.g. "kebakaran"; empty: not classified, or masked. */
  category: string;
  /** 1 (highest) to 4; 0: not set. */
  priority: number;
  stage: MapStage;
  /** The stage in words, e.g. "Damkar berangkat". */
  stageText: string;
  /** Street or landmark, else the area; empty: not recorded. */
  place: string;
  /** Missing: nothing is known of where it is, the list says so. */
  point?: MapPoint;
  /** The point is only the middle of the kelurahan. */
  approximate: boolean;
  /** The case is sensitive, and this reader sees neither type nor place. */
  masked: boolean;
  /** When it was opened, ms since the epoch. */
  openedAt?: number;
  /** What is late about it and nobody has taken, in words; missing or empty: nothing. */
  alarm?: string;
  closed: boolean;
}

/** `free`: ready; `busy`: on an assignment; `out`: out of service. */
export type UnitStatus = "free" | "busy" | "out";

export interface MapUnit {
  id: string;
  /** Call sign, e.g. "DAMKAR-01". */
  code: string;
  /** Kind as imported, e.g. "ambulans". */
  kind: string;
  agencyName: string;
  status: UnitStatus;
  /** The status in words, e.g. "berangkat". */
  statusText: string;
  point?: MapPoint;
  /** When it was there, ms since the epoch. */
  at?: number;
  /** Incidents it works on. */
  incidentIds: readonly string[];
}

/** What is chosen: an incident, a unit, or nothing. */
export type MapKey = `incident:${string}` | `unit:${string}` | "";

export const incidentKey = (id: string): MapKey => `incident:${id}`;
export const unitKey = (id: string): MapKey => `unit:${id}`;
