import type { Locator, Page } from "@playwright/test";
import { DAMKAR, Operator } from "./support/operator.ts";
import { expect, test } from "./support/test.ts";

/** What an operator can do with a case besides the ten steps; each is done once by hand. */

async function choose(operator: Operator, item: string): Promise<void> {
  await operator.card.getByRole("button", { name: "Tindakan", exact: true }).click();
  await operator.page.getByRole("menuitem", { name: item }).click();
}

/** Chooses by typing what a person would type, and sends. */
async function pick(page: Page, title: string, words: string, submit: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByRole("combobox").fill(words);
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: submit, exact: true }).click();
  await expect(dialog).toBeHidden();
}

async function giveReason(page: Page, title: string | RegExp, submit: string, reason: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByRole("textbox").fill(reason);
  await dialog.getByRole("button", { name: submit, exact: true }).click();
  await expect(dialog).toBeHidden();
}

const aCase = (tail: string, narrative: string, type = "Kebakaran bangunan") => ({
  number: `0562 0000 ${tail}`,
  caller: `Pelapor ${tail}`,
  narrative,
  type,
});
const short = (number: string) => number.split("-").at(-1) ?? "";

test("a duplicate is merged, cases are linked, and both say so", async ({ seat }) => {
  const operator = new Operator(await seat("operator1"));
  const { page } = operator;
  const first = await operator.dispatchCase(aCase("901", "Asap tebal dari ruko sembako."));
  await page.keyboard.press("F7");
  const second = await operator.dispatchCase(aCase("902", "Ruko sembako terbakar."));
  await page.keyboard.press("F7");
  const third = await operator.dispatchCase(aCase("903", "Pohon menutup jalan.", "Pohon tumbang"));
  await page.keyboard.press("F7");

  await choose(operator, "Kaitkan…");
  await pick(page, "Kaitkan dengan kejadian", short(first), "Kaitkan");
  await expect(operator.card).toContainText(`Terkait: ${first}`);
  await expect(operator.card).toHaveAccessibleName(`Kejadian ${third}`);

  await page
    .getByRole("region", { name: "Kartu saya" })
    .getByRole("button", { name: short(second) })
    .click();
  await choose(operator, "Gabungkan duplikat…");
  await pick(page, "Kejadian ini duplikat dari", short(first), "Gabungkan");
  await expect(operator.card).toHaveAccessibleName(`Kejadian ${first}`);
  await expect(operator.card).toContainText(`Gabungan dari ${second}`);
  await expect(operator.card).toContainText(`Terkait: ${third}`);
  await expect(page.getByRole("region", { name: "Terbuka di kota" })).not.toContainText(short(second));

  await test.step("the duplicate is still found by its number, and says where it went", async () => {
    await page.keyboard.press("Alt+c");
    await page.keyboard.type(second);
    await page.keyboard.press("Enter");
    const results = page.getByRole("region", { name: "Hasil pencarian" });
    await results.getByRole("button", { name: short(second) }).click();
    await expect(operator.card).toContainText(`Digabung ke ${first}`);
    await expect(operator.card.getByRole("button", { name: "Tindakan", exact: true })).toBeHidden();
  });
});

test("a card goes to a colleague, comes back, and a shift is handed over with a message", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const colleague = new Operator(await seat("operator2"));
  const number = await operator.dispatchCase(aCase("911", "Api di kios pojok."));
  await operator.page.keyboard.press("F7");
  const mineOf = (page: Page): Locator => page.getByRole("region", { name: "Kartu saya" });

  await choose(operator, "Berikan ke rekan…");
  await pick(operator.page, "Berikan kartu ke", "meja 2", "Serahkan");
  await expect(mineOf(colleague.page)).toContainText(short(number));
  await expect(mineOf(operator.page)).not.toContainText(short(number));
  await expect(operator.card).toContainText("Pemegang: Operator 112 meja 2");

  await choose(operator, "Ambil kartu ini");
  await expect(mineOf(operator.page)).toContainText(short(number));
  await expect(mineOf(colleague.page)).not.toContainText(short(number));

  await operator.page.getByRole("button", { name: /^Keadaan saya/ }).click();
  await operator.page.getByRole("menuitem", { name: "Serah terima shift…" }).click();
  const dialog = operator.page.getByRole("dialog", { name: "Serah terima shift" });
  // The option also says what the colleague does at the moment.
  const value = await dialog.locator("option", { hasText: "meja 2" }).getAttribute("value");
  await dialog.getByLabel(/^Rekan/).selectOption(value ?? "");
  await dialog.getByLabel("Pesan untuk rekan").fill("Kios pojok: tunggu PLN.");
  await dialog.getByRole("button", { name: "Serahkan", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(mineOf(colleague.page)).toContainText(short(number));
  await expect(mineOf(operator.page)).toContainText("Belum ada kartu.");
});

test("a case is withdrawn from, cancelled, reopened, handed over to the neighbour's centre", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const { page } = operator;
  const number = await operator.dispatchCase(aCase("921", "Api di seberang sungai perbatasan."));
  await page.keyboard.press("F7");

  await operator.card.getByRole("button", { name: `Tindakan untuk ${DAMKAR}` }).click();
  await page.getByRole("menuitem", { name: "Tarik…" }).click();
  await giveReason(page, `Tarik tugas ${DAMKAR}`, "Tarik", "Di luar kota");
  await operator.expectStep(DAMKAR, "ditarik");
  await expect(operator.row(DAMKAR, "ditarik")).toContainText("Ditarik: Di luar kota");

  await choose(operator, "Batalkan kejadian…");
  await giveReason(page, `Batalkan kejadian ${number}`, "Batalkan kejadian", "Laporan keliru");
  await expect(operator.card.getByText("dibatalkan", { exact: true })).toBeVisible();

  await choose(operator, "Buka kembali…");
  await giveReason(page, `Buka kembali kejadian ${number}`, "Buka kembali", "Pelapor kedua");
  await expect(operator.card.getByText("dibatalkan", { exact: true })).toBeHidden();
  await expect(operator.timeline).toContainText("Pelapor kedua");

  await choose(operator, "Serahkan ke pusat tetangga…");
  const dialog = page.getByRole("dialog", { name: "Serahkan ke pusat panggilan tetangga" });
  await dialog.getByLabel(/^Pusat panggilan/).selectOption({ label: "Pusat panggilan Kabupaten Sambas" });
  await dialog.getByLabel(/^Diterima oleh/).fill("Operator jaga Sambas");
  await dialog.getByRole("button", { name: "Serahkan", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(operator.card).toContainText("diterima Operator jaga Sambas");
});
