import { catalogue } from "./catalogue.ts";

/** Words of the agency screen. */
export const agency = catalogue({});
