import { expect, type Locator, type Page } from "@playwright/test";

/** The agency dispatcher's screen, in the dispatcher's words. */
export class Agency {
  constructor(readonly page: Page) {}

  /** The new assignment of a case, which waits for a person. */
  fresh(number: string): Locator {
    return this.page.getByRole("region", { name: `Tugas baru ${number}` });
  }

  /** The case's new assignment fills the screen for long enough that keys act on it. */
  async expectRested(number: string): Promise<void> {
    await expect(this.fresh(number).getByRole("button", { name: "Baca dulu" })).toBeEnabled();
  }

  /** The new assignments that wait beside the one that fills the screen. */
  get others(): Locator {
    return this.page.getByRole("group", { name: "Tugas baru lain" });
  }

  get running(): Locator {
    return this.page.getByRole("region", { name: "Tugas berjalan" });
  }

  /** The assignment in hand. */
  get detail(): Locator {
    return this.page.getByRole("region", { name: "Tugas terpilih" });
  }

  async assign(unit: string, number: string): Promise<void> {
    await this.page.getByRole("button", { name: `Tugaskan ${unit} ke ${number}` }).click();
  }

  /** Reports a step of the whole assignment. */
  async report(step: string): Promise<void> {
    await this.detail
      .getByRole("group", { name: "Catat langkah" })
      .getByRole("button", { name: step, exact: true })
      .click();
  }
}
