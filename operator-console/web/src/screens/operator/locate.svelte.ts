import { t } from "../../i18n/index.ts";
import { api } from "../../lib/api.ts";
import type { LocatePointResponse } from "../../gen/siaga/v1/catalog_pb.ts";
import { parsePoint } from "../../lib/place.ts";

/** Says in which kelurahan a typed point lies, while it is typed. */
class Locate {
  #text = $state("");
  #reply = $state.raw<LocatePointResponse | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** Asks for a typed point; `found` gets the kelurahan's code when it lies in one. */
  ask(text: string, found: (kelurahanCode: string) => void): void {
    clearTimeout(this.#timer);
    const point = parsePoint(text);
    const ask = ++this.#asked;
    this.#reply = undefined;
    this.#text = text;
    if (!point) return;
    this.#timer = setTimeout(async () => {
      try {
        const reply = await api.catalog.locatePoint({ point });
        if (ask !== this.#asked) return;
        this.#reply = reply;
        if (reply.kelurahanCode) found(reply.kelurahanCode);
      } catch {
        // Without the answer the server still finds the kelurahan when the card is saved.
      }
    }, 200);
  }

  /** What is known of this point, as a sentence; `undefined` while nothing is. */
  text(point: string): string | undefined {
    const reply = this.#reply;
    if (!reply || point !== this.#text) return undefined;
    if (reply.kelurahanName) {
      const accuracy = parsePoint(point)?.accuracyM;
      const area = t("card.pointIn", { kelurahan: reply.kelurahanName, kecamatan: reply.kecamatanName });
      return accuracy ? `${area} · ±${accuracy} m` : area;
    }
    if (reply.neighbourName) return t("card.pointOutside", { name: reply.neighbourName });
    return reply.outsideCity ? t("card.pointNowhere") : undefined;
  }
}

export const locate = new Locate();
