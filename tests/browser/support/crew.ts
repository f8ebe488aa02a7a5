import { expect, type Locator, type Page } from "@playwright/test";
import { Step } from "../../../operator-console/web/src/gen/siaga/v1/dispatch_pb.ts";
import { requestId, signInApi, type Api } from "./api.ts";

/** The phones that crews have: small and large, upright and on their side. */
export const PHONES = {
  small: { width: 360, height: 740 },
  large: { width: 412, height: 915 },
  side: { width: 740, height: 360 },
  tablet: { width: 820, height: 1180 },
} as const;

/** The crew's screen, in the crew's words. */
export class Crew {
  constructor(readonly page: Page) {}

  task(number: string): Locator {
    return this.page.getByRole("article", { name: `Tugas ${number}` });
  }

  get steps(): Locator {
    return this.page.getByRole("region", { name: "Langkah tugas" });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** A button that has to be held. */
  held(name: string): Locator {
    return this.page.getByRole("button", { name: new RegExp(`^${name} `) });
  }

  /** The step the unit is at, which holding takes back. */
  undo(step: string): Locator {
    return this.steps.getByRole("button", { name: new RegExp(`${step} .*tahan: batal`) });
  }

  /** Holds it until it is full. */
  async hold(button: Locator): Promise<void> {
    await button.hover();
    await this.page.mouse.down();
    await expect(this.page.locator("button.holding")).toHaveCount(0);
    await this.page.mouse.up();
  }

  /** The phone has what it needs to open this screen by itself. */
  async expectInstallable(): Promise<void> {
    const state = () =>
      this.page.evaluate(async () => (await navigator.serviceWorker.getRegistration("/unit"))?.active?.state);
    await expect.poll(state).toBe("activated");
  }

  /** Takes a photo of such a size: a house in flames, so that there is something to look at. */
  async takePhoto(width: number, height: number): Promise<void> {
    const png = await this.page.evaluate(
      ([wide, high]) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [wide, high];
        const pen = canvas.getContext("2d");
        if (!pen) throw new Error("no canvas");
        const sky = pen.createLinearGradient(0, 0, 0, high);
        for (const [at, colour] of [
          [0, "#1b2437"],
          [0.6, "#7a3b1f"],
          [1, "#2a1a12"],
        ] as const)
          sky.addColorStop(at, colour);
        pen.fillStyle = sky;
        pen.fillRect(0, 0, wide, high);
        pen.fillStyle = "#ff9b2f";
        for (let flame = 0; flame < 9; flame++) {
          pen.beginPath();
          pen.ellipse(wide * (0.2 + flame * 0.075), high * 0.45, wide * 0.04, high * 0.18, 0, 0, 7);
          pen.fill();
        }
        pen.fillStyle = "#0c0f14";
        pen.fillRect(wide * 0.15, high * 0.5, wide * 0.7, high * 0.35);
        return canvas.toDataURL("image/png").split(",")[1] ?? "";
      },
      [width, height] as const,
    );
    const buffer = Buffer.from(png, "base64");
    await this.page
      .locator("input[type=file]")
      .setInputFiles({ name: "foto.png", mimeType: "image/png", buffer });
  }

  get waiting(): Locator {
    return this.page.getByRole("region", { name: "Belum sampai di pusat" });
  }
}

/** A case that is sent to the fire brigade, which puts a unit on it. */
export class Centre {
  private constructor(
    private readonly operator: Api,
    private readonly damkar: Api,
    private readonly url: string,
  ) {}

  static async of(url: string): Promise<Centre> {
    return new Centre(await signInApi(url, "operator1"), await signInApi(url, "damkar"), url);
  }

  async send(unitCode: string, about: { narrative: string; number: string }): Promise<Sent> {
    const opened = await this.operator.incidents.openIncident({
      requestId: requestId(),
      callerName: "Penjaga toko",
      callerNumber: about.number,
      narrative: about.narrative,
      typeCode: "kebakaran-bangunan",
      place: {
        text: "Jalan Niaga, ruko deretan pasar",
        point: { latitude: 0.9063, longitude: 108.9872, accuracyM: 25 },
      },
    });
    const incidentId = opened.changed?.id ?? "";
    const sent = await this.operator.dispatch.dispatchIncident({
      requestId: requestId(),
      incidentId,
      agencyCodes: ["damkar"],
    });
    const assignmentId = sent.assignmentIds[0] ?? "";
    await this.damkar.dispatch.acceptAssignment({ requestId: requestId(), assignmentId });
    const { units } = await this.damkar.units.listUnits({});
    const unitId = units.find((unit) => unit.code === unitCode)?.id ?? "";
    await this.damkar.dispatch.assignUnits({ requestId: requestId(), assignmentId, unitIds: [unitId] });
    return { number: opened.number, incidentId, assignmentId, unitId };
  }

  async note(sent: Sent, text: string): Promise<void> {
    await this.operator.incidents.addNote({ requestId: requestId(), incidentId: sent.incidentId, text });
  }

  async release(sent: Sent): Promise<void> {
    await this.damkar.dispatch.releaseUnit({
      requestId: requestId(),
      assignmentId: sent.assignmentId,
      unitId: sent.unitId,
      reason: "Unit lain lebih dekat",
    });
  }

  /** Where the centre knows the unit to be. */
  async positionOf(sent: Sent): Promise<{ latitude: number; longitude: number } | undefined> {
    const { units } = await this.damkar.units.listUnits({});
    return units.find((unit) => unit.id === sent.unitId)?.positionNow?.point;
  }

  /** The case is closed, and what it says of people erased. */
  async erase({ incidentId, assignmentId }: Sent): Promise<void> {
    await this.damkar.dispatch.reportStatus({ requestId: requestId(), assignmentId, step: Step.COMPLETED });
    await this.operator.incidents.closeIncident({
      requestId: requestId(),
      incidentId,
      outcomeCode: "handled",
    });
    const supervisor = await signInApi(this.url, "supervisor1");
    await supervisor.incidents.erasePersonalData({
      requestId: requestId(),
      incidentId,
      reason: "Permohonan",
    });
  }

  /** The pictures of a case's photos. */
  async photos(sent: Sent): Promise<Uint8Array[]> {
    const { incident } = await this.operator.incidents.getIncident({ incidentId: sent.incidentId });
    const all = (incident?.photos ?? []).map((photo) =>
      this.operator.incidents.getPhoto({ incidentId: sent.incidentId, photoId: photo.id }),
    );
    return (await Promise.all(all)).map((one) => one.jpeg);
  }

  /** The sentences of the case's history, oldest first, with when they happened. */
  async history(sent: Sent): Promise<{ text: string; at: number; event: string }[]> {
    const { timeline } = await this.operator.incidents.getIncident({ incidentId: sent.incidentId });
    return timeline.map((one) => ({
      text: one.textId,
      event: one.event,
      at: Number(one.occurredAt?.seconds ?? 0n) * 1000,
    }));
  }
}

export interface Sent {
  number: string;
  incidentId: string;
  assignmentId: string;
  unitId: string;
}
