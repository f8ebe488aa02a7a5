import { api } from "./api.ts";
import { live } from "./live.svelte.ts";
import { session } from "./session.svelte.ts";

/** Said again this often; the server forgets after three times as long. */
const REPEAT_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
/** Who has not pressed a key for this long types no more. */
const TYPING_MS = 6_000;

/** A card that is open here. */
export interface Attendance {
  /** Something was typed in it. */
  typed: () => void;
  /** It is closed. */
  close: () => void;
}

/** Tells the centre's other screens that a card is open here, for as long as it is. */
export function attend(incidentId: string): Attendance {
  let typedAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;
  let told: boolean | undefined;
  const isEditing = () => performance.now() - typedAt < TYPING_MS;
  const isReachable = () => live.state === "live" && session.state === "in";

  function tell(closed: boolean): void {
    if (!isReachable()) return;
    toldAt = performance.now();
    told = isEditing();
    // Telemetry: what did not arrive is said again, and what is wrong with the line the bar says.
    void api.incidents.reportViewing({ incidentId, editing: told, closed }).catch(() => undefined);
  }

  const timer = setInterval(() => {
    const silence = performance.now() - toldAt;
    // Browsers wake a page that has long been out of sight once a minute: it would come and go at the others.
    if (document.hidden && silence > 2 * REPEAT_MS) return;
    if (isEditing() !== told || silence >= REPEAT_MS) tell(false);
  }, LOOK_EVERY_MS);
  tell(false);
  return {
    typed() {
      typedAt = performance.now();
      if (told === false) tell(false);
    },
    close() {
      clearInterval(timer);
      tell(true);
    },
  };
}
