import { passwordOf } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { Operator } from "./support/operator.ts";
import { expectConnected, giveCredentials } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

const NARRATIVE = "Pohon tumbang menimpa kabel, jalan tertutup.";
const AGAIN = "Sesi berakhir: masuk lagi";

test("a wrong password is said in plain words, and the name stays", async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/");
  await giveCredentials(page, "operator1", "bukan kata sandinya");
  await expect(page.getByRole("alert")).toContainText(/kata sandi/i);
  await expect(page.getByRole("alert")).toContainText(/SIAGA-\d{4}/);
  await expect(page.getByLabel("Nama akun")).toHaveValue("operator1");
  await giveCredentials(page, "operator1", passwordOf("operator1"));
  await expectConnected(page);
});

test("signing out in another tab asks for the sign-in over the open card, which keeps what was typed", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  await operator.ringByHand("0562 0000 401");
  await operator.field("Uraian kejadian").fill(NARRATIVE);

  const other = await operator.page.context().newPage();
  await other.goto("/operator");
  await expectConnected(other);
  await other.getByRole("button", { name: "Keluar", exact: true }).click();

  const dialog = operator.page.getByRole("dialog", { name: AGAIN });
  await expect(dialog).toBeVisible();
  await inspect(operator.page, "operator-sign-in-again-dark");
  await expect(operator.field("Uraian kejadian")).toHaveValue(NARRATIVE);
  await expect(dialog.getByLabel("Nama akun")).toHaveValue("operator1");
  await dialog.getByLabel("Kata sandi").fill(passwordOf("operator1"));
  await dialog.getByRole("button", { name: "Masuk", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expectConnected(operator.page);
  await expect(operator.field("Uraian kejadian")).toHaveValue(NARRATIVE);
  await operator.page.keyboard.press("F8");
  await operator.incidentNumber();
  await expect(operator.field("Uraian kejadian")).toHaveValue(NARRATIVE);
});

test("a command that meets an ended session goes through by itself after the sign-in", async ({ seat }) => {
  const operator = new Operator(await seat("operator2"));
  await operator.ringByHand("0562 0000 402");
  await operator.field("Uraian kejadian").fill(NARRATIVE);
  // The credential is gone, and nothing has told the page yet.
  await operator.page.context().clearCookies();
  await operator.card.getByRole("button", { name: "Buka kejadian" }).click();

  const dialog = operator.page.getByRole("dialog", { name: AGAIN });
  await dialog.getByLabel("Kata sandi").fill("salah lagi, ulangi");
  await dialog.getByRole("button", { name: "Masuk", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText(/kata sandi/i);
  await dialog.getByLabel("Kata sandi").fill(passwordOf("operator2"));
  await dialog.getByRole("button", { name: "Masuk", exact: true }).click();
  await expect(dialog).toBeHidden();
  await operator.incidentNumber();
  await expect(operator.field("Uraian kejadian")).toHaveValue(NARRATIVE);
});

test("two operators edit one card: the second is shown what changed, and decides", async ({ seat }) => {
  const first = new Operator(await seat("operator3"));
  const second = new Operator(await seat("operator4"));
  await first.ringByHand("0562 0000 403");
  await first.field("Uraian kejadian").fill("Sarang tawon di atap sekolah.");
  await first.chooseType("Evakuasi ular");
  await first.page.keyboard.press("F8");
  const number = await first.incidentNumber();

  const open = second.page.getByRole("region", { name: "Terbuka di kota" });
  await open.getByRole("button", { name: new RegExp(number.split("-").at(-1) ?? "") }).click();
  await expect(second.field("Uraian kejadian")).toHaveValue("Sarang tawon di atap sekolah.");

  // The first types and stays in the field; the second is quicker.
  await first.field("Uraian kejadian").fill("Ular di ruang kelas, murid sudah keluar.");
  await second.field("Uraian kejadian").fill("Ular sanca di ruang guru.");
  await second.field("Nama pelapor").focus();
  const saved = second.card.getByRole("region", { name: "Kejadian", exact: true });
  await expect(saved).toContainText("dicatat");
  await first.field("Nama pelapor").focus();

  const dialog = first.page.getByRole("dialog", { name: "Kartu berubah selagi Anda mengetik" });
  const line = dialog.getByRole("row", { name: /^Uraian kejadian/ });
  await expect(line).toContainText("Ular sanca di ruang guru.");
  await expect(line).toContainText("Ular di ruang kelas, murid sudah keluar.");
  await inspect(first.page, "operator-conflict-dark");
  await dialog.getByRole("button", { name: "Pakai yang saya ketik" }).click();
  await expect(dialog).toBeHidden();
  await expect(first.field("Uraian kejadian")).toHaveValue("Ular di ruang kelas, murid sudah keluar.");
  await expect(second.field("Uraian kejadian")).toHaveValue("Ular di ruang kelas, murid sudah keluar.");
});
