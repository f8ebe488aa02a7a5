import type { Locator, Page } from "@playwright/test";
import { Agency } from "./support/agency.ts";
import { signInApi } from "./support/api.ts";
import { DAMKAR, Operator } from "./support/operator.ts";
import { expect, test } from "./support/test.ts";

/** A keyboard that counts: letters of a text are the text's, every other key is one stroke. */
class Keyboard {
  strokes: string[] = [];

  constructor(private readonly page: Page) {}

  async press(key: string): Promise<void> {
    this.strokes.push(key);
    await this.page.keyboard.press(key);
  }

  /** Types into what has the focus, which must be a place for text. */
  async type(text: string): Promise<void> {
    const isField = await this.page.evaluate(
      () => document.activeElement?.matches("input, textarea") ?? false,
    );
    expect(isField, `"${text}" is typed into a field`).toBe(true);
    await this.page.keyboard.type(text);
  }
}

/** The type that Enter would take. */
function offered(operator: Operator): Locator {
  return operator.card
    .getByRole("listbox", { name: "Jenis kejadian" })
    .getByRole("option", { selected: true });
}

/** The promise of the screen: fewer strokes than this besides the text itself. */
const STROKES_MAX = 10;

test("from answer to dispatched by keyboard alone, in under 10 strokes besides the text", async ({
  server,
  seat,
}) => {
  const operator = new Operator(await seat("operator1"));
  const damkar = new Agency(await seat("damkar"));
  const { page } = operator;
  const telephony = await signInApi(server.url, "operator2");
  const keyboard = new Keyboard(page);
  await telephony.ring("0562 0000 501");
  await expect(page.getByRole("button", { name: /^Jawab .*501$/ })).toBeVisible();

  await keyboard.press("F1");
  await expect(operator.field("Nama pelapor")).toBeFocused();
  await keyboard.type("Penjaga toko");
  await keyboard.press("Enter");
  await expect(operator.field("Tempat kejadian")).toBeFocused();
  await keyboard.type("merpati");
  const places = operator.card.getByRole("listbox", { name: "Tempat kejadian" });
  await expect(places.getByRole("option").first()).toContainText(/Merpati/);
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect(operator.field("Uraian kejadian")).toBeFocused();
  // The caller has confirmed the place when it was read back.
  await keyboard.press("Alt+v");
  await expect(page.getByRole("dialog", { name: "Verifikasi lokasi" })).toBeVisible();
  await keyboard.press("Enter");
  await expect(operator.card.getByRole("region", { name: "Lokasi" })).toContainText("terverifikasi");
  await expect(operator.field("Uraian kejadian")).toBeFocused();
  await keyboard.type("Asap tebal dari lantai dua, dua orang masih di dalam.");
  await keyboard.press("Enter");
  await expect(operator.field("Jenis kejadian")).toBeFocused();
  await keyboard.type("keb bang");
  // The type is taken as it stands first, its priority and its agencies come with it.
  await expect(offered(operator)).toContainText("Kebakaran bangunan");
  await keyboard.press("Control+Enter");

  const number = await operator.incidentNumber();
  await operator.expectStep(DAMKAR, "sampai");
  await expect(damkar.fresh(number)).toContainText(/Kebakaran bangunan, .*Merpati/);
  await expect(damkar.fresh(number)).toContainText("dua orang masih di dalam");
  await expect(operator.card).toContainText("Penjaga toko");
  expect(keyboard.strokes.length, keyboard.strokes.join(" ")).toBeLessThan(STROKES_MAX);

  await test.step("the keyboard stays in the card", async () => {
    await expect(operator.card).toBeFocused();
    await page.keyboard.press("Alt+n");
    await expect(operator.timeline.getByLabel("Catatan", { exact: true })).toBeFocused();
  });
});

test("Enter leads through the card to the button that sends; Shift+Enter is a new line", async ({ seat }) => {
  const operator = new Operator(await seat("operator3"));
  const { page } = operator;
  await page.keyboard.press("F3");
  await expect(operator.field("Nama pelapor")).toBeFocused();
  await page.keyboard.type("Warga");
  await page.keyboard.press("Enter");
  await page.keyboard.type("pasar ikan lama");
  await page.keyboard.press("Enter");
  await expect(operator.field("Uraian kejadian")).toBeFocused();
  // A suggestion that comes late opens over nothing.
  await page.keyboard.type("Pohon menutup jalan.");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("Kabel ikut putus.");
  await expect(operator.field("Uraian kejadian")).toHaveValue("Pohon menutup jalan.\nKabel ikut putus.");
  await page.keyboard.press("Enter");
  await page.keyboard.type("pohon");
  await expect(offered(operator)).toContainText("Pohon tumbang");
  await page.keyboard.press("Enter");
  const send = operator.card.getByRole("button", { name: /^Buka dan kirim/ });
  await expect(send).toBeFocused();
  await expect(operator.field("Tempat kejadian")).toHaveValue("pasar ikan lama");
  await expect(operator.card.getByRole("listbox")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await operator.incidentNumber();
  await expect(operator.timeline).toContainText("BPBD: tugas dikirim sebagai pemimpin.");
});
