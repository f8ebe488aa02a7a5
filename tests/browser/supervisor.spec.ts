import { Agency } from "./support/agency.ts";
import { requestId, signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { DAMKAR, Operator } from "./support/operator.ts";
import { Supervisor } from "./support/supervisor.ts";
import { expect, test } from "./support/test.ts";

const DESK = { width: 1440, height: 900 };
const WALL = { width: 1920, height: 1080 };

test("a case moves over the board, its alarm is taken, its card is read along, taken over and handed on", async ({
  seat,
}) => {
  test.setTimeout(240_000);
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const supervisor = new Supervisor(await seat("supervisor1"));
  await expect(supervisor.page).toHaveURL(/\/supervisor$/);
  await expect(supervisor.page.getByText("Tanpa alarm")).toBeVisible();

  const number = await operator.dispatchCase({
    number: "0562 0000 701",
    caller: "Penjaga sekolah",
    narrative: "Asap tebal dari lantai dua.",
    type: "Kebakaran bangunan",
    also: ["PSC 119 Dinas Kesehatan"],
  });
  // Nobody sits at PSC 119: its assignment is not delivered, and the alarm says so.
  const lane = supervisor.lane("Dikirim");
  await expect(lane.getByText("Kebakaran bangunan")).toBeVisible();
  const take = supervisor.alarms.getByRole("button", { name: /^Saya ambil: / }).first();
  await expect(take).toBeVisible({ timeout: 30_000 });
  await inspect(supervisor.page, "supervisor-alarm");
  await supervisor.page.keyboard.press("F4");
  await expect(supervisor.alarms.getByText(/diambil Supervisor/).first()).toBeVisible();

  await damkar.fresh(number).getByRole("button", { name: "Siap, terima" }).click();
  await damkar.assign("DAMKAR-01", number);
  await expect(supervisor.lane("Berangkat").getByText("Kebakaran bangunan")).toBeVisible();

  await supervisor.tile(number).first().click();
  const card = supervisor.card(number);
  await expect(card.getByText("Asap tebal dari lantai dua.")).toBeVisible();
  await expect(card.getByText("Penjaga sekolah")).toBeVisible();
  await inspect(supervisor.page, "supervisor-card");
  await damkar.report("Tiba di lokasi");
  await expect(card.getByText(/Damkar: .*DAMKAR-01 di lokasi\./)).toBeVisible();
  await card.getByRole("button", { name: "Ambil alih" }).click();
  await expect(card.getByText("Kartu ini pada Anda")).toBeVisible();
  const next = card.getByLabel("Alihkan ke").locator("option").filter({ hasText: "meja 2" });
  await card.getByLabel("Alihkan ke").selectOption((await next.getAttribute("value")) ?? "");
  await card.getByRole("button", { name: "Alihkan", exact: true }).click();
  await expect(card.getByText(/Operator .*meja 2/).first()).toBeVisible();
  await supervisor.page.keyboard.press("Escape");
  await expect(card).toBeHidden();
});

test("figures are counted against their targets and lead to what was counted", async ({ server, seat }) => {
  test.setTimeout(240_000);
  const operator = new Operator(await seat("operator2"));
  const supervisor = new Supervisor(await seat("supervisor1"));
  const { page } = supervisor;
  const number = await operator.dispatchCase({
    number: "0562 0000 702",
    caller: "Pedagang pasar",
    narrative: "Api dari kios.",
    type: "Kebakaran bangunan",
  });
  const api = await signInApi(server.url, "operator3");
  const placed = await api.incidents.openIncident({
    requestId: requestId(),
    typeCode: "pohon-tumbang",
    narrative: "Pohon melintang di jalan.",
    place: { text: "Jalan contoh", point: { latitude: 0.897602, longitude: 108.978529, accuracyM: 10 } },
  });
  // The calls of this file's tests, each answered and sent at once.
  await supervisor.expectFigure("Dijawab ≤ 15 detik", /\d+ \/ \d+/);
  await expect(supervisor.figure("Panggilan hari ini")).toContainText("normal", { timeout: 45_000 });

  await page.keyboard.press("l");
  const levels = page.getByRole("dialog", { name: "Tingkat layanan hari ini" });
  await expect(levels.getByText("NENA-STA-020.1-2020").first()).toBeVisible();
  await expect(levels.getByText("Permendagri 114/2018")).toBeVisible();
  await inspect(page, "supervisor-levels");
  await levels
    .getByRole("button", { name: /^Kebakaran: tiba ≤ 15 menit: Berjalan \d+$/ })
    .click({ timeout: 45_000 });
  const running = page.getByRole("dialog", { name: "Kebakaran: tiba ≤ 15 menit: Berjalan" });
  await expect(running.getByRole("button", { name: number, exact: true })).toBeVisible();
  await inspect(page, "supervisor-figure");
  await running.getByRole("button", { name: number, exact: true }).click();
  await expect(supervisor.card(number).getByText("Api dari kios.")).toBeVisible();
  await page.keyboard.press("Escape");

  await page.keyboard.press("r");
  await expect(page).toHaveURL(/\/supervisor\/reports$/);
  await expect(
    page.getByRole("region", { name: "Menurut jenis" }).getByText("Kebakaran bangunan"),
  ).toBeVisible();
  await page.getByRole("radio", { name: "Bulan" }).check();
  await expect(page.getByRole("region", { name: "Menurut SKPD" }).getByText(DAMKAR)).toBeVisible();
  await inspect(page, "supervisor-report");
  // The map is of the same figures as the table beside it, and leads to the same cases.
  const map = page.getByRole("region", { name: "Peta kejadian menurut kelurahan" });
  const area = map.getByRole("button", { name: /^Daftar Pasiran: \d+$/ }).first();
  await expect(area).toBeVisible();
  const counted = (await area.getAttribute("aria-label"))?.replace(/\D+/g, "") ?? "";
  const table = page.getByRole("region", { name: "Menurut kelurahan", exact: true });
  await expect(table.getByRole("button", { name: `Daftar Pasiran: ${counted}` })).toBeVisible();
  await area.focus();
  await page.keyboard.press("Enter");
  const listed = page.getByRole("dialog", { name: /^Pasiran/ });
  await expect(listed.getByRole("button", { name: placed.number, exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(listed).toBeHidden();
  for (const format of ["PDF", "CSV", "XLSX"]) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: format, exact: true }).click();
    expect((await download).suggestedFilename()).toMatch(
      new RegExp(`^siaga-laporan-bulan-\\d{4}-\\d{2}-01\\.${format.toLowerCase()}$`),
    );
  }
  // A report that does not come is said, and the button is there to try again.
  await page.route(/GetActivityReport/, (route) => route.abort());
  await page.getByRole("button", { name: "PDF", exact: true }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "PDF", exact: true })).toBeEnabled();
  await page.unroute(/GetActivityReport/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/supervisor$/);
});

test("the wallboard shows the worst, has no controls, fits its screen and says when it is old", async ({
  server,
  seat,
}) => {
  test.setTimeout(240_000);
  const operator = new Operator(await seat("operator3"));
  await operator.dispatchCase({
    number: "0562 0000 703",
    caller: "Juru parkir",
    narrative: "Api dari gudang.",
    type: "Kebakaran bangunan",
  });
  const page = await seat("supervisor1");
  await page.keyboard.press("w");
  const wall = page.getByRole("main", { name: "Layar dinding Sigap 112" });
  await expect(wall.getByText("Data langsung")).toBeVisible();
  await expect(wall.getByText("Kebakaran bangunan").first()).toBeVisible();
  await expect(page.getByRole("button")).toHaveCount(0);
  for (const size of [DESK, WALL]) {
    await page.setViewportSize(size);
    await inspect(page, `wallboard-${size.width}`);
    const spills = await page.evaluate(() => {
      const { scrollHeight, scrollWidth, clientHeight, clientWidth } = document.documentElement;
      return scrollHeight > clientHeight || scrollWidth > clientWidth;
    });
    expect(spills, `${size.width}`).toBe(false);
    const smallest = await page.evaluate(() =>
      Math.min(
        ...[...document.querySelectorAll("main *")]
          .filter((one) =>
            [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
          )
          .map((one) => Number.parseFloat(getComputedStyle(one).fontSize)),
      ),
    );
    // 22 px of 1920 on a 55 inch wall are 14 mm: legible from 4 m.
    expect(smallest / size.width).toBeGreaterThanOrEqual(22 / 1920 - 1e-6);
  }
  await server.kill();
  await expect(wall.getByText(/Data berhenti sejak/)).toBeVisible();
  await inspect(page, "wallboard-lost");
  await server.restart();
  await expect(wall.getByText("Data langsung")).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/supervisor$/);
});

test("the board and the wallboard in the light and in English", async ({ seat }) => {
  test.setTimeout(240_000);
  const page = await seat("supervisor1", { theme: "light" });
  await page.setViewportSize(WALL);
  await expect(page.getByText("Kejadian terbuka")).toBeVisible();
  await inspect(page, "supervisor-light");
  await page.keyboard.press("w");
  await expect(page.getByText("Data langsung")).toBeVisible();
  await inspect(page, "wallboard-light");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Ganti ke bahasa Inggris" }).click();
  await expect(page.getByText("Open incidents")).toBeVisible();
  await expect(page.getByText("On the way")).toBeVisible();
  await page.screenshot({ path: "results/screens/supervisor-english.png" });
});

test("an operator and an agency have no supervisor's screen", async ({ seat }) => {
  const page = await seat("operator3");
  await page.goto("/supervisor");
  await expect(page.getByText(/Layar ini bukan untuk peran Anda/)).toBeVisible();
});
