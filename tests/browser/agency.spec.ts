import { Agency } from "./support/agency.ts";
import { DAMKAR, Operator, POLRES, PSC } from "./support/operator.ts";
import { expect, test } from "./support/test.ts";

test("a declined assignment vanishes there at once, and the operator sees it with an alarm", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const caller = "Petugas parkir pasar";
  const narrative = "Asap dari kios ikan, pintu terkunci.";
  const number = await operator.dispatchCase({
    number: "0562 0000 301",
    caller,
    narrative,
    type: "Kebakaran bangunan",
  });
  await expect(damkar.fresh(number)).toContainText(caller);
  await operator.expectStep(DAMKAR, "sampai");

  await damkar.fresh(number).getByRole("button", { name: "Tolak…" }).click();
  const dialog = damkar.page.getByRole("dialog", { name: `Tolak tugas ${number}` });
  const decline = dialog.getByRole("button", { name: "Tolak tugas", exact: true });
  await expect(decline).toBeDisabled();
  await dialog.getByLabel(/^Alasan/).fill("Semua armada di kebakaran lain");
  await decline.click();

  await expect(damkar.fresh(number)).toBeHidden();
  for (const secret of [caller, narrative, "0000 301"]) {
    await expect(damkar.page.locator("body")).not.toContainText(secret);
  }
  await operator.expectStep(DAMKAR, "ditolak");
  await expect(operator.row(DAMKAR, "ditolak")).toContainText("Menolak: Semua armada di kebakaran lain");
  await expect(operator.alarms).toContainText(number);
  await expect(
    operator.alarms.getByRole("button", { name: /^Saya ambil: .*(menolak|ditolak)/i }),
  ).toBeVisible();
});

test("a supporting agency does not see the caller until the operator shares it; the lead does", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator2"));
  const damkar = new Agency(await seat("damkar"));
  const psc = new Agency(await seat("psc119"));
  const caller = "Juru kunci vihara";
  const number = await operator.dispatchCase({
    number: "0562 0000 302",
    caller,
    narrative: "Api di atap bangunan samping.",
    type: "Kebakaran bangunan",
    also: [PSC],
  });
  await expect(damkar.fresh(number)).toContainText(`Pelapor: ${caller}`);
  await expect(psc.fresh(number)).toContainText("Api di atap bangunan samping.");
  await expect(psc.fresh(number)).toContainText("Data pelapor ada pada operator");
  await expect(psc.page.locator("body")).not.toContainText(caller);
  await expect(psc.page.locator("body")).not.toContainText("0000 302");

  await operator.card.getByRole("button", { name: `Tindakan untuk ${PSC}` }).click();
  await operator.page.getByRole("menuitem", { name: "Bagikan pelapor" }).click();
  await expect(psc.fresh(number)).toContainText(`Pelapor: ${caller}`);
  await operator.card.getByRole("button", { name: `Tindakan untuk ${PSC}` }).click();
  await operator.page.getByRole("menuitem", { name: "Sembunyikan pelapor" }).click();
  await expect(psc.fresh(number)).toContainText("Data pelapor ada pada operator");
});

test("an agency whose line died silently is alarmed about, and has the assignment once the line is back", async ({
  seat,
  wire,
}) => {
  const operator = new Operator(await seat("operator3"));
  const police = new Agency(await seat("polres", { wire }));
  wire.freeze();
  const number = await operator.dispatchCase({
    number: "0562 0000 303",
    caller: "Sopir angkutan",
    narrative: "Dua mobil bertabrakan di simpang.",
    type: "Kecelakaan lalu lintas",
  });
  await operator.expectStep(POLRES, "dikirim");
  const alarm = operator.alarms.getByRole("listitem").filter({ hasText: number });
  const late = alarm.getByText("Polres: tugas belum sampai", { exact: true });
  await expect(late).toBeVisible();
  // Three beats without an answer, five seconds each, tell the dispatcher that the line is dead.
  const bar = police.page.getByRole("banner");
  await expect(bar.getByText("Terputus", { exact: true })).toBeVisible({ timeout: 40_000 });
  await expect(police.fresh(number)).toBeHidden();
  wire.mend();
  await expect(police.fresh(number)).toBeVisible({ timeout: 40_000 });
  await expect(police.fresh(number)).toHaveCount(1);
  await operator.expectStep(POLRES, "sampai");
  await expect(late).toBeHidden();
});
