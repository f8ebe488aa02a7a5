import { signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { Operator } from "./support/operator.ts";
import { expectConnected } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

test("the server is killed under an open card: the screen says so, goes on without a reload, and sends once", async ({
  server,
  seat,
}) => {
  test.setTimeout(240_000);
  const operator = new Operator(await seat("operator1"));
  const number = await operator.dispatchCase({
    number: "0562 0000 501",
    caller: "Penjaga toko",
    narrative: "Api di kios pojok.",
    type: "Kebakaran bangunan",
  });
  await operator.page.evaluate(() => Object.assign(window, { samePage: true }));
  const bar = operator.page.getByRole("banner");

  await server.kill();
  await expect(bar.getByText("Terputus", { exact: true })).toBeVisible();
  await expect(bar).toContainText("Data berhenti sejak");
  await operator.addNote("Pemilik kios datang membawa kunci.");
  await expect(bar).toContainText("1 perintah menunggu terkirim");

  await inspect(operator.page, "operator-lost-dark");

  await server.restart();
  await expectConnected(operator.page);
  await expect(bar).not.toContainText("menunggu terkirim");
  const kept = operator.timeline.getByText("Pemilik kios datang membawa kunci.");
  await expect(kept).toHaveCount(1);
  await expect(operator.timeline.getByLabel("Catatan", { exact: true })).toHaveValue("");

  const api = await signInApi(server.url, "operator2");
  const found = await api.incidents.searchIncidents({ number });
  const { timeline } = await api.incidents.getIncident({ incidentId: found.incidents[0]?.id ?? "" });
  expect(timeline.filter((one) => one.textId.includes("Pemilik kios datang membawa kunci."))).toHaveLength(1);
  expect(await operator.page.evaluate(() => "samePage" in window)).toBe(true);
});
