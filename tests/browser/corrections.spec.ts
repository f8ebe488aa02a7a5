import { Agency } from "./support/agency.ts";
import { signInApi } from "./support/api.ts";
import { DAMKAR, Operator } from "./support/operator.ts";
import { expect, test } from "./support/test.ts";

/** What does not go as it should: nobody answered, a wrong key was pressed, something worse happened. */

const aCase = (tail: string, narrative: string) => ({
  number: `0562 0000 ${tail}`,
  caller: `Pelapor ${tail}`,
  narrative,
  type: "Kebakaran bangunan",
});

test("a call that nobody answered is called back until somebody is reached", async ({ server, seat }) => {
  const operator = new Operator(await seat("operator1"));
  const { page } = operator;
  const telephony = await signInApi(server.url, "operator2");
  const incoming = page.getByRole("region", { name: "Panggilan masuk" });
  const dialog = page.getByRole("dialog", { name: /^Telepon balik .*931$/ });
  const callBack = incoming.getByRole("button", { name: /^Telepon balik… .*931$/ });

  const callId = await telephony.ring("0562 0000 931");
  await expect(incoming.getByRole("button", { name: /^Jawab .*931$/ })).toBeVisible();
  await telephony.hangUp(callId);
  await callBack.click();
  await dialog.getByRole("button", { name: "Tidak tersambung" }).click();
  await expect(dialog).toBeHidden();
  await expect(incoming).toContainText("tidak tersambung");

  await callBack.click();
  await expect(dialog).toContainText(/Percobaan: .*Tidak tersambung/);
  await dialog.getByRole("button", { name: "Tersambung", exact: true }).click();
  await expect(incoming.getByText("Tidak ada yang menunggu.")).toBeVisible();
  await expect(callBack).toBeHidden();
  const attempts = (await telephony.calls.getCall({ callId })).call?.callBacks ?? [];
  expect(attempts.map((one) => one.reached)).toEqual([false, true]);
});

test("a step reported by mistake is taken back, and a unit is diverted to a worse case", async ({ seat }) => {
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const { page } = operator;
  const one = await operator.dispatchCase(aCase("932", "Api di bengkel."));
  await page.keyboard.press("F7");
  await damkar.fresh(one).getByRole("button", { name: "Siap, terima" }).click();
  await damkar.assign("DAMKAR-01", one);
  await operator.expectStep(DAMKAR, "unit ditugaskan");
  await damkar.report("Berangkat");
  await operator.expectStep(DAMKAR, "berangkat");

  await test.step("the step is corrected with a reason, and the timeline says so", async () => {
    await damkar.detail.getByRole("button", { name: "Tindakan lain" }).click();
    await damkar.page.getByRole("menuitem", { name: "Koreksi tahap…" }).click();
    const dialog = damkar.page.getByRole("dialog", { name: `Koreksi tahap ${one}` });
    await dialog.getByLabel(/^Sebenarnya masih/).selectOption({ label: "unit ditugaskan" });
    await dialog.getByLabel(/^Alasan/).fill("Salah tekan");
    await dialog.getByRole("button", { name: "Koreksi", exact: true }).click();
    await expect(dialog).toBeHidden();
    await operator.expectStep(DAMKAR, "unit ditugaskan");
    await expect(operator.timeline).toContainText("Salah tekan");
    await expect(operator.timeline).toContainText("koreksi");
  });

  await test.step("the unit goes to the worse case, and both cases say so", async () => {
    const two = await operator.dispatchCase(aCase("933", "Api di panti, orang terjebak."));
    await page.keyboard.press("F7");
    await damkar.fresh(two).getByRole("button", { name: "Siap, terima" }).click();
    await damkar.page.getByRole("button", { name: "Alihkan… DAMKAR-01" }).click();
    const dialog = damkar.page.getByRole("dialog", { name: `Alihkan DAMKAR-01 ke ${two}` });
    await dialog.getByRole("textbox").fill("Orang terjebak");
    await dialog.getByRole("button", { name: "Alihkan", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(operator.row(DAMKAR, "unit ditugaskan")).toContainText("DAMKAR-01");
    await expect(operator.card).toHaveAccessibleName(`Kejadian ${two}`);
    await page
      .getByRole("region", { name: "Kartu saya" })
      .getByRole("button", { name: one.split("-").at(-1) ?? one })
      .click();
    await expect(operator.card).toHaveAccessibleName(`Kejadian ${one}`);
    await expect(operator.timeline).toContainText("DAMKAR-01 dialihkan ke kejadian lain: Orang terjebak");
  });
});
