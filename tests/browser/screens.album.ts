import { Agency } from "./support/agency.ts";
import { photograph } from "./support/album.ts";
import { signInApi } from "./support/api.ts";
import { DAMKAR, Operator, PSC } from "./support/operator.ts";
import { Supervisor } from "./support/supervisor.ts";
import { expect, test } from "./support/test.ts";
import { withWebGl } from "./support/webgl.ts";

test.use({ launchOptions: withWebGl });

test("every screen, along one fire", async ({ server, seat, visitor }) => {
  const telephony = await signInApi(server.url, "operator2");
  const door = await visitor();
  await door.goto("/");
  await expect(door.getByLabel("Nama akun")).toBeVisible();
  await photograph(door, "masuk");

  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const psc = new Agency(await seat("psc119"));
  const supervisor = new Supervisor(await seat("supervisor1"));
  await photograph(operator.page, "operator-kosong");
  await telephony.ring("0562 0000 101");
  await telephony.ring("0562 0000 102");
  await expect(operator.page.getByRole("button", { name: /^Jawab .*101$/ })).toBeVisible();
  await operator.page.keyboard.press("F1");
  await operator.field("Nama pelapor").fill("Warga deret ruko");
  await operator.field("Uraian kejadian").fill("Asap tebal dari lantai dua, dua orang masih di dalam.");
  await operator.field("Tempat kejadian").fill("Jalan Niaga, deret ruko tengah");
  await operator.field("Titik atau tautan peta").fill("0.9063, 108.9872");
  await expect(operator.card.getByText(/^Titik di Kel\. /)).toBeVisible();
  await operator.verifyPlace();
  await operator.chooseType("Kebakaran bangunan");
  await operator.proposal(PSC).check();
  await photograph(operator.page, "operator-kartu");

  await operator.card.getByRole("button", { name: /^Buka dan kirim/ }).click();
  const number = await operator.incidentNumber();
  await expect(damkar.fresh(number)).toBeVisible();
  await expect(damkar.page.locator("[data-map][data-ready]")).toBeVisible({ timeout: 60_000 });
  await photograph(damkar.page, "skpd-tugas-baru");
  await operator.page.keyboard.press("F7");
  await damkar.fresh(number).getByRole("button", { name: "Siap, terima" }).click();
  await damkar.assign("DAMKAR-01", number);
  await damkar.assign("DAMKAR-02", number);
  await damkar.report("Berangkat");
  await psc.fresh(number).getByRole("button", { name: "Siap, terima" }).click();
  await psc.assign("PSC-01", number);
  await operator.expectStep(DAMKAR, "berangkat");
  await photograph(damkar.page, "skpd-berjalan");
  await photograph(operator.page, "operator-dikirim");
  await operator.page.getByRole("radio", { name: "Peta" }).check({ force: true });
  await expect(operator.page.locator("[data-map][data-ready]")).toBeVisible({ timeout: 60_000 });
  await photograph(operator.page, "operator-peta");
  await operator.page.getByRole("radio", { name: "Daftar" }).check({ force: true });
  await photograph(supervisor.page, "supervisor");
  await supervisor.page.keyboard.press("w");
  await expect(supervisor.page.getByText("Data langsung")).toBeVisible();
  await photograph(supervisor.page, "layar-dinding");
  await supervisor.page.keyboard.press("Escape");

  await operator.recordFor(PSC, "di lokasi");
  for (const step of ["Tiba di lokasi", "Terkendali", "Selesai"]) await damkar.report(step);
  await psc.report("Selesai");
  await operator.expectStep(PSC, "selesai");
  await operator.page.keyboard.press("F9");
  const close = operator.page.getByRole("dialog", { name: `Tutup kejadian ${number}` });
  await close.getByLabel(/^Hasil/).selectOption({ label: "Ditangani" });
  await close.getByLabel("Meninggal").fill("0");
  await close.getByLabel("Luka").fill("2");
  await photograph(operator.page, "operator-tutup");
  await close.getByRole("button", { name: "Tutup kejadian", exact: true }).click();
  await expect(operator.card.getByText("ditutup", { exact: true })).toBeVisible();
  await photograph(operator.page, "operator-ditutup");

  await supervisor.page.keyboard.press("l");
  await expect(supervisor.page.getByText("NENA-STA-020.1-2020").first()).toBeVisible();
  await photograph(supervisor.page, "supervisor-tingkat-layanan");
  await supervisor.page.keyboard.press("Escape");
  await supervisor.page.keyboard.press("r");
  const kinds = supervisor.page.getByRole("region", { name: "Menurut jenis" });
  await expect(kinds.getByText("Kebakaran bangunan")).toBeVisible();
  await photograph(supervisor.page, "supervisor-laporan");

  const analyst = await seat("analis1");
  const arrived = analyst.getByText(number, { exact: true }).first();
  await expect(async () => {
    await analyst.getByRole("button", { name: "Muat ulang" }).click();
    await expect(arrived).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 30_000 });
  await arrived.click();
  await expect(analyst.getByRole("region", { name: number }).getByText("Kebakaran bangunan")).toBeVisible();
  await photograph(analyst, "hub");
  const admin = await seat("admin");
  for (const [path, name, mark] of [
    ["/admin?part=accounts", "admin-akun", "operator1"],
    ["/admin?part=agencies", "admin-skpd", "Polres Singkawang"],
    ["/admin?part=types", "admin-jenis", "Kebakaran bangunan"],
    ["/admin?part=units", "admin-unit", "DAMKAR-01"],
    ["/admin?part=audit", "admin-jejak", /\d\d:\d\d/],
  ] as const) {
    await admin.goto(path);
    await expect(admin.getByRole("main").getByText(mark).first()).toBeVisible();
    await photograph(admin, name);
  }
});
