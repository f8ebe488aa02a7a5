import type { Page } from "@playwright/test";
import { Agency } from "./support/agency.ts";
import { signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { DAMKAR, Operator, POLRES, PSC } from "./support/operator.ts";
import { Supervisor } from "./support/supervisor.ts";
import { expect, test } from "./support/test.ts";

/** The command line, as a person types on it. */
class CommandLine {
  constructor(readonly page: Page) {}

  get dialog() {
    return this.page.getByRole("dialog", { name: "Baris perintah" });
  }

  get chosen() {
    return this.dialog.locator("[role=option][aria-selected=true]");
  }

  /** What Enter would do, as the line says it. */
  get says() {
    return this.dialog.locator("footer p");
  }

  async type(words: string): Promise<void> {
    await this.page.keyboard.press("Control+k");
    await expect(this.dialog.getByRole("combobox")).toBeFocused();
    await this.page.keyboard.type(words);
  }

  /** Types, checks what it would do, and does it. */
  async run(words: string, says: string | RegExp): Promise<void> {
    await this.type(words);
    await expect(this.says).toContainText(says);
    await this.page.keyboard.press("Enter");
    await expect(this.dialog).toBeHidden();
  }
}

const short = (number: string) => number.split("-").at(-1) ?? "";
const aCase = (tail: string, narrative: string, type = "Kebakaran bangunan") => ({
  number: `0562 0000 ${tail}`,
  caller: `Pelapor ${tail}`,
  narrative,
  type,
});

test("calls are answered, held, resumed and marked from the command line", async ({ server, seat }) => {
  const operator = new Operator(await seat("operator1"));
  const line = new CommandLine(operator.page);
  const telephony = await signInApi(server.url, "operator2");
  await telephony.ring("0562 0000 401");
  await expect(operator.page.getByRole("button", { name: /^Jawab .*401$/ })).toBeVisible();
  await line.run("jawab 401", /Menjawab panggilan dari .*401/);
  await expect(operator.card.getByText("bicara", { exact: true })).toBeVisible();
  await line.run("tahan", /Menahan panggilan .*401/);
  await expect(operator.card.getByText("ditahan", { exact: true })).toBeVisible();
  await line.run("tahan", /Melanjutkan panggilan .*401/);
  await expect(operator.card.getByText("bicara", { exact: true })).toBeVisible();
  await line.run("prank", /Menandai panggilan .*401 sebagai Prank dan mengakhirinya/);
  await expect(operator.page.getByText("Belum ada kartu.")).toBeVisible();

  await test.step("what works for no call and no card is not offered", async () => {
    await line.type("prank");
    await expect(line.dialog.getByRole("option", { name: "Tandai Prank" })).toBeHidden();
    await operator.page.keyboard.press("Escape");
    await expect(line.dialog).toBeHidden();
  });
});

test("agencies are sent, notes added and cards reached by typing, and it says before what it will do", async ({
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const { page } = operator;
  const line = new CommandLine(page);
  const first = await operator.dispatchCase(aCase("411", "Asap tebal dari ruko sembako."));
  await page.keyboard.press("F7");

  await test.step("an agency more for the card in hand, with how to reach it where nobody is at a screen", async () => {
    await line.run(
      "kirim polres",
      `Mengirim ${POLRES} untuk ${first} sekarang; tanpa sesi, jadi hubungi juga`,
    );
    await operator.expectStep(POLRES, "dikirim");
    await line.type("polres");
    await expect(line.dialog.getByRole("option", { name: `Kirim ${POLRES}` })).toBeHidden();
    await page.keyboard.press("Escape");
  });

  await test.step("a note, by its word or simply by typing it", async () => {
    await line.run("catatan Listrik sudah padam.", `Menambah catatan ini ke linimasa ${first}`);
    await expect(operator.timeline).toContainText("Listrik sudah padam.");
    await line.type("Jalan samping tertutup mobil.");
    await expect(line.chosen).toContainText("di semua kejadian");
    await page.keyboard.press("ArrowDown");
    await expect(line.says).toContainText(`Menambah catatan ini ke linimasa ${first}`);
    await page.keyboard.press("Enter");
    await expect(operator.timeline).toContainText("Jalan samping tertutup mobil.");
  });

  const second = await operator.dispatchCase(aCase("412", "Pohon menutup jalan.", "Pohon tumbang"));
  await page.keyboard.press("F7");

  await test.step("to another card by its last digits, its words, and again as what was used last", async () => {
    await line.run(String(Number(short(first))), `Buka kartu ${first}`);
    await expect(operator.card).toHaveAccessibleName(`Kejadian ${first}`);
    await line.run("pohon menutup", `Buka kartu ${second}`);
    await expect(operator.card).toHaveAccessibleName(`Kejadian ${second}`);
    await page.keyboard.press("Control+k");
    const recent = line.dialog.getByRole("group", { name: "Baru dipakai" });
    await expect(recent.getByRole("option").first()).toContainText("Pohon tumbang");
    await page.keyboard.press("ArrowDown");
    await expect(line.says).toContainText(`Buka kartu ${first}`);
    await page.keyboard.press("Enter");
    await expect(operator.card).toHaveAccessibleName(`Kejadian ${first}`);
  });

  await test.step("to one that is no longer open, by searching all", async () => {
    await line.run("kejadian baru", /kejadian baru tanpa panggilan/i);
    await operator.field("Uraian kejadian").fill("Bau gas di gang.");
    await page.keyboard.press("F8");
    const third = await operator.incidentNumber();
    await line.run("batalkan", `Membuka dialog untuk ${third}`);
    await page
      .getByRole("dialog", { name: `Batalkan kejadian ${third}` })
      .getByRole("textbox")
      .fill("Keliru");
    await page.keyboard.press("Control+Enter");
    await expect(operator.card.getByText("dibatalkan", { exact: true })).toBeVisible();
    await line.run(short(second), `Buka kartu ${second}`);
    await expect(page.getByRole("region", { name: "Terbuka di kota" })).not.toContainText(short(third));
    await line.type(third);
    await expect(line.chosen).toContainText(`Cari “${third}” di semua kejadian`);
    await page.keyboard.press("Enter");
    await expect(line.says).toContainText(`Buka kartu ${third}`);
    await page.keyboard.press("Enter");
    await expect(operator.card).toHaveAccessibleName(`Kejadian ${third}`);
    await expect(operator.card.getByText("dibatalkan", { exact: true })).toBeVisible();
  });

  await test.step("the focus comes back to where it was, and a dialog keeps the line away", async () => {
    await line.run(short(second), `Buka kartu ${second}`);
    await page.keyboard.press("Alt+n");
    const note = operator.timeline.getByLabel("Catatan", { exact: true });
    await expect(note).toBeFocused();
    await line.type("xyz");
    await page.keyboard.press("Escape");
    await expect(note).toBeFocused();
    await page.keyboard.press("F9");
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog", { name: `Tutup kejadian ${second}` })).toBeVisible();
    await expect(line.dialog).toBeHidden();
  });
});

test("a card that is not open yet gets its agency ticked, and nothing goes out", async ({ seat }) => {
  const operator = new Operator(await seat("operator2"));
  const line = new CommandLine(operator.page);
  await operator.ringByHand("0562 0000 421");
  await operator.chooseType("Kebakaran bangunan");
  await line.run("psc", `Mencentang ${PSC}; dikirim bersama kartu`);
  await expect(operator.proposal(PSC)).toBeChecked();
  await expect(operator.card).toHaveAccessibleName("Kejadian baru");
  await line.type("buka dan kirim");
  await expect(line.says).toContainText(`Membuka kejadian dan mengirim ke ${DAMKAR}, ${PSC}`);
  await operator.page.keyboard.press("Enter");
  await operator.incidentNumber();
  await operator.expectStep(PSC, "dikirim");
});

test("language, theme and keys answer to both languages, and the line is listed among the keys", async ({
  seat,
}) => {
  const page = await seat("operator1");
  const line = new CommandLine(page);
  await line.run("semua tombol", /semua tombol/i);
  const keys = page.getByRole("dialog", { name: "Tombol yang berlaku sekarang" });
  await expect(keys.getByText("baris perintah")).toBeVisible();
  await page.keyboard.press("Escape");
  await line.run("tema", "Tema terang");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await line.type("bahasa");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Command line" })).toBeVisible();
  await page.keyboard.type("indonesia");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Panggilan masuk")).toBeVisible();
});

for (const theme of ["dark", "light"] as const) {
  test(`the command line is accessible, also for agency and supervisor (${theme})`, async ({ seat }) => {
    // axe reads three screens, each for seconds on a busy machine.
    test.setTimeout(300_000);
    const operator = new Operator(await seat("operator3", { theme }));
    const number = await operator.dispatchCase(
      aCase(theme === "dark" ? "431" : "432", "Asap dari gudang karet."),
    );
    const line = new CommandLine(operator.page);
    await line.type("");
    await inspect(operator.page, `commands-empty-${theme}`);
    await operator.page.keyboard.type("kirim");
    await inspect(operator.page, `commands-send-${theme}`);

    const damkar = new Agency(await seat("damkar", { theme }));
    await expect(damkar.page.getByText(/\d dari \d unit siap/)).toBeVisible();
    const there = new CommandLine(damkar.page);
    await there.run(short(number), `Buka kartu ${number}`);
    await expect(damkar.detail).toContainText(number);

    const supervisor = new Supervisor(await seat("supervisor1", { theme }));
    const above = new CommandLine(supervisor.page);
    await expect(supervisor.tile(number).first()).toBeVisible();
    await above.type(short(number));
    await inspect(supervisor.page, `commands-supervisor-${theme}`);
    await supervisor.page.keyboard.press("Enter");
    await expect(supervisor.card(number)).toBeVisible();
  });
}
