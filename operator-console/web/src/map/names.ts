import { catalog } from "../lib/catalog.svelte.ts";
import type { Names } from "./from-world.ts";

/** Names as the city's catalog has them. */
export const catalogNames: Names = {
  typeName: (code, fallback) => catalog.typeName(code, fallback),
  category: (code) => catalog.type(code)?.category ?? "",
  agencyName: (code) => catalog.agencyShort(code),
  get kelurahan() {
    return catalog.kelurahan;
  },
};
