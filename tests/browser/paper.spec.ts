import { signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { DAMKAR, Operator, PSC } from "./support/operator.ts";
import { ago, Paper } from "./support/paper.ts";
import { expectConnected } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

test("a whole paper form is entered at once, survives a reload, checks its times, and is marked as entered later", async ({
  server,
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const { page } = operator;
  const paper = new Paper(page);
  const [ring, close] = [ago(120), ago(40)];

  await test.step("the form is typed by keyboard: Enter leads on", async () => {
    await page.keyboard.press("Alt+k");
    await expect(paper.field("Nomor formulir")).toBeFocused();
    await page.keyboard.type("K-0007");
    await page.keyboard.press("Enter");
    await expect(paper.field("Tanggal")).toBeFocused();
    await page.keyboard.type(ring.day);
    await paper.field("Nomor pelapor").fill("0562 0000 701");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Penjaga gudang");
    await page.keyboard.press("Enter");
    await expect(paper.field("Berdering")).toBeFocused();
    for (const time of [ring.time, ago(119).time, ago(112).time]) {
      await page.keyboard.type(time);
      await page.keyboard.press("Enter");
    }
    await paper.field("Tempat kejadian").fill("Gudang karet tepi sungai");
    await paper.field("Cara dipastikan").selectOption({ label: "Patokan" });
    await paper.field("Uraian kejadian").fill("Gudang terbakar, satu orang luka.");
    await paper.card.getByRole("combobox", { name: "Jenis kejadian" }).fill("keb bang");
    await page.keyboard.press("Enter");
    await paper.fillAgency(1, {
      words: "pemadam",
      contact: "Piket damkar",
      times: {
        Dihubungi: ago(117).time,
        dibaca: ago(117).time,
        berangkat: ago(113).time,
        "di lokasi": ago(105).time,
        selesai: ago(50).time,
      },
    });
    await paper.card.getByRole("button", { name: "Tambah instansi" }).click();
    await paper.fillAgency(2, {
      words: "psc",
      contact: "",
      times: { Dihubungi: ago(116).time, ditolak: ago(114).time },
    });
  });

  await test.step("a reload finds it as it was; calls and alarms stay beside it", async () => {
    await page.reload();
    await expectConnected(page);
    await expect(paper.field("Nomor formulir")).toHaveValue("K-0007");
    await expect(paper.agency(1).getByLabel("di lokasi", { exact: true })).toHaveValue(ago(105).time);
    await expect(page.getByRole("region", { name: "Panggilan masuk" })).toBeVisible();
  });

  await test.step("times that contradict each other and what is missing are said before it is sent", async () => {
    await paper.agency(1).getByLabel("di lokasi", { exact: true }).fill(ago(114).time);
    await expect(paper.agency(1)).toContainText("Lebih awal dari “Instansi 1: berangkat”");
    await expect(paper.card.getByRole("status")).toContainText("1 isian perlu diperiksa");
    await paper.agency(1).getByLabel("di lokasi", { exact: true }).fill(ago(105).time);
    await page.keyboard.press("Control+Enter");
    await expect(paper.card.getByRole("status")).toContainText("Wajib: Instansi 2: Bicara dengan");
    await paper.agency(2).getByLabel("Bicara dengan", { exact: true }).fill("Perawat piket");
    await paper.agency(2).getByLabel("Alasan menolak", { exact: true }).fill("Ambulans rusak");
    await paper.field("Ditutup").fill(close.time);
    await paper.field("Hasil").selectOption({ label: "Ditangani" });
    await paper.field("Luka").fill("1");
  });

  await test.step("it becomes a closed case with the times as they were, marked as entered later", async () => {
    await page.keyboard.press("Control+Enter");
    const number = await operator.incidentNumber();
    await expect(operator.card.getByText("Dari kertas K-0007", { exact: true })).toBeVisible();
    await expect(operator.card.getByText("ditutup", { exact: true })).toBeVisible();
    await operator.expectStep(DAMKAR, "selesai");
    await operator.expectStep(PSC, "ditolak");
    await expect(operator.timeline).toContainText("Dicatat belakangan dari formulir kertas nomor K-0007");
    const arrival = operator.timeline.getByRole("listitem").filter({ hasText: "Piket damkar" }).first();
    await expect(arrival).toContainText(/dicatat belakangan \d\d:\d\d/);
    await expect(page.getByRole("region", { name: "Alarm", exact: true })).toContainText("Tidak ada alarm.");

    const api = await signInApi(server.url, "operator2");
    const incident = (await api.incidents.getIncident({ number })).incident;
    const minute = (code: string) => {
      const stamp = incident?.stamps.find((one) => one.code === code);
      return Math.round((Date.now() / 1000 - Number(stamp?.at?.seconds ?? 0)) / 60);
    };
    for (const [code, minutes] of [
      ["T0", 120],
      ["T1", 119],
      ["T5", 117],
      ["T9", 105],
      ["T12", 40],
    ] as const) {
      // Paper knows minutes only, and the test goes on meanwhile.
      expect(Math.abs(minute(code) - minutes), code).toBeLessThanOrEqual(4);
    }
    expect(incident?.stamps.every((one) => one.recordedAt !== undefined)).toBe(true);
  });

  await test.step("the next form begins empty", async () => {
    await page.keyboard.press("Alt+k");
    await expect(paper.field("Nomor formulir")).toHaveValue("");
    await expect(paper.field("Tempat kejadian")).toHaveValue("");
  });
});

test("a prank on paper is a call and no case", async ({ seat }) => {
  const operator = new Operator(await seat("operator3"));
  const { page } = operator;
  const paper = new Paper(page);
  await page.keyboard.press("Alt+k");
  await paper.field("Jenis panggilan").selectOption({ label: "Prank" });
  await expect(paper.field("Uraian kejadian")).toBeHidden();
  await paper.field("Tanggal").fill(ago(30).day);
  await paper.field("Berdering").fill(ago(30).time);
  await paper.field("Dijawab").fill(ago(30).time);
  await paper.field("Telepon ditutup").fill(ago(29).time);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Panggilan dari kertas dicatat")).toBeVisible();
  await expect(paper.field("Berdering")).toHaveValue("");
});

for (const theme of ["dark", "light"] as const) {
  test(`paper is accessible, and prints on A4 (${theme})`, async ({ seat }) => {
    test.setTimeout(240_000);
    const page = await seat("operator2", { theme });
    await page.keyboard.press("Alt+k");
    await expect(page.getByLabel("Nomor formulir")).toBeFocused();
    await inspect(page, `paper-entry-${theme}`);
    await page.goto("/paper");
    await expect(page.getByText("Kebakaran bangunan: ", { exact: false }).first()).toBeVisible();
    await inspect(page, `paper-blank-${theme}`);
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
    const pages = [...pdf.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(pages.length).toBe(3);
    for (const [, width, height] of pages) {
      // A4 in points.
      expect(Math.abs(Number(width) - 595)).toBeLessThan(2);
      expect(Math.abs(Number(height) - 842)).toBeLessThan(2);
    }
  });
}
