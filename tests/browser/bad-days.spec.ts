import { Agency } from "./support/agency.ts";
import { requestId, signInApi, type Api } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { DAMKAR, Operator, POLRES } from "./support/operator.ts";
import { expectConnected } from "./support/sign-in.ts";
import { Supervisor } from "./support/supervisor.ts";
import { expect, test } from "./support/test.ts";

test.describe.configure({ timeout: 300_000 });

/** The time that the bar shows, in seconds of the day in Jakarta. */
async function shownSeconds(operator: Operator): Promise<number> {
  const text = await operator.page.getByRole("banner").getByRole("time").innerText();
  const [h, m, s] = /(\d\d):(\d\d):(\d\d) WIB/.exec(text)?.slice(1).map(Number) ?? [];
  if (h === undefined || m === undefined || s === undefined) throw new Error(`no time: ${text}`);
  return h * 3600 + m * 60 + s;
}

/** How far the bar's clock is from the true time, in seconds, around midnight too. */
async function clockError(operator: Operator): Promise<number> {
  const shown = await shownSeconds(operator);
  const now = Math.floor(Date.now() / 1000 + 7 * 3600) % 86_400;
  const apart = Math.abs(shown - now);
  return Math.min(apart, 86_400 - apart);
}

async function casesWith(api: Api, words: string): Promise<number> {
  return (await api.incidents.searchIncidents({ words })).incidents.length;
}

test("a server that answers slowly: the screen stays free, a second press sends nothing twice", async ({
  server,
  seat,
  wire,
}) => {
  const operator = new Operator(await seat("operator1", { wire }));
  await operator.ringByHand("0562 0000 901");
  await operator.field("Nama pelapor").fill("Penjaga pintu");
  await operator.field("Tempat kejadian").fill("Jalan Niaga, deret ruko tengah");
  await operator.field("Uraian kejadian").fill("Bau hangus dari gudang karet.");
  await operator.chooseType("Kebakaran bangunan");
  wire.slow(2500);
  const send = operator.card.getByRole("button", { name: /^Buka dan kirim/ });
  await send.click();
  // While it is under way it cannot be pressed again, by mouse or by key, and says that it works.
  await operator.page.keyboard.press("Control+Enter");
  await operator.page.keyboard.press("Control+Enter");
  await expect(operator.card).toHaveAccessibleName(/^Kejadian SKW-/, { timeout: 60_000 });
  wire.slow(0);
  await operator.expectStep(DAMKAR, "dikirim");
  await operator.addNote("Penjaga memegang kunci.");
  await expect(operator.timeline.getByText("Penjaga memegang kunci.")).toHaveCount(1);
  expect(await casesWith(await signInApi(server.url, "operator2"), "hangus")).toBe(1);
});

test("a server that errs is asked again under the same id", async ({ server, seat }) => {
  const operator = new Operator(await seat("operator2"));
  const opening = "**/siaga.v1.IncidentService/OpenIncident";
  await operator.ringByHand("0562 0000 902");
  await operator.field("Tempat kejadian").fill("Pasar Hongkong");
  await operator.field("Uraian kejadian").fill("Kabel listrik terbakar di kios.");
  await operator.chooseType("Kebakaran bangunan");
  let refused = 0;
  await operator.page.route(opening, async (route) => {
    refused += 1;
    // The first try reaches the server and its answer is lost; the second meets a proxy without a server.
    if (refused === 1) {
      await route.fetch();
      await route.abort("connectionreset");
    } else if (refused === 2) {
      await route.fulfill({ status: 503, contentType: "text/html", body: "<h1>503</h1>" });
    } else await route.continue();
  });
  await operator.card.getByRole("button", { name: /^Buka dan kirim/ }).click();
  await operator.incidentNumber();
  await operator.expectStep(DAMKAR, "dikirim");
  // The live data show the case of the first try before the last one is answered.
  await expect.poll(() => refused).toBeGreaterThanOrEqual(3);
  await expect(operator.page.getByRole("banner")).not.toContainText("menunggu terkirim");
  expect(await casesWith(await signInApi(server.url, "operator1"), "kabel")).toBe(1);
});

test("a machine whose clock is ten minutes fast shows the server's time, and its commands are taken", async ({
  visitor,
  server,
}) => {
  const page = await visitor();
  await page.addInitScript(() => {
    const True = Date;
    const fast = 600_000;
    class Fast extends True {
      constructor(...parts: unknown[]) {
        if (parts.length === 0) super(True.now() + fast);
        else super(...(parts as [number]));
      }
      static override now(): number {
        return True.now() + fast;
      }
    }
    globalThis.Date = Fast as DateConstructor;
  });
  await page.goto("/");
  await page.getByLabel("Nama akun").fill("operator3");
  await page.getByLabel("Kata sandi").fill("demo-operator3-112");
  await page.getByRole("button", { name: "Masuk", exact: true }).click();
  await expectConnected(page);
  const operator = new Operator(page);
  await expect.poll(() => clockError(operator)).toBeLessThanOrEqual(3);
  await operator.dispatchCase({
    number: "0562 0000 903",
    caller: "Penjual es",
    narrative: "Sepeda motor terbakar.",
    type: "Kebakaran bangunan",
  });
  // The call's and the case's clocks count from the server's time: minutes would be the machine's.
  await expect(operator.card.getByRole("time").first()).toHaveText(/^00:\d\d$/);
  await operator.addNote("Api sudah kecil.");
  await expect(operator.timeline.getByText("Api sudah kecil.")).toHaveCount(1);
  expect(await casesWith(await signInApi(server.url, "operator1"), "motor")).toBe(1);
});

test("a tab left open for a week, its machine asleep: it says that it is old, and comes back whole", async ({
  visitor,
  server,
  wire,
}) => {
  const page = await visitor({ wire });
  await page.clock.install();
  await page.goto("/");
  await page.getByLabel("Nama akun").fill("operator4");
  await page.getByLabel("Kata sandi").fill("demo-operator4-112");
  await page.getByRole("button", { name: "Masuk", exact: true }).click();
  await expectConnected(page);
  const operator = new Operator(page);
  await operator.ringByHand("0562 0000 904");
  await operator.field("Uraian kejadian").fill("Ditulis sepekan lalu.");

  wire.cut();
  await expect(page.getByRole("banner").getByText("Terputus", { exact: true })).toBeVisible();
  await page.clock.fastForward(7 * 24 * 3_600_000);
  await server.kill();
  await server.restart();
  const api = await signInApi(server.url, "operator1");
  for (let index = 0; index < 30; index++) {
    await api.incidents.openIncident({
      requestId: requestId(),
      narrative: `Laporan sepekan ${index}.`,
      typeCode: "kebakaran-bangunan",
      place: { text: `Gang ${index}` },
    });
  }
  wire.mend();
  await page.clock.runFor(60_000);
  await expectConnected(page);
  await expect(operator.field("Uraian kejadian")).toHaveValue("Ditulis sepekan lalu.");
  await expect(page.getByRole("region", { name: "Kota" }).getByText("Gang 29")).toBeVisible();
  await expect.poll(() => clockError(operator), { timeout: 60_000 }).toBeLessThanOrEqual(90);
});

test("a narrative in emoji, Arabic and Chinese arrives as it was typed, on every screen and on paper", async ({
  seat,
  server,
}) => {
  const words = "🔥🔥 حريق في السوق ‏(Pasar) 火灾 — «tolong» 👨‍👩‍👧‍👦";
  const operator = new Operator(await seat("operator1"));
  // An agency to which no other test of this file sends: its new assignment is the first in line.
  const polres = new Agency(await seat("polres"));
  const number = await operator.dispatchCase({
    number: "0562 0000 905",
    caller: "‮terbalik‬ 李",
    narrative: words,
    type: "Kebakaran bangunan",
    also: [POLRES],
  });
  await expect(polres.fresh(number).getByText(words)).toBeVisible();
  await inspect(polres.page, "agency-scripts");
  await expect(operator.card.getByText(words).first()).toBeVisible();
  await inspect(operator.page, "operator-scripts");
  const supervisor = new Supervisor(await seat("supervisor1"));
  await supervisor.tile(number).first().click();
  await expect(supervisor.card(number).getByText(words)).toBeVisible();

  const api = await signInApi(server.url, "operator2");
  const found = await api.incidents.searchIncidents({ number });
  const report = await api.incidents.getReport({ incidentId: found.incidents[0]?.id ?? "" });
  expect(Buffer.from(report.pdf.subarray(0, 5)).toString()).toBe("%PDF-");
});

test("two tabs of one operator: what one does the other shows, and neither loses what it holds", async ({
  seat,
}) => {
  const first = new Operator(await seat("operator2"));
  const number = await first.dispatchCase({
    number: "0562 0000 906",
    caller: "Tukang parkir",
    narrative: "Asap dari selokan.",
    type: "Kebakaran bangunan",
  });
  const page = await first.page.context().newPage();
  await page.goto("/operator");
  await expectConnected(page);
  const second = new Operator(page);
  await second.page
    .getByRole("button", { name: new RegExp(number.split("-").at(-1) ?? number) })
    .first()
    .click();
  await expect(second.card).toHaveAccessibleName(`Kejadian ${number}`);
  await second.timeline.getByLabel("Catatan", { exact: true }).fill("Belum selesai ditulis");
  await first.addNote("Dari tab pertama.");
  await expect(second.timeline.getByText("Dari tab pertama.")).toHaveCount(1);
  await expect(second.timeline.getByLabel("Catatan", { exact: true })).toHaveValue("Belum selesai ditulis");
  await second.timeline.getByRole("button", { name: "Tambah" }).click();
  await expect(first.timeline.getByText("Belum selesai ditulis")).toHaveCount(1);
});

test("a thousand open incidents: the screens stand, the operator works on, the worst is first", async ({
  seat,
  server,
}) => {
  const api = await signInApi(server.url, "operator1");
  const types = ["kebakaran-bangunan", "banjir"];
  for (let from = 0; from < 1000; from += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        api.incidents.openIncident({
          requestId: requestId(),
          narrative: `Laporan massal ${from + index}.`,
          typeCode: types[index % types.length] ?? "",
          place: { text: `Rumah nomor ${from + index}` },
        }),
      ),
    );
  }
  const operator = new Operator(await seat("operator3"));
  const number = await operator.dispatchCase({
    number: "0562 0000 907",
    caller: "Satpam",
    narrative: "Di tengah badai panggilan.",
    type: "Kebakaran bangunan",
  });
  await operator.expectStep(DAMKAR, "dikirim");
  await inspect(operator.page, "operator-thousand");
  const supervisor = new Supervisor(await seat("supervisor1"));
  await expect(supervisor.lane("Dikirim").getByText("Kebakaran bangunan").first()).toBeVisible();
  await inspect(supervisor.page, "supervisor-thousand");
  await supervisor.page.keyboard.press("w");
  const wall = supervisor.page.getByRole("main", { name: "Layar dinding Sigap 112" });
  await expect(wall.getByText("Kebakaran bangunan").first()).toBeVisible();
  await inspect(supervisor.page, "wallboard-thousand");
  await operator.addNote("Masih bisa bekerja.");
  await expect(operator.timeline.getByText("Masih bisa bekerja.")).toHaveCount(1);
  expect(number).toMatch(/^SKW-\d{8}-1\d{3}$/);
});
