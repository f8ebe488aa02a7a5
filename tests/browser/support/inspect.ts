import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { englishOn } from "./english.ts";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** The screen as it stands: photographed for people, checked by axe, and read for English. */
export async function inspect(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `results/screens/${name}.png` });
  const found = await new AxeBuilder({ page }).withTags(WCAG).analyze();
  const said = found.violations.map(
    (one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html).join("\n  ")}`,
  );
  expect(said, name).toEqual([]);
  expect(await englishOn(page), name).toEqual([]);
}
