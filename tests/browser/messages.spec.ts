import type { Locator, Page } from "@playwright/test";
import { Agency } from "./support/agency.ts";
import { inspect } from "./support/inspect.ts";
import { Operator, PSC } from "./support/operator.ts";
import { expectConnected } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

const ASKED = "Gerbang barat sudah dibuka satpam, lewat sana.";
const ANSWERED = "Diterima, dua unit lewat barat.";
const MORE = "Butuh satu tangki lagi.";
/** The first tone of the soft signal for a message, in Hz. */
const TONE_HZ = 523;

const aCase = (tail: string, also: readonly string[] = []) => ({
  number: `0562 0000 ${tail}`,
  caller: `Pelapor ${tail}`,
  narrative: "Asap dari atap ruko.",
  type: "Kebakaran bangunan",
  also,
});

/** Writes down which tones the page plays: nobody hears a browser under test. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tones: number[] = [];
    Object.assign(window, { tones });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (this: OscillatorNode, when?: number): void {
      tones.push(this.frequency.value);
      start.call(this, when);
    };
  });
  await page.reload();
  await expectConnected(page);
}

const tones = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as { tones: number[] }).tones);

const atOperator = (operator: Operator, agency = "Damkar"): Locator =>
  operator.card.getByRole("region", { name: `Pesan dengan ${agency}` });
const atAgency = (agency: Agency): Locator => agency.detail.getByRole("region", { name: "Pesan dengan 112" });

async function write(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

test("operator and agency write to each other, each sees what was read, and nobody else sees any of it", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const psc = new Agency(await seat("psc119"));
  await listen(operator.page);
  await listen(damkar.page);
  const number = await operator.dispatchCase(aCase("811", [PSC]));
  await damkar.fresh(number).getByRole("button", { name: "Baca dulu" }).click();
  await expect(damkar.running).toContainText(number);
  const talk = atOperator(operator);
  const there = atAgency(damkar);

  await test.step("the operator writes by keys alone, and sees that it is not read yet", async () => {
    await operator.page.keyboard.press("Alt+b");
    await expect(talk.getByLabel("Pesan untuk Damkar")).toBeFocused();
    await write(operator.page, ASKED);
    await expect(talk.getByText(ASKED)).toHaveCount(1);
    await expect(talk).toContainText("terkirim, belum dibaca");
    await expect(talk.getByLabel("Pesan untuk Damkar")).toHaveValue("");
    await expect(talk.getByLabel("Pesan untuk Damkar")).toBeFocused();
  });

  await test.step("the agency sees a mark and hears it; that alone is no reading", async () => {
    await expect(damkar.running).toContainText("1 pesan belum dibaca");
    await expect.poll(() => tones(damkar.page)).toContain(TONE_HZ);
    await expect(talk).toContainText("terkirim, belum dibaca");
  });

  await test.step("it opens the conversation, and the operator sees who read it", async () => {
    await damkar.page.keyboard.press("b");
    await expect(there).toContainText(ASKED);
    await expect(talk).toContainText(/dibaca \d\d:\d\d oleh Dispatcher/);
    await expect(damkar.running).not.toContainText("belum dibaca");
  });

  await test.step("the answer is read where its conversation stands open", async () => {
    await write(damkar.page, ANSWERED);
    await operator.page.mouse.move(700, 300);
    await expect(talk).toContainText(ANSWERED);
    await expect(there).toContainText(/dibaca \d\d:\d\d oleh Operator/);
    await inspect(operator.page, "operator-messages");
    await inspect(damkar.page, "agency-messages");
  });

  await test.step("once closed, an answer is a mark in the list, on the row, and a sound", async () => {
    await operator.page.keyboard.press("Escape");
    await expect(talk).toBeHidden();
    const button = operator.card.getByRole("button", { name: /^Pesan dengan Damkar/ });
    await expect(button).toBeFocused();
    await write(damkar.page, MORE);
    await expect(button).toHaveAccessibleName("Pesan dengan Damkar, 1 pesan belum dibaca");
    await expect(operator.page.getByRole("region", { name: "Kartu saya" })).toContainText(
      "1 pesan belum dibaca",
    );
    await expect.poll(() => tones(operator.page)).toContain(TONE_HZ);
    await expect(there).toContainText("terkirim, belum dibaca");
    await operator.page.keyboard.press("Alt+b");
    await expect(talk).toContainText(MORE);
    await expect(there).not.toContainText("belum dibaca");
  });

  await test.step("the timeline has the words, and the other agency has none", async () => {
    await expect(operator.timeline).toContainText(`Damkar: pesan dari 112: ${ASKED}`);
    await expect(operator.timeline).toContainText(`Damkar: pesan untuk 112: ${MORE}`);
    await expect(psc.fresh(number)).toBeVisible();
    for (const said of [ASKED, ANSWERED, MORE])
      await expect(psc.page.locator("body")).not.toContainText(said);
    const kept = await psc.page.evaluate(() => JSON.stringify({ ...localStorage }));
    expect(kept).not.toContain("Gerbang barat");
  });
});

test("a message goes out from the command line to the agency named, and to nobody by a guess", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator2"));
  const damkar = new Agency(await seat("damkar"));
  const number = await operator.dispatchCase(aCase("812", [PSC]));
  await damkar.fresh(number).getByRole("button", { name: "Baca dulu" }).click();
  const line = operator.page.getByRole("dialog", { name: "Baris perintah" });

  await operator.page.keyboard.press("Control+k");
  await operator.page.keyboard.type("pesan damkar pakai gang belakang");
  await expect(line.locator("footer p")).toContainText(`Mengirim pesan ini ke Damkar sekarang (${number})`);
  await operator.page.keyboard.press("Enter");
  await expect(operator.page.getByText("Pesan terkirim ke Damkar")).toBeVisible();
  await expect(damkar.running).toContainText("1 pesan belum dibaca");
  await damkar.page.keyboard.press("b");
  await expect(atAgency(damkar)).toContainText("pakai gang belakang");
  await expect(damkar.running).not.toContainText("belum dibaca");

  await operator.page.keyboard.press("Control+k");
  await operator.page.keyboard.type("pesan pakai gang belakang");
  await expect(line.getByRole("option", { name: /^Pesan ke/ })).toHaveCount(0);
  await operator.page.keyboard.press("Escape");
});

test("a message written without a connection waits in sight and arrives once", async ({ seat, wire }) => {
  const operator = new Operator(await seat("operator3", { wire }));
  const damkar = new Agency(await seat("damkar"));
  const number = await operator.dispatchCase(aCase("813"));
  await damkar.fresh(number).getByRole("button", { name: "Baca dulu" }).click();
  await damkar.page.keyboard.press("b");
  const [talk, there] = [atOperator(operator), atAgency(damkar)];
  await operator.page.keyboard.press("Alt+b");
  const bar = operator.page.getByRole("banner");
  wire.cut();
  await expect(bar.getByText("Terputus", { exact: true })).toBeVisible();
  await write(operator.page, ASKED);
  await expect(talk).toContainText("menunggu sambungan, terkirim sendiri");
  await write(operator.page, MORE);
  await expect(bar.getByRole("button", { name: "2 perintah menunggu terkirim" })).toBeVisible();
  await inspect(operator.page, "operator-messages-waiting");
  await expect(there).not.toContainText(ASKED);

  wire.mend();
  await expect(there.getByText(MORE)).toHaveCount(1);
  await expect(there.getByText(ASKED)).toHaveCount(1);
  await expect(talk.getByText(ASKED)).toHaveCount(1);
  await expect(talk.getByText(MORE)).toHaveCount(1);
  await expect(talk).not.toContainText("menunggu sambungan");
  await damkar.page.mouse.move(700, 300);
  await expect(talk).toContainText(/dibaca \d\d:\d\d oleh Dispatcher/);
});

test("a draft outlives the card, and a withdrawn agency has nothing left to read", async ({ seat }) => {
  const operator = new Operator(await seat("operator4"));
  const damkar = new Agency(await seat("damkar"));
  const number = await operator.dispatchCase(aCase("814"));
  await damkar.fresh(number).getByRole("button", { name: "Baca dulu" }).click();
  await operator.page.keyboard.press("Alt+b");
  await operator.page.keyboard.type("Setengah kalimat");
  await operator.page.reload();
  await expectConnected(operator.page);
  await expect(operator.card).toBeVisible();
  await operator.page.keyboard.press("Alt+b");
  const talk = atOperator(operator);
  await expect(talk.getByLabel("Pesan untuk Damkar")).toHaveValue("Setengah kalimat");
  await write(operator.page, " lengkap.");
  await damkar.page.keyboard.press("b");
  await expect(atAgency(damkar)).toContainText("Setengah kalimat lengkap.");

  await operator.card.getByRole("button", { name: /^Tindakan untuk/ }).click();
  await operator.page.getByRole("menuitem", { name: "Tarik…" }).click();
  const dialog = operator.page.getByRole("dialog", { name: /^Tarik tugas/ });
  await dialog.getByLabel(/^Alasan/).fill("Tidak diperlukan lagi");
  await dialog.getByRole("button", { name: "Tarik", exact: true }).click();
  await expect(damkar.page.locator("body")).not.toContainText("Setengah kalimat lengkap.");
  await expect(talk).toContainText("Tidak dapat menulis lagi");
  await expect(talk).toContainText("Setengah kalimat lengkap.");
});
