import type { Page } from "@playwright/test";
import { Agency } from "./support/agency.ts";
import { photograph } from "./support/album.ts";
import { signInApi } from "./support/api.ts";
import { Crew, PHONES } from "./support/crew.ts";
import { night } from "./support/night.ts";
import { DAMKAR, Operator, PSC } from "./support/operator.ts";
import { ago, Paper } from "./support/paper.ts";
import { Supervisor } from "./support/supervisor.ts";
import { expect, test } from "./support/test.ts";
import { withWebGl } from "./support/webgl.ts";

test.use({ launchOptions: withWebGl });
// One night, told by several: what a screen shows, those before it have done.
test.describe.configure({ mode: "serial" });

const DRAWN_MS = 60_000;
const WALL = { width: 1920, height: 1080 };

async function drawn(page: Page): Promise<void> {
  await expect(page.locator("[data-map][data-ready]")).toBeVisible({ timeout: DRAWN_MS });
}

/** The night's fire: its case goes through every screen. */
let fire = "";

test("the door, and a fire from its call to its dispatch", async ({ server, seat, visitor }) => {
  const door = await visitor();
  await door.goto("/");
  await expect(door.getByLabel("Nama akun")).toBeVisible();
  await photograph(door, "sign-in");

  await night(server.url);
  const telephony = await signInApi(server.url, "operator2");
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const psc = new Agency(await seat("psc119"));
  const { page } = operator;
  await telephony.ring("0562 0000 101");
  await telephony.ring("0562 0000 102");
  await expect(page.getByRole("button", { name: /^Jawab .*101$/ })).toBeVisible();
  await photograph(page, "operator-calls");
  await page.keyboard.press("F1");
  await operator.field("Nama pelapor").fill("Warga deret ruko");
  await operator.field("Uraian kejadian").fill("Asap tebal dari lantai dua, dua orang masih di dalam.");
  await operator.field("Tempat kejadian").fill("Jalan Niaga, deret ruko tengah");
  await operator.field("Titik atau tautan peta").fill("0.9063, 108.9872");
  await expect(operator.card.getByText(/^Titik di Kel\. /)).toBeVisible();
  await operator.verifyPlace();
  await operator.chooseType("Kebakaran bangunan");
  await operator.proposal(PSC).check();
  await photograph(page, "operator-card");

  await operator.card.getByRole("button", { name: /^Buka dan kirim/ }).click();
  fire = await operator.incidentNumber();
  await expect(damkar.fresh(fire)).toBeVisible();
  await drawn(damkar.page);
  await photograph(damkar.page, "agency-new");
  await page.keyboard.press("F7");
  await damkar.fresh(fire).getByRole("button", { name: "Siap, terima" }).click();
  await damkar.assign("DAMKAR-01", fire);
  await damkar.assign("DAMKAR-02", fire);
  await damkar.report("Berangkat");
  await psc.fresh(fire).getByRole("button", { name: "Siap, terima" }).click();
  await psc.assign("PSC-01", fire);
  await operator.expectStep(DAMKAR, "berangkat");
  await photograph(damkar.page, "agency-running");
  await photograph(page, "operator-dispatched");
  await page.keyboard.press("Alt+m");
  await drawn(page);
  await photograph(page, "operator-map");
  await page.keyboard.press("Alt+m");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("banjir");
  await expect(
    page.getByRole("dialog", { name: "Baris perintah" }).getByRole("option").first(),
  ).toBeVisible();
  await photograph(page, "command-line");
  await page.keyboard.press("Escape");
});

test("the supervisor's board, map, card and wall", async ({ seat }) => {
  const supervisor = new Supervisor(await seat("supervisor1"));
  const { page } = supervisor;
  await expect(supervisor.lane("Berangkat").getByText("Kebakaran bangunan")).toBeVisible();
  await supervisor.expectFigure("Panggilan hari ini", /[1-9]/);
  await photograph(page, "supervisor");
  await supervisor.tile(fire).first().click();
  await expect(supervisor.card(fire).getByText("Warga deret ruko")).toBeVisible();
  await photograph(page, "supervisor-card");
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await drawn(page);
  await photograph(page, "supervisor-map");
  await page.keyboard.press("j");
  await expect(page.getByRole("region", { name: /^Kartu SKW-/ })).toBeVisible();
  await expect(page.locator("[data-map]")).toHaveAttribute("data-zoom", "15.0", { timeout: DRAWN_MS });
  await photograph(page, "supervisor-map-card");
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await page.keyboard.press("l");
  await expect(page.getByText("NENA-STA-020.1-2020").first()).toBeVisible();
  await photograph(page, "supervisor-levels");
  await page.keyboard.press("Escape");
  await page.keyboard.press("w");
  await page.setViewportSize(WALL);
  await expect(page.getByText("Data langsung")).toBeVisible();
  await photograph(page, "wallboard");
});

test("the crews' phones", async ({ seat }) => {
  const idle = await seat("bhakti-suci-01");
  const nurse = await seat("psc-01");
  const fireman = await seat("damkar-01");
  for (const page of [idle, nurse, fireman]) await page.setViewportSize(PHONES.large);
  await expect(idle.getByText("Siap menerima tugas")).toBeVisible();
  await photograph(idle, "unit-ready");
  await expect(new Crew(nurse).task(fire)).toContainText("TUGAS BARU");
  await photograph(nurse, "unit-new");
  await expect(new Crew(fireman).undo("Berangkat")).toBeVisible();
  await photograph(fireman, "unit-running");
});

test("the fire's end: closing, report, replay", async ({ seat }) => {
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const psc = new Agency(await seat("psc119"));
  const { page } = operator;
  await page.keyboard.press("Alt+1");
  await expect(page.getByRole("region", { name: `Kejadian ${fire}` })).toBeVisible();
  for (const agency of [damkar, psc]) {
    await agency.running.getByText(fire).click();
    await expect(agency.detail).toContainText(fire);
  }
  await operator.recordFor(PSC, "di lokasi");
  for (const step of ["Tiba di lokasi", "Terkendali", "Selesai"]) await damkar.report(step);
  await psc.report("Selesai");
  await operator.expectStep(PSC, "selesai");
  await page.keyboard.press("F9");
  const close = page.getByRole("dialog", { name: `Tutup kejadian ${fire}` });
  await close.getByLabel(/^Hasil/).selectOption({ label: "Ditangani" });
  await close.getByLabel("Meninggal").fill("0");
  await close.getByLabel("Luka").fill("2");
  await photograph(page, "operator-close");
  await close.getByRole("button", { name: "Tutup kejadian", exact: true }).click();
  await expect(operator.card.getByText("ditutup", { exact: true })).toBeVisible();
  await photograph(page, "operator-closed");

  const supervisor = await seat("supervisor1");
  await supervisor.keyboard.press("r");
  const kinds = supervisor.getByRole("region", { name: "Menurut jenis" });
  await expect(kinds.getByText("Kebakaran bangunan")).toBeVisible();
  await photograph(supervisor, "reports");
  await supervisor.emulateMedia({ media: "print" });
  await supervisor.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await supervisor.setViewportSize({ width: 794, height: 1123 });
  await photograph(supervisor, "reports-print", { whole: true });
  await supervisor.evaluate(() => dispatchEvent(new Event("afterprint")));
  await supervisor.emulateMedia({ media: "screen" });
  await supervisor.setViewportSize({ width: 1440, height: 900 });

  await supervisor.goto(`/supervisor/replay?case=${fire}`);
  const past = supervisor.getByRole("region", { name: "Rekaman masa lalu" });
  await expect(past).toContainText(fire);
  await drawn(supervisor);
  await supervisor.keyboard.press("End");
  await supervisor.keyboard.press("ArrowLeft");
  await supervisor.keyboard.press("ArrowLeft");
  await photograph(supervisor, "replay-case");
  await supervisor.goto("/supervisor/replay");
  await expect(supervisor.getByRole("heading", { name: "Satu rentang waktu" })).toBeVisible();
  await photograph(supervisor, "replay-choice");
  await supervisor.getByRole("button", { name: "Satu jam terakhir" }).click();
  await expect(past).toContainText("Seluruh pusat");
  await drawn(supervisor);
  await supervisor.keyboard.press("End");
  await photograph(supervisor, "replay-hour");
});

test("paper", async ({ seat }) => {
  const operator = new Operator(await seat("operator4"));
  const { page } = operator;
  const paper = new Paper(page);
  await page.keyboard.press("Alt+k");
  await paper.field("Nomor formulir").fill("K-0007");
  await paper.field("Tanggal").fill(ago(120).day);
  await paper.field("Nomor pelapor").fill("0562 0000 701");
  await paper.field("Nama pelapor").fill("Penjaga gudang");
  await paper.field("Berdering").fill(ago(120).time);
  await paper.field("Dijawab").fill(ago(119).time);
  await paper.field("Telepon ditutup").fill(ago(112).time);
  await paper.field("Tempat kejadian").fill("Gudang karet tepi sungai");
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
  await paper.field("Ditutup").fill(ago(40).time);
  await paper.field("Hasil").selectOption({ label: "Ditangani" });
  await paper.field("Luka").fill("1");
  await photograph(page, "paper-entry");
  await page.keyboard.press("Control+Enter");
  await operator.incidentNumber();
  await photograph(page, "paper-card");
  await page.goto("/paper");
  await expect(page.getByText("Kebakaran bangunan: ", { exact: false }).first()).toBeVisible();
  await photograph(page, "paper-blank");
});

test("the hub and the administration", async ({ server, seat }) => {
  // Photographed alone, too.
  if (!fire) await night(server.url);
  const analyst = await seat("analis1");
  const arrived = analyst.getByRole("button", { name: new RegExp(`^${fire || "SKW-"}`) }).first();
  await expect(async () => {
    await analyst.getByRole("button", { name: "Muat ulang" }).click();
    await expect(arrived).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 30_000 });
  await arrived.click();
  await expect(analyst.getByRole("region", { name: fire || /^SKW-/ })).toBeVisible();
  await photograph(analyst, "hub");
  const admin = await seat("admin");
  await expect(admin.getByRole("main").getByText("operator1").first()).toBeVisible();
  for (const [part, name, mark] of [
    ["accounts", "admin-accounts", "operator1"],
    ["agencies", "admin-agencies", "Polres Singkawang"],
    ["types", "admin-types", "Kebakaran bangunan"],
    ["units", "admin-units", "DAMKAR-01"],
    ["audit", "admin-audit", /\d\d:\d\d/],
  ] as const) {
    await admin.goto(`/admin?part=${part}`);
    await expect(admin.getByRole("main").getByText(mark).first()).toBeVisible();
    await photograph(admin, name);
  }
});
