import { readFile } from "node:fs/promises";
import type { Download, Page } from "@playwright/test";
import { Agency } from "./support/agency.ts";
import { signInApi } from "./support/api.ts";
import { DAMKAR, Operator, PSC } from "./support/operator.ts";
import { expectConnected } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

const CALLER = "Warga deret ruko";
const NARRATIVE = "Asap tebal dari lantai dua, dua orang masih di dalam.";

/** Opens the report and gives what came: a tab with the document, or a file. */
async function openReport(page: Page): Promise<Page | Download> {
  const reply = page.waitForResponse(/GetReport/);
  const came = Promise.race([
    page.context().waitForEvent("page", { timeout: 30_000 }),
    page.waitForEvent("download", { timeout: 30_000 }),
  ]);
  await page.getByRole("button", { name: "Laporan (PDF)" }).click();
  expect((await (await reply).body()).includes("%PDF-")).toBe(true);
  return came;
}

test("a call goes through the ten steps: taken, verified, dispatched, handled, closed, reported, in the hub", async ({
  server,
  seat,
  wire,
}) => {
  test.setTimeout(240_000);
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar", { wire }));
  const psc = new Agency(await seat("psc119"));
  const telephony = await signInApi(server.url, "operator2");

  await test.step("the call rings and F1 answers it", async () => {
    await telephony.ring("0562 0000 101");
    const incoming = operator.page.getByRole("region", { name: "Panggilan masuk" });
    await expect(incoming.getByRole("button", { name: /^Jawab .*101$/ })).toBeVisible();
    await operator.page.keyboard.press("F1");
    await expect(operator.card.getByText("bicara", { exact: true })).toBeVisible();
    await expect(operator.field("Nama pelapor")).toBeFocused();
  });

  await test.step("a reload in the middle of the call finds call, card and typed text again", async () => {
    await operator.field("Nama pelapor").fill(CALLER);
    await operator.field("Uraian kejadian").fill(NARRATIVE);
    await operator.page.reload();
    await expectConnected(operator.page);
    await expect(operator.card.getByText("bicara", { exact: true })).toBeVisible();
    await expect(operator.field("Nama pelapor")).toHaveValue(CALLER);
    await expect(operator.field("Nomor pelapor")).toHaveValue(/0000.?101$/);
    await expect(operator.field("Uraian kejadian")).toHaveValue(NARRATIVE);
  });

  await test.step("place and type are recorded, the place is verified", async () => {
    await operator.field("Tempat kejadian").fill("Jalan Niaga, deret ruko tengah");
    await operator.field("Titik atau tautan peta").fill("0.9063, 108.9872");
    await expect(operator.card.getByText(/^Titik di Kel\. /)).toBeVisible();
    await operator.verifyPlace();
    await operator.chooseType("Kebakaran bangunan");
    await expect(operator.card.getByText("Semua langkah terisi")).toBeVisible();
  });

  const number = await test.step("it is dispatched to both, and both screens show it", async () => {
    await expect(operator.proposal(DAMKAR)).toBeChecked();
    await expect(operator.proposal(PSC)).not.toBeChecked();
    await operator.proposal(PSC).check();
    await operator.card.getByRole("button", { name: "Buka dan kirim (2)" }).click();
    const opened = await operator.incidentNumber();
    for (const agency of [damkar, psc]) {
      await expect(agency.fresh(opened)).toBeVisible();
      await expect(agency.fresh(opened)).toContainText("Kebakaran bangunan, Jalan Niaga");
      await expect(agency.fresh(opened)).toContainText(NARRATIVE);
    }
    for (const agency of [DAMKAR, PSC]) await operator.expectStep(agency, "sampai");
    return opened;
  });

  await test.step("the operator ends the call", async () => {
    await operator.page.keyboard.press("F7");
    await expect(operator.card.getByText("bicara", { exact: true })).toBeHidden();
  });

  await test.step("the fire service reads, checks, accepts and sends its units; the operator sees it live", async () => {
    await damkar.expectRested(number);
    await damkar.page.keyboard.press("Space");
    await operator.expectStep(DAMKAR, "dibaca");
    await expect(damkar.fresh(number)).toBeHidden();
    await damkar.report("Siap, terima");
    await operator.expectStep(DAMKAR, "diterima");
    await expect(operator.row(DAMKAR, "diterima").locator("i[title^='siap ']")).toHaveCount(1);
    await damkar.assign("DAMKAR-01", number);
    await operator.expectStep(DAMKAR, "unit ditugaskan");
    await damkar.assign("DAMKAR-02", number);
    await expect(operator.row(DAMKAR, "unit ditugaskan")).toContainText("DAMKAR-02");
    // A unit of its own sets out first, and the assignment follows it.
    await damkar.detail.getByRole("button", { name: "DAMKAR-01: Berangkat" }).click();
    await operator.expectStep(DAMKAR, "berangkat");
    await expect(operator.row(DAMKAR, "berangkat")).toContainText(
      "DAMKAR-01 berangkat, DAMKAR-02 unit ditugaskan",
    );
  });

  await test.step("the medical service accepts at once", async () => {
    await psc.fresh(number).getByRole("button", { name: "Siap, terima" }).click();
    await operator.expectStep(PSC, "diterima");
    await psc.assign("PSC-01", number);
    await operator.expectStep(PSC, "unit ditugaskan");
  });

  await test.step("the fire service loses its connection: the bar says so, and nothing is missing afterwards", async () => {
    const bar = damkar.page.getByRole("banner");
    await expect(damkar.detail).toContainText(`${PSC}unit ditugaskan`);
    wire.cut();
    await expect(bar.getByText("Terputus", { exact: true })).toBeVisible();
    await expect(bar).toContainText("Data berhenti sejak");
    await operator.addNote("Listrik deret ruko sudah diputus.");
    await expect(operator.timeline).toContainText("Listrik deret ruko sudah diputus.");
    await operator.recordFor(PSC, "di lokasi");
    await operator.expectStep(PSC, "di lokasi");
    wire.mend();
    await expectConnected(damkar.page);
    await expect(bar).not.toContainText("Data berhenti sejak");
    await expect(damkar.detail).toContainText("Listrik deret ruko sudah diputus.");
    await expect(damkar.detail).toContainText(`${PSC}di lokasi`);
  });

  await test.step("what was said by telephone is in the timeline as such", async () => {
    await expect(operator.timeline).toContainText("di lokasi (via telepon, disampaikan oleh Perawat piket)");
    await expect(psc.detail.getByText("di lokasi", { exact: true }).first()).toBeVisible();
  });

  await test.step("on scene, under control, completed", async () => {
    for (const [button, step] of [
      ["Tiba di lokasi", "di lokasi"],
      ["Terkendali", "terkendali"],
      ["Selesai", "selesai"],
    ] as const) {
      await damkar.report(button);
      await operator.expectStep(DAMKAR, step);
    }
    await psc.report("Selesai");
    await operator.expectStep(PSC, "selesai");
    for (const agency of [damkar, psc]) await expect(agency.running).not.toContainText(number);
  });

  await test.step("the case is closed with outcome and victims", async () => {
    await operator.page.keyboard.press("F9");
    const dialog = operator.page.getByRole("dialog", { name: `Tutup kejadian ${number}` });
    await dialog.getByLabel(/^Hasil/).selectOption({ label: "Ditangani" });
    await dialog.getByLabel("Meninggal").fill("0");
    await dialog.getByLabel("Luka").fill("2");
    await expect(dialog).toContainText(
      "Laporan belum memuat: Hilang, Mengungsi, Penyebab, Tindakan instansi",
    );
    await dialog.getByLabel("Penyebab").fill("Korsleting di dapur");
    await dialog.getByLabel("Tindakan instansi").fill("Dipadamkan dan didinginkan, dua korban dirawat.");
    await dialog.getByRole("button", { name: "Tutup kejadian", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(operator.card.getByText("ditutup", { exact: true })).toBeVisible();
    await expect(operator.card).toContainText("Ditangani");
  });

  await test.step("the case is gone from the operator's open ones and the agency's running ones", async () => {
    await expect(operator.page.getByRole("region", { name: "Terbuka di kota" })).toContainText(
      "Tidak ada kejadian terbuka.",
    );
    await expect(damkar.page.getByText("Tidak ada tugas berjalan.")).toBeVisible();
  });

  await test.step("the report is a PDF", async () => {
    const came = await openReport(operator.page);
    if ("saveAs" in came) {
      expect((await readFile(await came.path())).subarray(0, 5).toString()).toBe("%PDF-");
    } else {
      expect(came.url()).toMatch(/^blob:/);
      await came.close();
    }
  });

  await test.step("the hub has it: T13, and every stamp before it", async () => {
    const found = await telephony.incidents.searchIncidents({ number });
    const incidentId = found.incidents[0]?.id ?? "";
    const stamps = async (): Promise<string[]> =>
      ((await telephony.incidents.getIncident({ incidentId })).incident?.stamps ?? []).map((one) => one.code);
    await expect.poll(stamps, { timeout: 30_000 }).toContain("T13");
    await expect(operator.timeline).toContainText("Pusat data menerima laporan penutupan");
    expect(await stamps()).toEqual(Array.from({ length: 14 }, (_, index) => `T${index}`));
  });
});
