import { timestampFromMs, timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";

/** A contract's time as ms since the epoch; `undefined` when it is not known. */
export function ms(at: Timestamp | undefined): number | undefined {
  return at ? timestampMs(at) : undefined;
}

/** The other way; `undefined` stays unknown. */
export function at(milliseconds: number | undefined): Timestamp | undefined {
  return milliseconds === undefined ? undefined : timestampFromMs(milliseconds);
}
