import { expect } from "@playwright/test";
import { Step } from "../../../operator-console/web/src/gen/siaga/v1/dispatch_pb.ts";
import { requestId, signInApi, type Api } from "./api.ts";

/** A case as the centre sent it to one agency. */
export interface Sent {
  number: string;
  incidentId: string;
  assignmentId: string;
}

/** The centre and one agency, as programs: cases are sent, and looked at, without a screen. */
export class Centre {
  private constructor(
    readonly desk: Api,
    private readonly agency: string,
  ) {}

  static async over(url: string, agency: string): Promise<Centre> {
    return new Centre(await signInApi(url, "operator4"), agency);
  }

  /** Opens a case of that priority (0: nobody has said its kind yet) and sends it to the agency. */
  async send(priority: number, text: string): Promise<Sent> {
    const opened = await this.desk.incidents.openIncident({
      requestId: requestId(),
      callerName: "Warga sekitar",
      narrative: "Laporan untuk uji layar dispatcher.",
      ...(priority > 0 ? { typeCode: "pohon-tumbang", priority, priorityReason: "menurut pelapor" } : {}),
      place: { text },
    });
    const incidentId = opened.changed?.id ?? "";
    const sent = await this.desk.dispatch.dispatchIncident({
      requestId: requestId(),
      incidentId,
      agencyCodes: [this.agency],
    });
    return { number: opened.number, incidentId, assignmentId: sent.assignmentIds[0] ?? "" };
  }

  async withdraw(one: Sent): Promise<void> {
    await this.desk.dispatch.withdrawAssignment({
      requestId: requestId(),
      assignmentId: one.assignmentId,
      reason: "Salah kirim",
    });
  }

  async stepOf(one: Sent): Promise<Step> {
    const { incident } = await this.desk.incidents.getIncident({ incidentId: one.incidentId });
    return incident?.assignments.find(({ id }) => id === one.assignmentId)?.step ?? Step.UNSPECIFIED;
  }

  /** Waits until the assignment is at that step. */
  async expectStep(one: Sent, step: Step): Promise<void> {
    await expect.poll(() => this.stepOf(one), { message: one.number }).toBe(step);
  }
}
