import { expect, type Locator, type Page } from "@playwright/test";

/** The supervisor's screen, in the supervisor's words. */
export class Supervisor {
  constructor(readonly page: Page) {}

  /** A lane of the board, by its name. */
  lane(name: string): Locator {
    return this.page.getByRole("region", { name: new RegExp(`^${name}: \\d+$`) });
  }

  /** The tile of a case, by the last part of its number. */
  tile(number: string): Locator {
    return this.page.getByRole("button").filter({ hasText: number.split("-").at(-1) ?? number });
  }

  get alarms(): Locator {
    return this.page.getByRole("region", { name: "Alarm", exact: true });
  }

  card(number: string): Locator {
    return this.page.getByRole("region", { name: `Kartu ${number}` });
  }

  /** A figure of the top row, by how its name begins. */
  figure(name: string): Locator {
    return this.page.locator(`[aria-label^="${name}"]`).first();
  }

  async expectFigure(name: string, value: RegExp): Promise<void> {
    // Figures are counted every 20 s.
    await expect(this.figure(name)).toContainText(value, { timeout: 45_000 });
  }
}
