/** The longer side of what is sent, in pixels: enough to read a sign, small enough for a thin line. */
const SIDES = [1600, 800, 400] as const;
/** The server takes 700 KiB; most photos need a third of it. */
const BYTES_MAX = 680 * 1024;
const QUALITIES = [0.75, 0.6, 0.45] as const;
/** The same for the small picture of lists, of which the server takes 24 KiB. */
const SMALL_SIDES = [240, 160] as const;
const SMALL_BYTES_MAX = 22 * 1024;
/** A file that is older was not taken for this case, or its clock is wrong. */
const TAKEN_WITHIN_MS = 24 * 3600_000;

/** A photo as it is sent. */
export interface Shrunk {
  jpeg: Blob;
  thumbnail: Blob | undefined;
}

/** The size that a picture is drawn at. */
export function fit(width: number, height: number, sideMax: number): [number, number] {
  const scale = Math.min(1, sideMax / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/**
 * When a photo was taken, by the server's clock: one that is chosen from the phone's gallery is of a while ago.
 *
 * @param fileAt when the file was written, by this phone's clock, ms
 * @param phoneNow this phone's clock now, ms
 * @param now the server's clock now, ms
 */
export function takenAt(fileAt: number, phoneNow: number, now: number): number {
  const age = phoneNow - fileAt;
  return Math.round(age >= 0 && age < TAKEN_WITHIN_MS ? now - age : now);
}

/**
 * Draws a photo anew, small: what the camera wrote into it (where, when, with what) does not come along.
 * Rejects for a file that the browser cannot read as a picture.
 */
export async function shrink(file: Blob): Promise<Shrunk> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const jpeg = await drawn(picture, SIDES, BYTES_MAX);
    if (!jpeg) throw new Error("the photo does not get small enough");
    return { jpeg, thumbnail: await drawn(picture, SMALL_SIDES, SMALL_BYTES_MAX) };
  } finally {
    picture.close();
  }
}

/** The largest and best that has so few bytes. */
async function drawn(
  picture: ImageBitmap,
  sides: readonly number[],
  bytesMax: number,
): Promise<Blob | undefined> {
  for (const side of sides) {
    const [width, height] = fit(picture.width, picture.height, side);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d");
    if (!pen) return undefined;
    // A transparent picture would turn black.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, 0, 0, width, height);
    for (const quality of QUALITIES) {
      const jpeg = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (jpeg && jpeg.size <= bytesMax) return jpeg;
    }
  }
  return undefined;
}
