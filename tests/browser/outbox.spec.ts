import { signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { Operator } from "./support/operator.ts";
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
