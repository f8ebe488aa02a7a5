import { expect, type Locator, type Page } from "@playwright/test";

export const DAMKAR = "Pemadam Kebakaran Kota Singkawang";
export const POLRES = "Polres Singkawang";
export const PSC = "PSC 119 Dinas Kesehatan";

/** The operator's screen, in the operator's words. */
export class Operator {
  constructor(readonly page: Page) {}

  /** The card in hand: a new one, or an incident's. */
  get card(): Locator {
    return this.page.getByRole("region", { name: /^Kejadian (baru|SKW-)/ });
  }

  get alarms(): Locator {
    return this.page.getByRole("region", { name: "Alarm", exact: true });
  }

  get timeline(): Locator {
    return this.card.getByRole("region", { name: "Linimasa" });
  }

  field(name: string): Locator {
    return this.card.getByLabel(name, { exact: true });
  }

  /** The row of an agency's assignment, as it stands at a step. */
  row(agency: string, step: string): Locator {
    return this.card.getByRole("group", { name: `${agency}: ${step}`, exact: true });
  }

  async expectStep(agency: string, step: string): Promise<void> {
    await expect(this.row(agency, step)).toBeVisible();
  }

  /** A call entered by hand, which is then in hand. */
  async ringByHand(number: string): Promise<void> {
    await this.page.keyboard.press("F2");
    const dialog = this.page.getByRole("dialog", { name: "Catat panggilan dengan tangan" });
    await dialog.getByLabel("Nomor", { exact: true }).fill(number);
    await dialog.getByRole("button", { name: "Catat dan jawab" }).click();
    await expect(dialog).toBeHidden();
    await expect(this.card.getByText("bicara", { exact: true })).toBeVisible();
  }

  async chooseType(name: string): Promise<void> {
    await this.card.getByRole("combobox", { name: "Jenis kejadian" }).fill(name);
    await this.card.getByRole("option", { name }).first().click();
    await expect(this.card.getByRole("combobox", { name: "Jenis kejadian" })).toHaveValue(name);
  }

  /** The tick of a proposed agency. */
  proposal(agency: string): Locator {
    return this.card.getByRole("checkbox", { name: new RegExp(`^${agency} (utama|pendukung|tambahan)$`) });
  }

  async verifyPlace(how = "Dipastikan pelapor"): Promise<void> {
    await this.card.getByRole("button", { name: "Verifikasi…" }).click();
    const dialog = this.page.getByRole("dialog", { name: "Verifikasi lokasi" });
    await dialog.getByRole("radio", { name: how }).check();
    await dialog.getByRole("button", { name: "Lokasi benar" }).click();
    await expect(dialog).toBeHidden();
    await expect(this.card.getByRole("region", { name: "Lokasi" })).toContainText("terverifikasi");
  }

  /** A call by hand that becomes an incident, sent to whom the type's plan ticks and to `also`. */
  async dispatchCase(about: {
    number: string;
    caller: string;
    narrative: string;
    type: string;
    also?: readonly string[];
  }): Promise<string> {
    await this.ringByHand(about.number);
    await this.field("Nama pelapor").fill(about.caller);
    await this.field("Tempat kejadian").fill("Jalan Niaga, deret ruko tengah");
    await this.field("Uraian kejadian").fill(about.narrative);
    await this.chooseType(about.type);
    for (const agency of about.also ?? []) await this.proposal(agency).check();
    await this.card.getByRole("button", { name: /^Buka dan kirim/ }).click();
    return this.incidentNumber();
  }

  /** The number of the incident in hand, once it is open. */
  async incidentNumber(): Promise<string> {
    const open = this.page.getByRole("region", { name: /^Kejadian SKW-/ });
    await expect(open).toBeVisible();
    return ((await open.getAttribute("aria-label")) ?? "").replace("Kejadian ", "");
  }

  /** Records what was said by telephone or radio. */
  async recordFor(agency: string, step: string): Promise<void> {
    await this.card.getByRole("button", { name: `Catat langkah ${agency}` }).click();
    const dialog = this.page.getByRole("dialog", { name: `Catat langkah ${agency}` });
    await dialog.getByLabel("Langkah", { exact: true }).selectOption({ label: step });
    await dialog.getByLabel("Lewat", { exact: true }).selectOption({ label: "Telepon" });
    await dialog.getByLabel(/^Bicara dengan/).fill("Perawat piket");
    await dialog.getByRole("button", { name: "Catat", exact: true }).click();
    await expect(dialog).toBeHidden();
  }

  async addNote(text: string): Promise<void> {
    await this.timeline.getByLabel("Catatan", { exact: true }).fill(text);
    await this.timeline.getByRole("button", { name: "Tambah" }).click();
  }
}
