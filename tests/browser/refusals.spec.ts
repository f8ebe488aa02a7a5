import { DAMKAR, Operator } from "./support/operator.ts";
import { expect, test } from "./support/test.ts";

test("a refusal is said in the dialog that was refused; a call outlives its case, in sight, until it is ended", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const { page } = operator;
  const mine = page.getByRole("region", { name: "Kartu saya" });

  await test.step("before it is sent, who has no session and whom to telephone stands in words", async () => {
    await operator.ringByHand("0562 0000 701");
    await operator.field("Tempat kejadian").fill("Jalan Niaga, deret ruko tengah");
    await operator.field("Uraian kejadian").fill("Asap dari gudang.");
    await operator.chooseType("Kebakaran bangunan");
    await operator.proposal("BPKS Mandiri").check();
    const send = operator.card.getByRole("region", { name: "Kirim ke" });
    await expect(send.getByText("Tanpa sesi, hubungi:")).toBeVisible();
    for (const agency of ["Damkar", "BPKS Mandiri"]) {
      await expect(send.locator(".who", { hasText: agency })).toContainText(/0000.*\((Telepon|Radio)\)/);
    }
    await page.screenshot({ path: "results/screens/operator-telephone-before-sending.png" });
    await operator.proposal("BPKS Mandiri").uncheck();
    await operator.card.getByRole("button", { name: /^Buka dan kirim/ }).click();
  });
  const number = await operator.incidentNumber();

  await test.step("the stage stands whole in the city's list, however long the agency's name is", async () => {
    const row = page
      .getByRole("region", { name: "Terbuka di kota" })
      .getByRole("button", { name: /Kebakaran/ });
    await expect(row).toContainText(/Damkar\s*dikirim/);
    await expect(row.getByTitle(DAMKAR)).toBeVisible();
    const stage = row.getByText("dikirim", { exact: true });
    expect(await stage.evaluate((one) => one.scrollWidth <= one.clientWidth || one.clientWidth === 0)).toBe(
      true,
    );
    const [inner, outer] = [await stage.boundingBox(), await row.boundingBox()];
    expect((inner?.x ?? 0) + (inner?.width ?? 0)).toBeLessThanOrEqual((outer?.x ?? 0) + (outer?.width ?? 0));
  });

  await test.step("closing is refused while an agency works: the dialog says why and keeps what was typed", async () => {
    await page.keyboard.press("F9");
    const dialog = page.getByRole("dialog", { name: `Tutup kejadian ${number}` });
    await dialog.getByLabel(/^Hasil/).selectOption({ label: "Ditangani" });
    await dialog.getByLabel("Penyebab").fill("Korsleting");
    await dialog.getByRole("button", { name: "Tutup kejadian", exact: true }).click();
    const alert = dialog.getByRole("alert");
    await expect(alert).toContainText("Masih bertugas");
    await expect(alert).toContainText("SIAGA-1307");
    await expect(alert).not.toContainText("Yang dapat dilakukan");
    await expect(dialog.getByLabel("Penyebab")).toHaveValue("Korsleting");
    await expect(page.locator(".toast")).toHaveCount(0);
    await page.screenshot({ path: "results/screens/operator-refused-in-dialog.png" });
    await dialog.getByRole("button", { name: "Batal" }).click();
  });

  await test.step("withdrawn and closed while the caller still talks: the call stays among my cards", async () => {
    await operator.card.getByRole("button", { name: `Tindakan untuk ${DAMKAR}` }).click();
    await page.getByRole("menuitem", { name: "Tarik…" }).click();
    const withdraw = page.getByRole("dialog", { name: `Tarik tugas ${DAMKAR}` });
    await withdraw.getByLabel(/^Alasan/).fill("Api sudah padam");
    await withdraw.getByRole("button", { name: "Tarik", exact: true }).click();
    await operator.expectStep(DAMKAR, "ditarik");
    await page.keyboard.press("F9");
    const dialog = page.getByRole("dialog", { name: `Tutup kejadian ${number}` });
    await expect(dialog.getByLabel("Penyebab")).toHaveValue("Korsleting");
    await dialog.getByRole("button", { name: "Tutup kejadian", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(operator.card.getByText("ditutup", { exact: true })).toBeVisible();
    await expect(mine).toContainText("bicara");
    await expect(mine).toContainText(number);
  });

  await test.step("also after another card and a reload, and it can be ended", async () => {
    await page.keyboard.press("F3");
    await expect(operator.card).toHaveAccessibleName("Kejadian baru");
    await page.reload();
    await mine.getByRole("button", { name: /Panggilan .*701/ }).click();
    await expect(operator.card).toHaveAccessibleName(`Kejadian ${number}`);
    await page.keyboard.press("F7");
    await expect(mine).toContainText("Belum ada kartu.");
    await expect(operator.card.getByText("bicara", { exact: true })).toBeHidden();
  });
});
