import type { Page } from "@playwright/test";

/** A time of day in WIB, so many minutes ago, as somebody writes it on paper. */
export function ago(minutes: number): { time: string; day: string } {
  const at = new Date(Date.now() - minutes * 60_000);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Pontianak", ...options }).format(at);
  return {
    time: part({ hour: "2-digit", minute: "2-digit", hour12: false }),
    day: part({ day: "2-digit", month: "2-digit", year: "numeric" }),
  };
}

/** The entry of a paper form, filled from the top to the bottom by keyboard. */
export class Paper {
  constructor(readonly page: Page) {}

  get card() {
    return this.page.getByRole("region", { name: "Catat dari formulir kertas" });
  }

  field(name: string) {
    return this.card.getByLabel(name, { exact: true });
  }

  agency(n: number) {
    return this.card.getByRole("group", { name: `Instansi ${n}` });
  }

  async fillAgency(n: number, about: { words: string; contact: string; times: Record<string, string> }) {
    const row = this.agency(n);
    await row.getByRole("combobox", { name: `Instansi ${n}` }).fill(about.words);
    await this.page.keyboard.press("Enter");
    await row.getByLabel("Bicara dengan", { exact: true }).fill(about.contact);
    for (const [name, time] of Object.entries(about.times))
      await row.getByLabel(name, { exact: true }).fill(time);
  }
}
