import type { Locator, Page } from "@playwright/test";
import { Agency } from "./support/agency.ts";
import { signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { DAMKAR, Operator } from "./support/operator.ts";
import { Supervisor } from "./support/supervisor.ts";
import { expect, test } from "./support/test.ts";
import { withWebGl } from "./support/webgl.ts";

test.use({ launchOptions: withWebGl });

const DESK = { width: 1440, height: 900 };
const LANES = ["Verifikasi", "Dikirim", "Berangkat", "Di lokasi", "Menunggu laporan"];

/** The replay, in the supervisor's words. */
class Replay {
  constructor(readonly page: Page) {}

  get past(): Locator {
    return this.page.getByRole("region", { name: "Rekaman masa lalu" });
  }

  get slider(): Locator {
    return this.page.getByRole("slider", { name: "Waktu yang ditampilkan" });
  }

  /** What the timeline says of the moment: the last thing, with all that happened in the same instant. */
  get line(): Locator {
    return this.page.locator("[data-now]");
  }

  lane(name: string): Locator {
    return this.page.getByRole("region", { name: new RegExp(`^${name}: \\d+$`) });
  }

  /** The case's tile stands in this lane and in no other. */
  async expectIn(name: string, number: string): Promise<void> {
    const short = number.split("-").at(-1) ?? number;
    for (const lane of LANES) {
      const tile = this.lane(lane).getByRole("button").filter({ hasText: short });
      await expect(tile, `${lane}, when it should be in ${name}`).toHaveCount(lane === name ? 1 : 0);
    }
  }

  /** Goes on by single events until the timeline says so; the case has few of them. */
  async stepTo(words: RegExp): Promise<void> {
    for (let step = 0; step < 60; step++) {
      if (words.test((await this.line.allTextContents()).join(" "))) return;
      const before = await this.slider.getAttribute("aria-valuetext");
      await this.page.keyboard.press("ArrowRight");
      await expect(this.slider).not.toHaveAttribute("aria-valuetext", before ?? "");
    }
    throw new Error(`no event reads ${words}`);
  }
}

test("a case is played again from its first ring, through its lanes and back, by keyboard", async ({
  seat,
}) => {
  test.setTimeout(300_000);
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const number = await operator.dispatchCase({
    number: "0562 0000 721",
    caller: "Penjaga gudang",
    narrative: "Asap dari atap gudang.",
    type: "Kebakaran bangunan",
  });
  await damkar.fresh(number).getByRole("button", { name: "Siap, terima" }).click();
  await damkar.assign("DAMKAR-01", number);
  await operator.expectStep(DAMKAR, "unit ditugaskan");
  await damkar.report("Berangkat");
  await operator.expectStep(DAMKAR, "berangkat");
  await damkar.report("Tiba di lokasi");
  await operator.expectStep(DAMKAR, "di lokasi");

  const supervisor = new Supervisor(await seat("supervisor1"));
  const { page } = supervisor;
  await page.setViewportSize(DESK);
  await supervisor.tile(number).first().click();
  await supervisor.card(number).getByRole("button", { name: "Putar ulang" }).click();
  const replay = new Replay(page);
  await expect(page).toHaveURL(new RegExp(`/supervisor/replay\\?case=${number}$`));
  await expect(replay.past).toContainText("bukan keadaan sekarang");
  await expect(replay.past).toContainText(`Kejadian ${number}`);
  await expect(replay.past).toContainText("WIB");

  // The first moment: it rings, and there is no case yet.
  await expect(replay.line.first()).toContainText("Panggilan masuk");
  await expect(replay.lane("Verifikasi")).toContainText("Tidak ada");
  await replay.stepTo(/dibuka/i);
  await inspect(page, "replay-begins");
  await replay.stepTo(/dikirim ke/i);
  await replay.expectIn("Dikirim", number);
  await replay.stepTo(/DAMKAR-01 ditugaskan/i);
  await replay.expectIn("Berangkat", number);
  await replay.stepTo(/di lokasi/i);
  await replay.expectIn("Di lokasi", number);
  const card = page.getByRole("region", { name: `Kartu ${number} saat itu` });
  await expect(card).toContainText("Asap dari atap gudang.");
  await expect(card).toContainText("DAMKAR-01 di lokasi");
  await inspect(page, "replay-on-scene");

  // To and fro, without asking the server again.
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("ReplayService")) asked.push(request.url());
  });
  await replay.slider.focus();
  await page.keyboard.press("Home");
  await expect(replay.line.first()).toContainText("Panggilan masuk");
  await expect(replay.lane("Di lokasi")).toContainText("Tidak ada");
  await page.keyboard.press("End");
  await replay.expectIn("Di lokasi", number);
  const atEnd = Number(await replay.slider.getAttribute("aria-valuenow"));
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(replay.slider).toHaveAttribute("aria-valuenow", String(Math.max(0, atEnd - 60)));
  await expect(replay.slider).toHaveAttribute(
    "aria-valuetext",
    /\d{2}:\d{2}:\d{2} WIB, \d+ dari \d+ peristiwa/,
  );

  // It plays by itself, and stops at the end.
  await page.keyboard.press("Home");
  await page.keyboard.press("3");
  await page.keyboard.press("Space");
  await replay.expectIn("Di lokasi", number);
  await expect(page.getByRole("button", { name: "Putar", exact: true })).toBeVisible();
  expect(asked).toEqual([]);

  // By hand, too.
  const box = await replay.slider.boundingBox();
  if (!box) throw new Error("the slider is not on the screen");
  await page.mouse.click(box.x + 1, box.y + box.height / 2);
  await expect(replay.lane("Di lokasi")).toContainText("Tidak ada");
});

test("an hour of the centre is chosen, a case is searched for, in the light and in English", async ({
  seat,
}) => {
  test.setTimeout(240_000);
  const operator = new Operator(await seat("operator2"));
  const number = await operator.dispatchCase({
    number: "0562 0000 722",
    caller: "Penjaga toko",
    narrative: "Api dari gudang belakang.",
    type: "Kebakaran bangunan",
  });
  const page = await seat("supervisor1", { theme: "light" });
  await page.setViewportSize(DESK);
  const replay = new Replay(page);
  await expect(page.getByRole("button", { name: "Putar ulang" })).toBeVisible();
  await page.keyboard.press("p");
  await expect(page.getByRole("heading", { name: "Satu rentang waktu" })).toBeVisible();
  await expect(page.getByRole("button", { name: new RegExp(`${number}.*Kebakaran bangunan`) })).toBeVisible();
  await inspect(page, "replay-choice");
  await page.getByLabel("Mulai pukul (WIB)").fill("99:99");
  await page.getByRole("button", { name: "Putar rentang ini" }).click();
  await expect(page.getByText("Tulis jam dan menit, mis. 21:45.")).toBeVisible();
  await page.getByLabel("Nomor atau kata").fill("tidak ada yang begini");
  await page.getByRole("button", { name: "Cari", exact: true }).click();
  await expect(page.getByText("Tidak ada kejadian yang cocok.")).toBeVisible();

  await page.getByRole("button", { name: "Satu jam terakhir" }).click();
  await expect(replay.past).toContainText("Seluruh pusat");
  await page.keyboard.press("End");
  await replay.expectIn("Dikirim", number);
  await expect(page.getByRole("region", { name: "Linimasa" })).toContainText(`Kejadian ${number} dibuka`);
  await inspect(page, "replay-hour-light");
  await page.getByRole("button", { name: "Ganti ke bahasa Inggris" }).click();
  await expect(page.getByText("Recording of the past")).toBeVisible();
  await page.screenshot({ path: "results/screens/replay-hour-english.png" });
  // A kept address shows the same again; going back leaves it.
  await page.reload();
  await expect(page.getByText("Recording of the past")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("A stretch of time")).toBeVisible();
  await page.getByRole("button", { name: "To the live board" }).click();
  await expect(page).toHaveURL(/\/supervisor$/);
});

test("who is no supervisor is refused, on the screen and at the server", async ({ server, seat }) => {
  const page = await seat("operator1");
  await page.goto("/supervisor/replay");
  await expect(page.getByRole("slider")).toHaveCount(0);
  await expect(page.getByText(/Layar ini/)).toBeVisible();
  const api = await signInApi(server.url, "operator1");
  const refused = api.replay.getReplay({ number: "SKW-20261122-0001" });
  await expect(refused).rejects.toThrow(/tidak berwenang|not allowed/);
});
