import { signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { DAMKAR, Operator } from "./support/operator.ts";
import { expectConnected, signIn } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

const NOTE = "Pagar sisi timur dikunci dari dalam.";
const LOST = "Catatan yang dibuang bersama sesi.";

test("commands given while the line is dead survive the tab, arrive once and in order, and sign-out warns of them", async ({
  server,
  seat,
  wire,
}) => {
  let operator = new Operator(await seat("operator1", { wire }));
  const context = operator.page.context();
  const number = await operator.dispatchCase({
    number: "0562 0000 801",
    caller: "Penjaga gudang",
    narrative: "Asap dari gudang rotan.",
    type: "Kebakaran bangunan",
  });
  const bar = () => operator.page.getByRole("banner");
  const waiting = (count: number) =>
    bar().getByRole("button", { name: `${count} perintah menunggu terkirim` });

  await test.step("a note and the end of the call wait, in sight and by name", async () => {
    wire.cut();
    await expect(bar().getByText("Terputus", { exact: true })).toBeVisible();
    await operator.addNote(NOTE);
    await expect(waiting(1)).toBeVisible();
    await operator.page.keyboard.press("F7");
    await waiting(2).click();
    const list = operator.page.getByRole("dialog", { name: "Menunggu terkirim" });
    await expect(list.getByRole("listitem")).toHaveText([new RegExp(`Catatan.*${NOTE}`), /Akhiri panggilan/]);
    await inspect(operator.page, "operator-waiting-commands");
    await list.getByRole("button", { name: "Tutup", exact: true }).click();
  });

  await test.step("the tab is gone, the line comes back, and a new tab sends both", async () => {
    await operator.page.close();
    wire.mend();
    operator = new Operator(await context.newPage());
    await operator.page.goto("/");
    await expectConnected(operator.page);
    await expect(operator.timeline.getByText(NOTE)).toHaveCount(1);
    await expect(bar()).not.toContainText("menunggu terkirim");
    await expect(operator.timeline.getByLabel("Catatan", { exact: true })).toHaveValue("");
    await expect(operator.card.getByText("bicara", { exact: true })).toBeHidden();
    await operator.page.reload();
    await expectConnected(operator.page);
    await expect(operator.timeline.getByText(NOTE)).toHaveCount(1);
  });

  await test.step("signing out with a command that waits asks first, and then throws it away", async () => {
    wire.cut();
    await expect(bar().getByText("Terputus", { exact: true })).toBeVisible();
    await operator.addNote(LOST);
    await expect(waiting(1)).toBeVisible();
    await bar().getByRole("button", { name: "Keluar" }).click();
    const ask = operator.page.getByRole("dialog", { name: "Keluar dengan perintah yang belum terkirim?" });
    await expect(ask).toContainText(LOST);
    await ask.getByRole("button", { name: "Tetap di sini" }).click();
    await expect(waiting(1)).toBeVisible();
    await bar().getByRole("button", { name: "Keluar" }).click();
    await ask.getByRole("button", { name: "Buang dan keluar" }).click();
    await expect(operator.page.getByLabel("Nama akun")).toBeVisible();
    wire.mend();
    await signIn(operator.page, "operator1");
  });

  await test.step("the case has what was sent, once, and nothing of what was thrown away", async () => {
    const api = await signInApi(server.url, "operator2");
    const found = await api.incidents.searchIncidents({ number });
    const { timeline } = await api.incidents.getIncident({ incidentId: found.incidents[0]?.id ?? "" });
    const texts = timeline.map((one) => one.textId);
    expect(texts.filter((one) => one.includes(NOTE))).toHaveLength(1);
    expect(texts.filter((one) => one.includes(LOST))).toEqual([]);
    const kept = await operator.page.evaluate(() => Object.keys({ ...localStorage }));
    expect(kept.filter((one) => one.startsWith("siaga.outbox."))).toEqual([]);
  });
});

test("a card that is opened and sent while the line is dead arrives whole after a reload, once, and what was typed later is kept", async ({
  server,
  seat,
  wire,
}) => {
  const operator = new Operator(await seat("operator3", { wire }));
  const bar = operator.page.getByRole("banner");
  await operator.ringByHand("0562 0000 803");
  await operator.field("Nama pelapor").fill("Penjaga malam");
  await operator.field("Tempat kejadian").fill("Jalan Alianyang, gudang belakang");
  await operator.field("Uraian kejadian").fill("Api di gudang kayu.");
  await operator.verifyPlace("Patokan");
  await operator.chooseType("Kebakaran bangunan");

  await test.step("it waits in sight, and cannot be sent a second time, nor after a reload", async () => {
    wire.cut();
    await expect(bar.getByText("Terputus", { exact: true })).toBeVisible();
    const send = operator.card.getByRole("button", { name: /^Buka dan kirim/ });
    await send.click();
    await expect(bar.getByRole("button", { name: "1 perintah menunggu terkirim" })).toBeVisible();
    await expect(operator.card.getByRole("region", { name: "Kirim ke" })).toContainText("menunggu terkirim");
    await expect(send).toBeDisabled();
    await operator.field("Uraian kejadian").fill("Api di gudang kayu. Ada tabung gas.");
    await operator.page.keyboard.press("Control+Enter");
    await expect(operator.page.getByText(/Kartu ini sudah diperintahkan untuk dibuka/)).toBeVisible();
    await inspect(operator.page, "operator-card-waiting-to-open");
  });

  await test.step("after the reload it is one incident, verified, sent, and the later words are saved on it", async () => {
    // The page itself must come from somewhere: the line is mended before it is asked for again.
    const { page } = operator;
    await page.goto("about:blank");
    wire.mend();
    await page.goto("/");
    await expectConnected(page);
    const number = await operator.incidentNumber();
    await operator.expectStep(DAMKAR, "dikirim");
    const api = await signInApi(server.url, "operator2");
    const found = await api.incidents.searchIncidents({ words: "gudang kayu" });
    expect(found.incidents.map((one) => one.number)).toEqual([number]);
    const place = operator.card.getByRole("region", { name: "Lokasi" });
    await expect(place).toContainText("terverifikasi");
    const event = operator.card.getByRole("region", { name: "Kejadian", exact: true });
    await expect(event).toContainText("Ada tabung gas.");
    await expect(event).toContainText("dicatat");
    await expect
      .poll(async () => (await api.incidents.getIncident({ number })).incident?.narrative)
      .toBe("Api di gudang kayu. Ada tabung gas.");
  });
});
