import { readFile } from "node:fs/promises";
import { createServer, type Server as Listener } from "node:http";
import type { Locator, Page } from "@playwright/test";
import { passwordOf, requestId, signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { Server } from "./support/server.ts";
import { giveCredentials } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

const CALLER = "Penjaga gudang rotan";

/** A case of a type, with a caller, that is closed at once; returns its number. */
async function closedCase(url: string, typeCode: string): Promise<string> {
  const operator = await signInApi(url, "operator1");
  const opened = await operator.incidents.openIncident({
    requestId: requestId(),
    typeCode,
    callerName: CALLER,
    narrative: "Asap dari gudang.",
    place: { text: "Jl. Niaga 7", point: { latitude: 0.9065, longitude: 108.9845, accuracyM: 20 } },
  });
  const incidentId = opened.changed?.id ?? "";
  await operator.incidents.closeIncident({ requestId: requestId(), incidentId, outcomeCode: "handled" });
  return opened.number;
}

function row(page: Page, number: string): Locator {
  return page.getByRole("main").getByRole("button", { name: new RegExp(`^${number}`) });
}

/** Loads the list again until the case has arrived: the hub hears of it a moment later. */
async function arrived(page: Page, number: string): Promise<void> {
  await expect(async () => {
    await page.getByRole("button", { name: "Muat ulang" }).click();
    await expect(row(page, number)).toBeVisible({ timeout: 2_000 });
  }).toPass();
}

test("a case arrives with its history and record, is found by filters, and leaves masked", async ({
  seat,
  server,
}) => {
  const analyst = await seat("analis1");
  const number = await closedCase(server.url, "kebakaran-bangunan");
  await arrived(analyst, number);
  await row(analyst, number).click();
  const detail = analyst.getByRole("region", { name: number });
  await expect(detail.getByText("Kebakaran bangunan")).toBeVisible();
  await expect(detail.getByRole("region", { name: "Riwayat status" })).toContainText("Jenis ditentukan");
  await detail.getByRole("button", { name: "Catatan kasus" }).click();
  await expect(detail.getByRole("region", { name: "Catatan kasus" })).toContainText("? meninggal");
  await expect(analyst.locator("body")).not.toContainText(CALLER);

  const type = analyst.getByRole("combobox", { name: "Jenis" });
  await type.fill("Banjir");
  await analyst
    .getByRole("option", { name: /^Banjir/ })
    .first()
    .click();
  await expect(analyst.getByText("Tidak ada kasus yang cocok.")).toBeVisible();
  await analyst.getByRole("main").getByRole("button", { name: "Hapus saringan" }).first().click();
  await expect(row(analyst, number)).toBeVisible();
  await analyst.getByLabel("Rentang").selectOption({ label: "Hari ini" });
  await expect(row(analyst, number)).toBeVisible();
  await analyst.getByLabel("Sampai tanggal").fill("31/12/2020");
  await analyst.getByLabel("Sampai tanggal").press("Enter");
  await expect(analyst.getByText("Sesudah tanggal akhir")).toBeVisible();
  await analyst.getByLabel("Rentang").selectOption({ label: "Semua waktu" });

  for (const [format, media] of [
    ["csv", "case_number"],
    ["geojson", "FeatureCollection"],
  ] as const) {
    await analyst.getByRole("button", { name: "Unduh…" }).click();
    await analyst.getByRole("radio", { name: new RegExp(format, "i") }).check();
    const download = analyst.waitForEvent("download");
    await analyst.getByRole("button", { name: "Unduh", exact: true }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(new RegExp(`^kasus-\\d{4}-\\d{2}-\\d{2}\\.${format}$`));
    const text = await readFile(await file.path(), "utf8");
    expect(text).toContain(media);
    expect(text).toContain(number);
    expect(text).not.toContain(CALLER);
    expect(text).not.toContain("Jl. Niaga");
  }
});

test("a sensitive case is masked for the analyst and the reading supervisor is told that it is logged", async ({
  seat,
  server,
}) => {
  const analyst = await seat("analis1");
  const number = await closedCase(server.url, "kdrt");
  await arrived(analyst, number);
  await row(analyst, number).click();
  const masked = analyst.getByRole("region", { name: number });
  await expect(masked.getByText("Jenis peka: jam dibulatkan, isi disembunyikan.")).toBeVisible();
  await expect(analyst.locator("body")).not.toContainText("Kekerasan");
  const supervisor = await seat("supervisor1");
  await supervisor.goto("/hub");
  await row(supervisor, number).click();
  const whole = supervisor.getByRole("region", { name: number });
  await expect(whole.getByText("pembacaan ini dicatat")).toBeVisible();
});

/** A hub that refuses what it gets until it is told to take it. */
class StubbornHub {
  accepts = false;
  private constructor(
    private readonly listener: Listener,
    readonly url: string,
  ) {}

  static async start(): Promise<StubbornHub> {
    let self: StubbornHub | undefined;
    const listener = createServer((request, answer) => {
      request.resume();
      request.on("end", () => {
        answer.writeHead(self?.accepts ? 202 : 422, { "content-type": "application/problem+json" });
        answer.end(
          JSON.stringify({
            code: "SIAGA-5007",
            title: "Data peristiwa tidak sesuai skema.",
            title_en: "The event's data do not fit its schema.",
          }),
        );
      });
    });
    await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
    const address = listener.address();
    if (!address || typeof address === "string") throw new Error("the hub has no port");
    return (self = new StubbornHub(listener, `http://127.0.0.1:${address.port}`));
  }

  async stop(): Promise<void> {
    this.listener.closeAllConnections();
    await new Promise((done) => this.listener.close(done));
  }
}

test("what the hub refuses is shown with why; a supervisor sends it again or skips it, an analyst cannot", async ({
  browser,
}) => {
  const hub = await StubbornHub.start();
  const server = await Server.start("hub-refuses", {
    SIAGA_HUB_URL: hub.url,
    // Made up for this test: the hub of the test believes any.
    SIAGA_HUB_KEYS: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
  });
  try {
    const [first, second] = [
      await closedCase(server.url, "kebakaran-bangunan"),
      await closedCase(server.url, "banjir"),
    ];
    const sit = async (username: string): Promise<Page> => {
      const page = await (await browser.newContext({ baseURL: server.url })).newPage();
      await page.goto("/");
      await giveCredentials(page, username, passwordOf(username));
      // The sign-in has no bar: whoever sees it is in.
      await expect(page.getByRole("banner")).toBeVisible();
      await page.goto("/hub?part=delivery");
      return page;
    };
    const analyst = await sit("analis1");
    await expect(async () => {
      await analyst.getByRole("button", { name: "Muat ulang" }).click();
      await expect(analyst.getByText("Ditolak: 2")).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await row(analyst, first).click();
    const seen = analyst.getByRole("region", { name: first });
    await expect(seen).toContainText("Data peristiwa tidak sesuai skema. (422, SIAGA-5007)");
    await expect(seen.getByText("Mengirim ulang dan melewati dilakukan supervisor")).toBeVisible();
    await expect(seen.getByRole("button", { name: "Kirim ulang" })).toHaveCount(0);
    await inspect(analyst, "hub-refused-dark");

    const supervisor = await sit("supervisor1");
    await row(supervisor, second).click();
    await supervisor.getByRole("button", { name: "Lewati…" }).click();
    const skip = supervisor.getByRole("dialog", { name: `Lewati satu kiriman ${second}` });
    await expect(skip.getByRole("button", { name: "Lewati kiriman" })).toBeDisabled();
    await skip.getByLabel(/^Alasan/).fill("Jenis lama yang tidak dikenal hub");
    hub.accepts = true;
    await skip.getByRole("button", { name: "Lewati kiriman" }).click();
    await expect(skip).toBeHidden();
    await row(supervisor, first).click();
    await supervisor.getByRole("button", { name: "Kirim ulang" }).click();
    await supervisor.getByRole("dialog").getByRole("button", { name: "Kirim ulang" }).click();
    await expect(async () => {
      await supervisor.getByRole("button", { name: "Muat ulang" }).click();
      await expect(supervisor.getByText("hub sudah menerima semuanya")).toBeVisible({ timeout: 2_000 });
    }).toPass();
  } finally {
    await server.stop();
    await hub.stop();
  }
});

for (const theme of ["dark", "light"] as const) {
  test(`the hub's screen is accessible (${theme})`, async ({ seat, server }) => {
    const page = await seat("analis1", { theme });
    const number = await closedCase(server.url, "kebakaran-bangunan");
    await arrived(page, number);
    await row(page, number).click();
    await expect(page.getByRole("region", { name: "Riwayat status" })).toBeVisible();
    await inspect(page, `hub-cases-${theme}`);
    await page.getByRole("button", { name: "Catatan kasus" }).click();
    await inspect(page, `hub-record-${theme}`);
    await page.keyboard.press("u");
    await expect(page.getByRole("dialog", { name: "Unduh ekspor tersensor" })).toBeVisible();
    await inspect(page, `hub-export-${theme}`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Antrean kirim/ }).click();
    await inspect(page, `hub-delivery-${theme}`);
  });
}
