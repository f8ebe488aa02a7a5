import { incidentKey, type MapKey } from "./types.ts";

/**
 * What is chosen on a screen's map: the incident that the screen has in hand, or a unit, until the screen takes
 * another incident in hand.
 */
export class Chosen {
  readonly #incidentId: () => string;
  #unit = $state.raw<{ key: MapKey; beside: string }>({ key: "", beside: "" });

  /** `incidentId` says which incident the screen has in hand; "" for none. */
  constructor(incidentId: () => string) {
    this.#incidentId = incidentId;
  }

  get key(): MapKey {
    const incidentId = this.#incidentId();
    if (this.#unit.key && this.#unit.beside === incidentId) return this.#unit.key;
    return incidentId ? incidentKey(incidentId) : "";
  }

  /** A mark or a row was chosen. Returns the incident that the screen is to take in hand; "" for a unit or the ground. */
  take(key: MapKey): string {
    const isUnit = key.startsWith("unit:");
    this.#unit = { key: isUnit ? key : "", beside: this.#incidentId() };
    return key.startsWith("incident:") ? key.slice("incident:".length) : "";
  }
}
