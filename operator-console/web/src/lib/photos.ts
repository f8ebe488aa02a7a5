import type { PhotoView } from "../gen/siaga/v1/common_pb.ts";
import { lang } from "../i18n/index.ts";
import { api } from "./api.ts";
import { catalog } from "./catalog.svelte.ts";
import { clock } from "./clock.svelte.ts";
import { ms } from "./proto.ts";
import { postName } from "./short-name.ts";
import { moment } from "./time.ts";

/** Pictures of lists that are fetched at once: the line has other work. */
const SMALL_AT_ONCE = 2;

/** When it was taken and by whom: how one is told from the others, also without seeing it. */
export function photoWords(photo: PhotoView): string {
  const who = postName(photo.by, (code) => catalog.agency(code)?.nameId ?? "");
  return [moment(ms(photo.at) ?? 0, clock.now, lang.current), who].filter(Boolean).join(", ");
}

/** A photo as the URL of an image. Whoever asked revokes it: it shows people, and nothing of it stays. */
export async function picture(incidentId: string, photoId: string, thumbnail = false): Promise<string> {
  const { jpeg } = await api.incidents.getPhoto({ incidentId, photoId, thumbnail });
  return URL.createObjectURL(new Blob([new Uint8Array(jpeg)], { type: "image/jpeg" }));
}

let fetching = 0;
const queue: (() => void)[] = [];

/** The same, small, in its turn. */
export async function smallPicture(incidentId: string, photoId: string): Promise<string> {
  while (fetching >= SMALL_AT_ONCE) await new Promise<void>((wake) => queue.push(wake));
  fetching++;
  try {
    return await picture(incidentId, photoId, true);
  } finally {
    fetching--;
    queue.shift()?.();
  }
}
