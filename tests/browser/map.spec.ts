import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Locator, Page } from "@playwright/test";
import { requestId, signInApi, type Api } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { Operator } from "./support/operator.ts";
import { signIn } from "./support/sign-in.ts";
import { Supervisor } from "./support/supervisor.ts";
import { expect, test } from "./support/test.ts";
import { withWebGl } from "./support/webgl.ts";

test.use({ launchOptions: withWebGl });
// Software draws the maps here, on a machine that does other work.
test.describe.configure({ timeout: 300_000 });
const DRAWN_MS = 60_000;

const NIAGA = { latitude: 0.9063, longitude: 108.9872, accuracyM: 40 };

async function open(api: Api, typeCode: string, text: string, point = NIAGA): Promise<string> {
  const { number } = await api.incidents.openIncident({
    requestId: requestId(),
    callerName: "Penjaga toko",
    callerNumber: "0562 0000 701",
    narrative: "Terlihat dari jalan.",
    typeCode,
    place: { text, point },
  });
  return number;
}

/** The drawn map; `data-ready` stands there once everything known is on it. */
function mapIn(place: Page | Locator): Locator {
  return place.locator("[data-map]");
}

async function drawn(map: Locator): Promise<Locator> {
  await expect(map).toHaveAttribute("data-ready", { timeout: DRAWN_MS });
  return map.locator("canvas");
}

/** Clicks at a share of the canvas's width and height. */
async function clickAt(canvas: Locator, x: number, y: number): Promise<void> {
  const box = await canvas.boundingBox();
  if (!box) throw new Error("the map has no room");
  await canvas.click({ position: { x: box.width * x, y: box.height * y } });
}

function list(page: Page): Locator {
  return page.getByRole("listbox", { name: /^Di peta/ });
}

async function calm(page: Page): Promise<Page> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  return page;
}

test("the operator's map shows the open incidents, and its list opens them by keyboard", async ({
  seat,
  server,
}) => {
  const api = await signInApi(server.url, "operator1");
  const fire = await open(api, "kebakaran-bangunan", "Jalan Niaga, deret ruko");
  const flood = await open(api, "banjir", "Jalan Diponegoro", {
    latitude: 0.8905,
    longitude: 108.976,
    accuracyM: 0,
  });
  const operator = new Operator(await calm(await seat("operator1")));
  const { page } = operator;
  await page.keyboard.press("Alt+m");
  const canvas = await drawn(mapIn(page));
  await expect(mapIn(page)).toHaveAttribute("data-incidents", "2", { timeout: DRAWN_MS });
  await expect(canvas).toHaveAttribute("aria-label", /^Peta: panah menggeser/);

  await test.step("arrows choose, Enter opens", async () => {
    await page.getByRole("button", { name: "Lewati peta, ke daftar" }).press("Enter");
    await expect(list(page)).toBeFocused();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: `Kejadian ${flood}` })).toBeVisible();
    await expect(list(page).getByRole("option", { name: /Banjir/ })).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: `Kejadian ${fire}` })).toBeVisible();
  });

  await test.step("a mark that is clicked opens its card", async () => {
    // The chosen incident lies in the middle of the map.
    await expect(mapIn(page)).toHaveAttribute("data-zoom", "15.0", { timeout: DRAWN_MS });
    await page.keyboard.press("F3");
    await expect(page.getByRole("region", { name: "Kejadian baru" })).toBeVisible();
    await expect(list(page).getByRole("option", { selected: true })).toHaveCount(0);
    await clickAt(canvas, 0.5, 0.5);
    await expect(page.getByRole("region", { name: `Kejadian ${fire}` })).toBeVisible();
  });

  await test.step("an incident that comes later appears, and the choice of the map is remembered", async () => {
    await page.getByRole("button", { name: "Seluruh kota" }).click();
    await open(api, "pohon-tumbang", "Jalan Bambang Ismoyo", {
      latitude: 0.9301,
      longitude: 109.001,
      accuracyM: 0,
    });
    await expect(mapIn(page)).toHaveAttribute("data-incidents", "3", { timeout: DRAWN_MS });
    await page.reload();
    // The card that was in hand is in hand again, and the map is where it lies.
    await drawn(mapIn(page));
    await expect(list(page).getByRole("option", { name: /Kebakaran|Banjir|Pohon/ })).toHaveCount(3);
    await expect(list(page).getByRole("option", { selected: true })).toHaveCount(1);
  });
});

test("a click sets the point of the place, undo takes it back, and the keys do the same", async ({
  seat,
}) => {
  const operator = new Operator(await calm(await seat("operator2")));
  const { page } = operator;
  await operator.ringByHand("0562 0000 702");
  const point = operator.field("Titik atau tautan peta");
  const dialog = page.getByRole("dialog", { name: "Pilih titik kejadian" });
  const use = dialog.getByRole("button", { name: "Pakai titik ini" });

  await test.step("by click", async () => {
    await operator.card.getByRole("button", { name: "Pilih di peta" }).click();
    const canvas = await drawn(mapIn(dialog));
    await expect(use).toBeDisabled();
    await clickAt(canvas, 0.02, 0.5);
    await expect(dialog.getByRole("status")).toContainText(/▲\s*Titik di luar kota/);
    await clickAt(canvas, 0.5, 0.5);
    await expect(dialog.getByRole("status")).toContainText(/Titik di Kel\. .+, Kec\. Singkawang/);
    await use.click();
    await expect(dialog).toBeHidden();
    await expect(point).toHaveValue(/^0\.\d+, 10[89]\.\d+ ±\d+ m$/);
    await expect(operator.field("Kelurahan")).not.toHaveValue("");
  });

  await test.step("undo", async () => {
    await operator.card.getByRole("button", { name: "Urungkan titik dari peta" }).click();
    await expect(point).toHaveValue("");
    await expect(operator.field("Kelurahan")).toHaveValue("");
    await expect(operator.card.getByRole("button", { name: "Urungkan titik dari peta" })).toHaveCount(0);
  });

  await test.step("by keyboard: a street, arrows, Enter", async () => {
    await page.keyboard.press("Alt+t");
    const canvas = await drawn(mapIn(dialog));
    await dialog.getByRole("combobox").fill("Bambang Ismoyo");
    await page.keyboard.press("Enter");
    await expect(dialog.getByRole("status")).toContainText("0.9217, 108.9883 ±250 m");
    await page.keyboard.press("Tab");
    await expect(canvas).toBeFocused();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowUp");
    await expect(dialog.getByRole("status")).not.toContainText("0.9217, 108.9883");
    await expect(dialog.getByRole("status")).toContainText(/Titik di Kel\./);
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
    await expect(point).toHaveValue(/^0\.92\d+, 108\.98\d+ ±\d+ m$/);
  });

  await test.step("how exact it is stays with the incident", async () => {
    const before = await point.inputValue();
    await operator.field("Uraian kejadian").fill("Asap dari gudang.");
    await operator.chooseType("Kebakaran bangunan");
    await page.keyboard.press("F8");
    await operator.incidentNumber();
    await expect(point).toHaveValue(before);
  });
});

test("an agency sees its incident and its units with the age of their positions", async ({
  seat,
  server,
}) => {
  const api = await signInApi(server.url, "operator3");
  const damkar = await signInApi(server.url, "damkar");
  const number = await open(api, "kebakaran-bangunan", "Jalan Yos Sudarso");
  const { incident } = await api.incidents.getIncident({ number });
  await api.dispatch.dispatchIncident({
    requestId: requestId(),
    incidentId: incident?.id ?? "",
    agencyCodes: ["damkar"],
  });
  const { units } = await damkar.units.listUnits({});
  for (const [code, minutes] of [
    ["DAMKAR-01", 0],
    ["DAMKAR-02", 12],
  ] as const) {
    await damkar.units.reportPosition({
      unitId: units.find((one) => one.code === code)?.id ?? "",
      point: { latitude: 0.9, longitude: 108.98 + minutes / 1000, accuracyM: 5 },
      at: timestampFromMs(Date.now() - minutes * 60_000),
    });
  }
  const page = await calm(await seat("damkar"));
  await drawn(mapIn(page));
  await expect(mapIn(page)).toHaveAttribute("data-incidents", /[1-9]/, { timeout: DRAWN_MS });
  await expect(mapIn(page)).toHaveAttribute("data-units", "2", { timeout: DRAWN_MS });
  await expect(list(page).getByRole("option", { name: /DAMKAR-01.*posisi kini/ })).toBeAttached();
  await expect(
    list(page).getByRole("option", { name: /DAMKAR-02.*posisi lama: 1[23] mnt lalu/ }),
  ).toBeAttached();
  await expect(list(page).getByRole("option", { name: /DAMKAR-03.*posisi tidak diketahui/ })).toBeAttached();
  // Others' work is not on it.
  await expect(list(page).getByRole("option", { name: /Banjir/ })).toHaveCount(0);
  await page.keyboard.press("m");
  await expect(mapIn(page)).toHaveCount(0);
  await page.keyboard.press("m");
  await drawn(mapIn(page));
});

test("the supervisor's board turns into a map, with the card beside it", async ({ seat, server }) => {
  const api = await signInApi(server.url, "operator1");
  const psc = await signInApi(server.url, "psc119");
  const place = "Jalan Gunung Situ, tikungan";
  const number = await open(api, "pohon-tumbang", place, {
    latitude: 0.9188,
    longitude: 109.0011,
    accuracyM: 0,
  });
  const { incident } = await api.incidents.getIncident({ number });
  await api.dispatch.dispatchIncident({
    requestId: requestId(),
    incidentId: incident?.id ?? "",
    agencyCodes: ["psc119"],
  });
  const { units } = await psc.units.listUnits({});
  await psc.units.reportPosition({
    unitId: units.find((one) => one.code === "PSC-01")?.id ?? "",
    point: { latitude: 0.91, longitude: 108.99, accuracyM: 5 },
    at: timestampFromMs(Date.now() - 7 * 60_000),
  });

  const supervisor = new Supervisor(await calm(await seat("supervisor1")));
  const { page } = supervisor;
  const card = supervisor.card(number);
  const row = list(page).getByRole("option", { name: new RegExp(place) });
  await expect(supervisor.lane("Dikirim").getByText(place)).toBeVisible();
  await page.keyboard.press("m");
  const canvas = await drawn(mapIn(page));
  await expect(mapIn(page)).toHaveAttribute("data-incidents", /[1-9]/, { timeout: DRAWN_MS });
  await expect(mapIn(page)).toHaveAttribute("data-units", /[1-9]/, { timeout: DRAWN_MS });

  await test.step("it says what the board says: priority in words, units, how old positions are", async () => {
    await expect(row).toContainText(/P[1-4]/);
    await expect(
      list(page).getByRole("option", { name: /PSC-01.*posisi lama: [78] mnt lalu/ }),
    ).toBeAttached();
    await expect(supervisor.alarms).toBeVisible();
    const tooHigh = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight);
    expect(tooHigh, "the page scrolls").toBe(false);
  });

  await test.step("a row opens the card, and the mark is shown", async () => {
    await row.click();
    await expect(card).toBeVisible();
    await expect(row).toHaveAttribute("aria-selected", "true");
    await expect(mapIn(page)).toHaveAttribute("data-zoom", "15.0", { timeout: DRAWN_MS });
    // Nothing of the map lies below the card.
    const [left, right] = [await card.boundingBox(), await mapIn(page).boundingBox()];
    expect((right?.x ?? 0) + (right?.width ?? 0)).toBeLessThanOrEqual(left?.x ?? 0);
    await inspect(page, "map-supervisor-card");
    await page.keyboard.press("Escape");
    await expect(card).toBeHidden();
    await expect(list(page).getByRole("option", { selected: true })).toHaveCount(0);
  });

  await test.step("the mark opens it, too", async () => {
    await clickAt(canvas, 0.5, 0.5);
    await expect(card).toBeVisible();
    await expect(row).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Escape");
    await expect(card).toBeHidden();
  });

  await test.step("Enter opens it, Escape leads back into the list", async () => {
    await list(page).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: /^Kartu SKW-/ })).toBeVisible();
    await expect(list(page)).not.toBeFocused();
    await page.keyboard.press("Escape");
    await expect(list(page)).toBeFocused();
  });

  await test.step("a unit is chosen until a case is, by whatever way", async () => {
    const unit = list(page).getByRole("option", { name: /PSC-01/ });
    await unit.click();
    await expect(unit).toHaveAttribute("aria-selected", "true");
    await supervisor.page.keyboard.press("j");
    await expect(page.getByRole("region", { name: /^Kartu SKW-/ })).toBeVisible();
    await expect(unit).toHaveAttribute("aria-selected", "false");
    await page.keyboard.press("Escape");
  });

  await test.step("spread out, the alarms stay in sight; the choice of the map is remembered", async () => {
    await page.getByRole("button", { name: "Peta selebar layar" }).click();
    const [map, alarms] = [await list(page).boundingBox(), await supervisor.alarms.boundingBox()];
    expect((map?.x ?? 0) + (map?.width ?? 0)).toBeLessThanOrEqual(alarms?.x ?? 0);
    await page.getByRole("button", { name: "Peta selebar layar" }).press("Escape");
    await page.reload();
    await drawn(mapIn(page));
    await inspect(page, "map-supervisor");
    await page.keyboard.press("m");
    await expect(supervisor.lane("Dikirim").getByText(place)).toBeVisible();
    await expect(mapIn(page)).toHaveCount(0);
  });
});

test("without WebGL the map says so, and the list does its work", async ({ visitor, server }) => {
  await open(await signInApi(server.url, "operator4"), "banjir", "Jalan Alianyang");
  const page = await visitor();
  await page.addInitScript(() => {
    const usual = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (
      this: HTMLCanvasElement,
      kind: string,
      ...rest: unknown[]
    ) {
      return kind.startsWith("webgl") ? null : Reflect.apply(usual, this, [kind, ...rest]);
    } as typeof usual;
  });
  await page.goto("/");
  await signIn(page, "operator4");
  await page.keyboard.press("Alt+m");
  await expect(page.getByText(/Peta tidak dapat digambar di komputer ini/)).toBeVisible();
  await list(page).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: /^Kejadian SKW-/ })).toBeVisible();
});

for (const theme of ["dark", "light"] as const) {
  test(`the maps are accessible, and follow the theme (${theme})`, async ({ seat, server }) => {
    await open(await signInApi(server.url, "operator1"), "kebakaran-bangunan", "Jalan Niaga");
    const page = await calm(await seat("operator1", { theme }));
    await page.keyboard.press("Alt+m");
    await drawn(mapIn(page));
    await expect(mapIn(page)).toHaveAttribute("data-incidents", /[1-9]/, { timeout: DRAWN_MS });
    await inspect(page, `map-operator-${theme}`);
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--map-land"));
    const before = await ground();
    const old = await mapIn(page).screenshot({ timeout: DRAWN_MS });
    await page.getByRole("button", { name: theme === "dark" ? "Tema terang" : "Tema gelap" }).click();
    expect(await ground()).not.toBe(before);
    // The marks are there in the other theme, too, and the picture is another one.
    await expect(mapIn(page)).toHaveAttribute("data-incidents", /[1-9]/, { timeout: DRAWN_MS });
    expect((await mapIn(page).screenshot({ timeout: DRAWN_MS })).equals(old)).toBe(false);
    await page.getByRole("button", { name: theme === "dark" ? "Tema gelap" : "Tema terang" }).click();

    await page.getByRole("button", { name: "Peta selebar layar" }).click();
    await page.getByRole("button", { name: "Sumber data peta" }).click();
    await expect(page.getByText(/GeoNames \(CC BY 4\.0\)/)).toBeVisible();
    await inspect(page, `map-full-${theme}`);
    await page.keyboard.press("Escape");

    await page.keyboard.press("F3");
    await page.keyboard.press("Alt+t");
    const dialog = page.getByRole("dialog", { name: "Pilih titik kejadian" });
    await clickAt(await drawn(mapIn(dialog)), 0.5, 0.5);
    await expect(dialog.getByRole("status")).toContainText(/Titik di/);
    await inspect(page, `map-point-${theme}`);
  });
}
