import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";

const FOLDER = join("..", "..", "docs", "screens");

async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  // JPEG: forty of them as PNG would be most of the repository.
  await page.screenshot({
    path: join(FOLDER, `${name}.jpg`),
    type: "jpeg",
    quality: 72,
    animations: "disabled",
  });
}

/** One screen as it stands: dark and light in Indonesian, and dark in English where it has the switch. */
export async function photograph(page: Page, name: string): Promise<void> {
  await shoot(page, `${name}-gelap`);
  const theme = (value: string) =>
    page.evaluate((to) => {
      document.documentElement.dataset.theme = to;
    }, value);
  await theme("light");
  await shoot(page, `${name}-terang`);
  await theme("dark");
  const english = page.getByRole("button", { name: "Ganti ke bahasa Inggris" });
  if (!(await english.isVisible()) || (await page.getByRole("dialog").isVisible())) return;
  await english.click();
  await shoot(page, `${name}-english`);
  await page.getByRole("button", { name: "Switch to Indonesian" }).click();
}
