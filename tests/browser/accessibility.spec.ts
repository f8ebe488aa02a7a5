import { Agency } from "./support/agency.ts";
import { DAMKAR, Operator, PSC } from "./support/operator.ts";
import { inspect } from "./support/inspect.ts";
import { expect, test } from "./support/test.ts";

for (const theme of ["dark", "light"] as const) {
  test(`the sign-in is accessible (${theme})`, async ({ visitor }) => {
    const page = await visitor({ theme });
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Siaga 112" })).toBeVisible();
    await inspect(page, `sign-in-${theme}`);
  });

  test(`the operator's and the agency's screens are accessible (${theme})`, async ({ seat }) => {
    // axe reads ten screens, each for seconds on a busy machine.
    test.setTimeout(300_000);
    const operator = new Operator(await seat(theme === "dark" ? "operator1" : "operator2", { theme }));
    const damkar = new Agency(await seat("damkar", { theme }));
    await expect(damkar.page.getByText(/\d dari \d unit siap/)).toBeVisible();
    await inspect(operator.page, `operator-empty-${theme}`);
    await inspect(damkar.page, `agency-empty-${theme}`);

    await operator.ringByHand("0562 0000 601");
    await inspect(operator.page, `operator-call-${theme}`);
    await operator.field("Nama pelapor").fill("Penjaga sekolah");
    await operator.field("Tempat kejadian").fill("Jalan Niaga, deret ruko tengah");
    await operator.field("Titik atau tautan peta").fill("0.9063, 108.9872");
    await operator.field("Uraian kejadian").fill("Asap tebal dari lantai dua, dua orang masih di dalam.");
    await operator.chooseType("Kebakaran bangunan");
    await operator.verifyPlace();
    await inspect(operator.page, `operator-typed-${theme}`);
    await operator.proposal(PSC).check();
    await operator.card.getByRole("button", { name: "Buka dan kirim (2)" }).click();
    const number = await operator.incidentNumber();
    await operator.expectStep(DAMKAR, "sampai");
    await operator.expectStep(PSC, "dikirim");
    await expect(operator.alarms.getByRole("button", { name: /^Saya ambil/ }).first()).toBeVisible();
    await inspect(operator.page, `operator-sent-${theme}`);
    await inspect(damkar.page, `agency-new-${theme}`);

    await damkar.fresh(number).getByRole("button", { name: "Siap, terima" }).click();
    await operator.expectStep(DAMKAR, "diterima");
    await damkar.assign("DAMKAR-01", number);
    await damkar.report("Berangkat");
    await operator.expectStep(DAMKAR, "berangkat");
    await inspect(damkar.page, `agency-running-${theme}`);

    await operator.card.getByRole("button", { name: `Catat langkah ${PSC}` }).click();
    await expect(operator.page.getByRole("dialog")).toBeVisible();
    await inspect(operator.page, `operator-behalf-${theme}`);
    await operator.page.keyboard.press("Escape");
    await operator.page.keyboard.press("F9");
    await expect(operator.page.getByRole("dialog", { name: /^Tutup kejadian/ })).toBeVisible();
    await inspect(operator.page, `operator-close-${theme}`);
    await operator.page.keyboard.press("Escape");
    // The next theme begins with free units and an empty city.
    await operator.recordFor(PSC, "selesai");
    await damkar.report("Selesai");
    await operator.expectStep(DAMKAR, "selesai");
    await operator.expectStep(PSC, "selesai");
    await operator.page.keyboard.press("F9");
    const dialog = operator.page.getByRole("dialog", { name: /^Tutup kejadian/ });
    await dialog.getByLabel(/^Hasil/).selectOption({ label: "Ditangani" });
    await dialog.getByRole("button", { name: "Tutup kejadian", exact: true }).click();
    await expect(operator.card.getByText("ditutup", { exact: true })).toBeVisible();
    await operator.page.keyboard.press("F7");
    await expect(operator.card.getByText("bicara", { exact: true })).toBeHidden();
    await inspect(operator.page, `operator-over-${theme}`);
  });
}
