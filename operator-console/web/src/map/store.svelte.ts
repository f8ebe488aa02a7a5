import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { GetMapDataResponseSchema, type GetMapDataResponse } from "../gen/siaga/v1/catalog_pb.ts";
import { api } from "../lib/api.ts";
import { geodataOf, type Geodata } from "./geodata.ts";

const KEY = "siaga.map.data";

/** What this machine has kept; the map is there before the server has answered, and while it is away. */
function kept(): GetMapDataResponse | undefined {
  try {
    const text = localStorage.getItem(KEY);
    return text ? fromBinary(GetMapDataResponseSchema, base64Decode(text)) : undefined;
  } catch {
    return undefined;
  }
}

function keep(reply: GetMapDataResponse): void {
  try {
    localStorage.setItem(KEY, base64Encode(toBinary(GetMapDataResponseSchema, reply)));
  } catch {
    // A storage that is full or forbidden costs one download a session.
  }
}

/** The installation's geography: asked for once a session by the version that is kept, fetched only when it is another. */
class MapStore {
  geodata = $state.raw<Geodata | undefined>();
  /** Nothing is kept, and the server did not give it. */
  failed = $state(false);
  #asked = false;

  async load(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    const have = this.geodata ? undefined : kept();
    if (have) this.geodata = geodataOf(have);
    try {
      const reply = await api.catalog.getMapData({ version: this.geodata?.version ?? "" });
      this.failed = false;
      if (reply.unchanged) return;
      this.geodata = geodataOf(reply);
      keep(reply);
    } catch {
      this.#asked = false;
      this.failed = this.geodata === undefined;
    }
  }
}

export const mapStore = new MapStore();
