import type { Locator, Page } from "@playwright/test";
import { Agency } from "./support/agency.ts";
import { Centre, Crew, PHONES } from "./support/crew.ts";
import { inspect } from "./support/inspect.ts";
import { expect, test } from "./support/test.ts";

const NARRATIVE = "Asap tebal dari lantai dua, dua orang masih di dalam. Tabung gas di dapur belakang.";

for (const theme of ["dark", "light"] as const) {
  test(`a crew takes an assignment from the first sound to the end (${theme})`, async ({ server, seat }) => {
    const centre = await Centre.of(server.url);
    const page = await seat("damkar-01", { theme });
    const crew = new Crew(page);
    await page.setViewportSize(PHONES.small);
    await expect(page).toHaveURL(/\/unit$/);
    await expect(page.getByText("Siap menerima tugas")).toBeVisible();
    await inspect(page, `unit-ready-${theme}`);

    const sent = await centre.send("DAMKAR-01", { narrative: NARRATIVE, number: "0562 0000 901" });
    const task = crew.task(sent.number);
    await expect(task).toContainText("TUGAS BARU");
    await expect(task).toContainText("Jalan Niaga, ruko deretan pasar");
    await expect(task).toContainText(NARRATIVE);
    await expect(task.getByRole("link", { name: "Telepon 0562 0000 901" })).toHaveAttribute(
      "href",
      "tel:05620000901",
    );
    await expect(task.getByRole("link", { name: "Buka navigasi" })).toHaveAttribute("href", /0\.906300/);
    await inspect(page, `unit-new-${theme}`);
    for (const [name, size] of Object.entries(PHONES)) {
      await page.setViewportSize(size);
      await page.screenshot({ path: `results/screens/unit-new-${name}-${theme}.png` });
      // All of it is in reach without scrolling sideways.
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize(PHONES.small);

    await crew.button("Sudah dibaca, hentikan bunyi").click();
    await expect(task).not.toContainText("TUGAS BARU");
    await crew.button("Berangkat").click();
    await expect(crew.undo("Berangkat")).toBeVisible();
    await centre.note(sent, "Jalan depan ditutup, masuk dari gang samping.");
    await expect(task).toContainText("1 baru");
    await inspect(page, `unit-note-${theme}`);
    await page.getByRole("button", { name: /^1 catatan baru: Jalan depan ditutup/ }).click();

    await test.step("a wrong tap is taken back, and the log keeps both", async () => {
      await crew.button("Tiba di lokasi").click();
      await expect(crew.undo("Tiba di lokasi")).toBeVisible();
      await crew.hold(crew.undo("Tiba di lokasi"));
      await expect(crew.undo("Berangkat")).toBeVisible();
      await crew.button("Tiba di lokasi").click();
      await expect(crew.undo("Tiba di lokasi")).toBeVisible();
    });

    await test.step("help is asked for with two presses", async () => {
      await crew.button("Butuh bantuan").click();
      const dialog = page.getByRole("dialog", { name: "Minta bantuan" });
      await dialog.getByRole("button", { name: "Tangki air" }).click();
      await inspect(page, `unit-help-${theme}`);
      await dialog.getByRole("button", { name: "Kirim permintaan" }).click();
      await expect(task).toContainText("Bantuan diminta: Tangki air");
    });

    await test.step("a short tap does not end the work, holding does, and that can be taken back", async () => {
      await crew.held("Selesai").click();
      await expect(crew.held("Selesai")).toContainText("Tahan tombol");
      await crew.hold(crew.held("Selesai"));
      await expect(page.getByText("Siap menerima tugas")).toBeVisible();
      await inspect(page, `unit-done-${theme}`);
      await crew.hold(crew.held("Batalkan Selesai").first());
      await expect(crew.undo("Tiba di lokasi")).toBeVisible();
      await crew.button("Terkendali").click();
      await expect(crew.undo("Terkendali")).toBeVisible();
      await crew.hold(crew.held("Selesai"));
      await expect(page.getByText("Siap menerima tugas")).toBeVisible();
    });

    await test.step("out of service needs a reason", async () => {
      await crew.button("Tidak beroperasi…").click();
      await page.getByRole("dialog").getByRole("button", { name: "Isi air" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Catat tidak beroperasi" }).click();
      await expect(page.getByText("Alasan: Isi air")).toBeVisible();
      await inspect(page, `unit-out-${theme}`);
      await crew.button("Beroperasi lagi").click();
      await expect(page.getByText("Siap menerima tugas")).toBeVisible();
    });
  });
}

test("an assignment that is taken away says so", async ({ server, seat }) => {
  const centre = await Centre.of(server.url);
  const page = await seat("damkar-01");
  const crew = new Crew(page);
  await page.setViewportSize(PHONES.large);
  const sent = await centre.send("DAMKAR-01", { narrative: NARRATIVE, number: "0562 0000 902" });
  await expect(crew.task(sent.number)).toBeVisible();
  await centre.release(sent);
  await expect(page.getByRole("alert")).toContainText(`${sent.number} bukan lagi tugas unit ini`);
  await expect(page.locator("body")).not.toContainText(NARRATIVE);
  await crew.button("Mengerti").click();
  await expect(page.getByText("bukan lagi tugas")).toBeHidden();
});

test("a crew without a network goes on, over a reload too, and everything arrives once, in order and with its time", async ({
  server,
  seat,
  wire,
}) => {
  const centre = await Centre.of(server.url);
  const page = await seat("damkar-01", { wire });
  const crew = new Crew(page);
  await page.setViewportSize(PHONES.small);
  const sent = await centre.send("DAMKAR-01", { narrative: NARRATIVE, number: "0562 0000 903" });
  const task = crew.task(sent.number);
  await crew.button("Sudah dibaca, hentikan bunyi").click();
  await crew.button("Berangkat").click();
  await expect(crew.undo("Berangkat")).toContainText("✓");
  // The phone has what it needs to open this screen by itself.
  await crew.expectInstallable();

  wire.cut();
  await expect(page.getByRole("banner").getByText("Terputus", { exact: true })).toBeVisible();
  await crew.button("Tiba di lokasi").click();
  await expect(crew.waiting.getByRole("listitem")).toHaveText([/^\d\d:\d\d:\d\d di lokasi$/]);
  await crew.button("Catatan").click();
  const dialog = page.getByRole("dialog", { name: "Catatan untuk dispatcher" });
  await dialog.getByLabel("Catatan").fill("Pintu belakang terkunci.");
  await dialog.getByRole("button", { name: "Kirim catatan" }).click();
  await expect(crew.waiting.getByRole("listitem")).toHaveText([
    /di lokasi$/,
    /Catatan: Pintu belakang terkunci\.$/,
  ]);
  await inspect(page, "unit-offline");

  await page.reload();
  await expect(task).toContainText(NARRATIVE);
  await expect(crew.waiting.getByRole("listitem")).toHaveCount(2);
  await expect(crew.undo("Tiba di lokasi")).toContainText("▲");
  await crew.button("Terkendali").click();
  await expect(crew.waiting.getByRole("listitem")).toHaveCount(3);
  const reconnectedAt = Date.now();
  wire.mend();
  await expect(page.getByRole("banner").getByText("Tersambung", { exact: true })).toBeVisible({
    timeout: 30_000,
  });
  await expect(crew.waiting).toBeHidden({ timeout: 30_000 });
  await expect(crew.undo("Terkendali")).toContainText("✓");

  const history = await centre.history(sent);
  const steps = history.filter((one) => one.event === "assignment.step_reached");
  expect(steps.map((one) => one.text.replace(/^.*: /, ""))).toHaveLength(3);
  expect(steps.map((one) => one.at)).toEqual(steps.map((one) => one.at).toSorted((a, b) => a - b));
  for (const one of steps) expect(one.at).toBeLessThanOrEqual(reconnectedAt);
  expect(history.filter((one) => one.text.includes("Pintu belakang"))).toHaveLength(1);
  await crew.hold(crew.held("Selesai"));
  await expect(page.getByText("Siap menerima tugas")).toBeVisible();
});

test("a position is shared after consent, while there is work, and stops with a tap", async ({
  server,
  seat,
}) => {
  const centre = await Centre.of(server.url);
  const page = await seat("damkar-01");
  const crew = new Crew(page);
  await page.setViewportSize(PHONES.large);
  await page.context().grantPermissions(["geolocation"]);
  await page.context().setGeolocation({ latitude: 0.8963, longitude: 108.9872, accuracy: 8 });
  const sent = await centre.send("DAMKAR-01", { narrative: NARRATIVE, number: "0562 0000 904" });
  await crew.button("Sudah dibaca, hentikan bunyi").click();
  const row = page.getByRole("region", { name: "Posisi unit" });
  await expect(row).toContainText("Bagikan posisi selama tugas?");
  expect(await centre.positionOf(sent)).toBeUndefined();

  await row.getByRole("button", { name: "Ya, bagikan selama tugas" }).click();
  await expect(row).toContainText(/Posisi dibagikan, terakhir \d\d:\d\d:\d\d/);
  expect(await centre.positionOf(sent)).toMatchObject({ latitude: 0.8963, longitude: 108.9872 });
  await expect(crew.task(sent.number)).toContainText("± 1,1 km utara");
  await page.context().setGeolocation({ latitude: 0.9013, longitude: 108.9872, accuracy: 8 });
  await expect.poll(async () => (await centre.positionOf(sent))?.latitude, { timeout: 40_000 }).toBe(0.9013);

  await row.getByRole("button", { name: "Berhenti" }).click();
  await expect(row).toContainText("Posisi tidak dibagikan");
  await row.getByRole("button", { name: "Bagikan" }).click();
  await expect(row).toContainText("Posisi dibagikan, terakhir");
  await crew.button("Berangkat").click();
  await crew.hold(crew.held("Selesai"));
  await expect(page.getByText("Siap menerima tugas")).toBeVisible();
  await expect(row).toBeHidden();
});

test("the screen can be installed", async ({ server, seat }) => {
  const page = await seat("damkar-01");
  const manifest = await page.locator("link[rel=manifest]").getAttribute("href");
  const answer = await fetch(new URL(manifest ?? "", server.url));
  expect(answer.headers.get("content-type")).toContain("application/manifest+json");
  const said = (await answer.json()) as { start_url: string; icons: { src: string; sizes: string }[] };
  expect(said.start_url).toBe("/unit");
  for (const icon of said.icons) {
    const picture = await fetch(new URL(icon.src, server.url));
    expect(picture.headers.get("content-type")).toBe("image/png");
  }
  await new Crew(page).expectInstallable();
  // Other screens never meet it.
  const all = await page.evaluate(async () =>
    (await navigator.serviceWorker.getRegistrations()).map((one) => [one.scope, one.active?.scriptURL]),
  );
  expect(all).toEqual([[`${server.url}/unit`, `${server.url}/sw.js`]]);
});

test("a photo goes to the centre once, also after the line was away, and is seen there and at the agency", async ({
  server,
  seat,
  wire,
}) => {
  const centre = await Centre.of(server.url);
  const page = await seat("damkar-01", { wire });
  const crew = new Crew(page);
  await page.setViewportSize(PHONES.small);
  const sent = await centre.send("DAMKAR-01", { narrative: NARRATIVE, number: "0562 0000 905" });
  const task = crew.task(sent.number);
  await crew.button("Sudah dibaca, hentikan bunyi").click();
  wire.cut();
  await expect(page.getByRole("banner").getByText("Terputus", { exact: true })).toBeVisible();
  await crew.takePhoto(1_200, 900);
  await expect(crew.waiting).toContainText("1 foto menunggu terkirim");
  await inspect(page, "unit-photo-waiting");
  await page.reload();
  await expect(crew.waiting).toContainText("1 foto menunggu terkirim");
  wire.mend();
  const own = task.getByRole("button", { name: /^Lihat foto/ });
  await expect(own).toHaveCount(1, { timeout: 30_000 });
  await expect(crew.waiting).toBeHidden();
  await crew.takePhoto(600, 800);
  await expect(own).toHaveCount(2);
  const history = await centre.history(sent);
  expect(history.filter((one) => one.event === "incident.photo_added")).toHaveLength(2);
  for (const picture of await centre.photos(sent))
    expect([...picture.slice(0, 3)]).toEqual([0xff, 0xd8, 0xff]);

  const label = (await own.first().getAttribute("aria-label")) ?? "";
  /** Through all photos by keys alone, from a list of small ones, and back to where it began. */
  const look = async (at: Page, list: Locator, name: string) => {
    await expect(list).toHaveCount(2);
    const first = list.and(at.getByRole("button", { name: label, exact: true }));
    await first.scrollIntoViewIfNeeded();
    await expect(first.locator("img")).toHaveJSProperty("naturalWidth", 240);
    await inspect(at, `${name}-photos`);
    await first.focus();
    await at.keyboard.press("Enter");
    const viewer = at.getByRole("dialog", { name: /^Foto / });
    const picture = viewer.getByRole("img", { name: /^Foto dari lokasi kejadian, .*DAMKAR-01/ });
    for (const [place, width] of [
      ["1 dari 2", 1_200],
      ["2 dari 2", 600],
      ["1 dari 2", 1_200],
    ] as const) {
      await expect(viewer).toContainText(place);
      await expect(picture).toHaveJSProperty("naturalWidth", width);
      if (place === "1 dari 2") await inspect(at, `${name}-photo`);
      await at.keyboard.press("ArrowRight");
    }
    await at.keyboard.press("Escape");
    await expect(viewer).toBeHidden();
    await expect(first).toBeFocused();
  };
  await look(page, own, "unit");
  const agency = await seat("damkar");
  // Other cases may be running, and the first of them is shown.
  await new Agency(agency).running.getByRole("button").filter({ hasText: sent.number }).first().click();
  await look(agency, agency.getByRole("button", { name: /^Lihat foto/ }), "agency");
  const operator = await seat("operator1");
  const row = operator.getByRole("button").filter({ hasText: sent.number.split("-").at(-1) ?? "" });
  await row.first().click();
  const timeline = operator.getByRole("region", { name: "Linimasa" });
  const list = timeline.getByRole("button", { name: /^Lihat foto/ });
  await look(operator, list, "operator");

  await crew.hold(crew.held("Selesai"));
  await expect(page.getByText("Siap menerima tugas")).toBeVisible();
  await list.first().click();
  const viewer = operator.getByRole("dialog");
  await expect(viewer.getByRole("img")).toBeVisible();
  await centre.erase(sent);
  await expect(viewer).toContainText("Foto ini sudah tidak ada di sini");
  await operator.keyboard.press("Escape");
  await expect(timeline).toContainText("Foto dari lokasi");
  await expect(list).toHaveCount(0);
});
