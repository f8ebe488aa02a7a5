import { api } from "../../lib/api.ts";
import { clock } from "../../lib/clock.svelte.ts";
import { loadDraft, saveDraft } from "../../lib/drafts.ts";
import { toSiagaError } from "../../lib/errors.ts";
import { live } from "../../lib/live.svelte.ts";
import { at } from "../../lib/proto.ts";
import { FRESH_MS, isDue, LOW_BATTERY, SAVING, USUAL, type Fix, type Sent } from "./rhythm.ts";

/** Chromium's own; other browsers do not tell how full the battery is. */
interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}

const CONSENT = "unit.share";
const LOOK_EVERY_MS = 5_000;
/** A phone that has not said for this long where it is, is asked. */
const QUIET_MS = 20_000;

/** `denied`: the phone's owner or the browser said no; `away`: it does not know where it is now. */
type Problem = "" | "denied" | "away" | "refused";

/**
 * Tells the centre where the unit is while it has an assignment, if the crew has said yes. Positions are not history:
 * one that could not go out at once is not kept, the next one says more. The answer holds for a day, as long as a shift.
 */
class Sharing {
  /** The crew's answer; `undefined`: not asked yet. */
  consent = $state<boolean | undefined>();
  /** It runs at this moment. */
  on = $state(false);
  problem = $state<Problem>("");
  /** When the last position went out, by the server's clock; 0: none yet. */
  sentAt = $state(0);
  saving = $state(false);
  fix = $state.raw<Fix | undefined>();
  #unitId = "";
  #sent: Sent | undefined;
  #busy = false;
  #watch: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #battery: Battery | undefined;

  begin(unitId: string): void {
    this.#unitId = unitId;
    this.consent = loadDraft<boolean>(CONSENT);
    const known = navigator as Navigator & { getBattery?: () => Promise<Battery> };
    void known.getBattery?.().then((battery) => {
      this.#battery = battery;
      battery.addEventListener("levelchange", this.#spare);
      battery.addEventListener("chargingchange", this.#spare);
      this.#spare();
    });
  }

  end(): void {
    this.#stop();
    this.#battery?.removeEventListener("levelchange", this.#spare);
    this.#battery?.removeEventListener("chargingchange", this.#spare);
    this.consent = undefined;
  }

  /** The crew says yes or no. */
  answer(yes: boolean): void {
    this.consent = yes;
    saveDraft(CONSENT, yes);
  }

  /** Runs while there is work and the crew agrees; stops by itself when the work ends. */
  follow(atWork: boolean): void {
    if (atWork && this.consent === true) this.#start();
    else this.#stop();
  }

  /** Where the unit is now, for a status; `undefined` when that is not known, or not shared. */
  now(): Fix | undefined {
    return this.on && this.fix && clock.read() - this.fix.at < FRESH_MS ? this.fix : undefined;
  }

  #start(): void {
    if (this.on) return;
    if (!("geolocation" in navigator) || !isSecureContext) {
      this.problem = "denied";
      return;
    }
    this.on = true;
    this.problem = "";
    this.#listen();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  #stop(): void {
    if (this.#watch !== undefined) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = undefined;
    clearInterval(this.#timer);
    this.on = false;
    this.problem = "";
    this.sentAt = 0;
    this.fix = this.#sent = undefined;
  }

  #options(): PositionOptions {
    return { enableHighAccuracy: !this.saving, maximumAge: LOOK_EVERY_MS, timeout: 30_000 };
  }

  #listen(): void {
    if (this.#watch !== undefined) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = navigator.geolocation.watchPosition(this.#take, this.#fail, this.#options());
  }

  #spare = (): void => {
    const saving =
      this.#battery !== undefined && !this.#battery.charging && this.#battery.level < LOW_BATTERY;
    if (saving === this.saving) return;
    this.saving = saving;
    if (this.on) this.#listen();
  };

  #take = ({ coords, timestamp }: GeolocationPosition): void => {
    if (!this.on) return;
    this.problem = "";
    const speedMps = coords.speed !== null && coords.speed >= 0 ? coords.speed : undefined;
    this.fix = {
      latitude: coords.latitude,
      longitude: coords.longitude,
      accuracyM: coords.accuracy,
      // The phone's clock may be wrong: how long ago it was counts.
      at: Math.round(clock.read() - Math.max(0, Date.now() - timestamp)),
      ...(speedMps === undefined ? {} : { speedMps }),
    };
    void this.#send();
  };

  #fail = (error: GeolocationPositionError): void => {
    this.problem = error.code === error.PERMISSION_DENIED ? "denied" : "away";
  };

  /** A phone that lies still says nothing by itself. */
  #look(): void {
    const quiet = !this.fix || clock.read() - this.fix.at > QUIET_MS;
    void this.#send();
    if (quiet) navigator.geolocation.getCurrentPosition(this.#take, this.#fail, this.#options());
  }

  async #send(): Promise<void> {
    const { fix } = this;
    // Without a connection nothing is kept for later: then it would be wrong.
    const reachable = live.state === "live" || live.state === "delayed";
    const rhythm = this.saving ? SAVING : USUAL;
    if (!fix || this.#busy || !reachable || !isDue(fix, this.#sent, clock.read(), rhythm)) return;
    this.#busy = true;
    try {
      const { latitude, longitude, accuracyM = 0, speedMps } = fix;
      await api.units.reportPosition({
        unitId: this.#unitId,
        point: { latitude, longitude, accuracyM },
        at: at(fix.at),
        ...(speedMps === undefined ? {} : { speedMps }),
      });
      if (!this.on) return;
      this.#sent = { ...fix, sentAt: clock.read() };
      this.sentAt = fix.at;
    } catch (thrown) {
      if (toSiagaError(thrown).kind === "refused") this.problem = "refused";
    } finally {
      this.#busy = false;
    }
  }
}

export const sharing = new Sharing();
