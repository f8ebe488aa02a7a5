import type { Locator } from "@playwright/test";
import { inspect } from "./support/inspect.ts";
import { Operator } from "./support/operator.ts";
import { expect, test } from "./support/test.ts";

/** What a dead tab said is forgotten after 15 s, and the feed looks once a second. */
const FORGOTTEN_MS = 30_000;

/** The quiet line in the card's head. */
const others = (operator: Operator): Locator => operator.card.getByTitle(/^Juga dibuka oleh/);
const named = (desk: number, more = "") => `Juga dibuka oleh Operator 112 meja ${desk}${more}`;

test("two operators see each other in a card, see who types, and see a dead tab go", async ({ seat }) => {
  const first = new Operator(await seat("operator1"));
  const number = await first.dispatchCase({
    number: "0562 0000 821",
    caller: "Pelapor 821",
    narrative: "Asap dari atap ruko.",
    type: "Kebakaran bangunan",
  });
  await expect(others(first)).toBeHidden();
  const second = new Operator(await seat("operator2"));
  const other = new Operator(await seat("operator3"));

  await test.step("each sees that the other has it open, and a third one is not told of", async () => {
    await second.page
      .getByRole("button", { name: new RegExp(number.split("-").at(-1) ?? "") })
      .first()
      .click();
    await expect(second.card).toContainText(number);
    await expect(others(first)).toHaveAttribute("title", named(2));
    await expect(others(second)).toHaveAttribute("title", named(1));
  });

  await test.step("who types is seen typing, and then no more", async () => {
    const header = await first.card.locator("header").first().boundingBox();
    await second.timeline.getByLabel("Catatan", { exact: true }).pressSequentially("Api sudah");
    await expect(others(first)).toHaveAttribute("title", named(2, " · mengetik"));
    await inspect(first.page, "operator-viewers");
    await expect(others(first)).toHaveAttribute("title", named(2), { timeout: FORGOTTEN_MS });
    expect(await first.card.locator("header").first().boundingBox()).toEqual(header);
  });

  await test.step("who lays the card aside is gone at once", async () => {
    await second.page.keyboard.press("F3");
    await expect(others(first)).toBeHidden();
  });

  await test.step("a tab that dies is forgotten", async () => {
    await other.page
      .getByRole("button", { name: new RegExp(number.split("-").at(-1) ?? "") })
      .first()
      .click();
    await expect(others(first)).toHaveAttribute("title", named(3));
    await other.page.close();
    await expect(others(first)).toBeHidden({ timeout: FORGOTTEN_MS });
  });
});
