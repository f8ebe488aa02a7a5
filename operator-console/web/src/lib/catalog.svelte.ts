import type { Agency, Area, GetCatalogResponse, IncidentType, Outcome } from "../gen/siaga/v1/catalog_pb.ts";
import { pick } from "../i18n/index.ts";
import { api } from "./api.ts";
import { shortName } from "./short-name.ts";
import { world } from "./world.svelte.ts";

/** The city's own data, loaded once a session and again when the live data have come back. */
class Catalog {
  #data = $state.raw<GetCatalogResponse | undefined>();

  loaded = $derived(this.#data !== undefined);
  cityName: string = $derived(this.#data?.cityName ?? "");
  numberPrefix: string = $derived(this.#data?.numberPrefix ?? "");
  agencies: Agency[] = $derived(this.#data?.agencies ?? []);
  types: IncidentType[] = $derived(this.#data?.types ?? []);
  outcomes: Outcome[] = $derived(this.#data?.outcomes ?? []);
  kelurahan: Area[] = $derived(this.#data?.kelurahan ?? []);
  #agencyByCode = $derived(new Map(this.agencies.map((one) => [one.code, one])));
  #typeByCode = $derived(new Map(this.types.map((one) => [one.code, one])));

  async load(): Promise<void> {
    this.#data = await api.catalog.getCatalog({});
  }

  agency(code: string): Agency | undefined {
    return this.#agencyByCode.get(code);
  }

  type(code: string): IncidentType | undefined {
    return this.#typeByCode.get(code);
  }

  /** The agency's name in the person's language; `fallback` is what the server sent along. */
  agencyName(code: string, fallback = ""): string {
    const agency = this.agency(code);
    return agency ? pick(agency.nameId, agency.nameEn) : fallback || code;
  }

  /** The agency's name where there is little room; the whole name belongs into its tooltip. */
  agencyShort(code: string): string {
    return shortName(code, this.agency(code)?.nameId ?? "");
  }

  /** The type's name in the person's language; `fallback` is what the server sent along. */
  typeName(code: string, fallback = ""): string {
    const type = this.type(code);
    return type ? pick(type.nameId, type.nameEn) : fallback || code;
  }

  outcomeName(code: string, fallback = ""): string {
    const outcome = this.outcomes.find((one) => one.code === code);
    return outcome ? pick(outcome.nameId, outcome.nameEn) : fallback || code;
  }

  /** Whether somebody of the agency sits at a screen now: the live state, else what the catalog said. */
  online(code: string): boolean {
    return world.part(`agency:${code}`)?.up ?? this.agency(code)?.online ?? false;
  }
}

export const catalog = new Catalog();
