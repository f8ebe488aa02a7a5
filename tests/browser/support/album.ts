import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";

const FOLDER = join("..", "..", "docs", "screens");
/** Small enough that the whole album weighs less than the code; letters stay sharp. */
const QUALITY = 40;

/** A screen's own switches: buttons, or in the menu of a crew's phone. */
async function press(page: Page, name: string): Promise<boolean> {
  const button = page.getByRole("button", { name }).first();
  if (await button.isVisible()) {
    await button.click();
    return true;
  }
  const menu = page.getByRole("button", { name: /^(Pilihan|Options)$/ });
  if (!(await menu.isVisible())) return false;
  await menu.click();
  await page.getByRole("menuitem", { name }).click();
  return true;
}

interface Framing {
  /** All of the page and not what a screen shows of it: paper. */
  whole?: boolean;
}

async function shoot(page: Page, name: string, { whole = false }: Framing = {}): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  // The pointer is somewhere: what it hovers over looks pressed.
  await page.mouse.move(1, 1);
  // JPEG: forty of them as PNG would be most of the repository.
  await page.screenshot({
    path: join(FOLDER, `${name}.jpg`),
    type: "jpeg",
    quality: QUALITY,
    animations: "disabled",
    fullPage: whole,
  });
}

/**
 * One screen as it stands: dark and in Indonesian, as most see it; and, where it has the switches, light and in English.
 */
export async function photograph(page: Page, name: string, framing?: Framing): Promise<void> {
  // What floats up and goes away by itself has nothing to say on a picture.
  await expect(page.locator(".toast")).toHaveCount(0, { timeout: 30_000 });
  await shoot(page, name, framing);
  if (framing?.whole) return;
  // A dialog covers the switches.
  if (await page.getByRole("dialog").first().isVisible()) return;
  if (!(await press(page, "Tema terang"))) return;
  await press(page, "Ganti ke bahasa Inggris");
  // A map draws its other colours over some frames, and nothing on the page tells when the last one is done.
  if (await page.locator("[data-map]").first().isVisible()) await page.waitForTimeout(3000);
  await shoot(page, `${name}-light-en`);
  await press(page, "Dark theme");
  await press(page, "Switch to Indonesian");
}
