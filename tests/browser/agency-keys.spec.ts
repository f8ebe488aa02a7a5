import type { Page } from "@playwright/test";
import { Step } from "../../operator-console/web/src/gen/siaga/v1/dispatch_pb.ts";
import { Agency } from "./support/agency.ts";
import { requestId, signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { Centre } from "./support/sent.ts";
import { expect, test } from "./support/test.ts";

/** Presses a key in the same moment in which the assignment of a case is drawn: a finger that was already on its way. */
async function pressWhenDrawn(page: Page, number: string, key: string): Promise<void> {
  await page.evaluate(
    ([name, pressed]) => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector(`section[aria-label="${name}"]`)) return;
        observer.disconnect();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: pressed, bubbles: true }));
        document.body.dataset.pressed = name;
      });
      observer.observe(document.body, { childList: true, subtree: true });
    },
    [`Tugas baru ${number}`, key] as const,
  );
}

async function expectPressed(page: Page, number: string): Promise<void> {
  await expect(page.locator(`body[data-pressed="Tugas baru ${number}"]`)).toBeAttached();
}

/** The commands that a page sends, by name. */
function commandsOf(page: Page): string[] {
  const names: string[] = [];
  page.on("request", (request) => {
    const [, name] = /DispatchService\/(\w+)$/.exec(new URL(request.url()).pathname) ?? [];
    if (name) names.push(name);
  });
  return names;
}

test("an urgent assignment that comes while another is read waits beside it, and Enter accepts what was read", async ({
  seat,
  server,
}) => {
  const centre = await Centre.over(server.url, "damkar");
  const damkar = new Agency(await seat("damkar"));
  const quiet = await centre.send(3, "Jalan Pemuda, tepi taman");
  await damkar.expectRested(quiet.number);
  const before = await damkar.fresh(quiet.number).boundingBox();

  const urgent = await centre.send(1, "Jalan Niaga, depan pasar");
  await expect(damkar.others.getByText("1 lagi", { exact: true })).toBeVisible();
  await expect(damkar.others.getByRole("button")).toContainText("P1");
  await expect(damkar.others.getByRole("button")).toContainText("Jalan Niaga, depan pasar");
  await expect(damkar.fresh(urgent.number)).toHaveCount(0);
  expect(await damkar.fresh(quiet.number).boundingBox()).toEqual(before);

  await pressWhenDrawn(damkar.page, urgent.number, "Enter");
  await damkar.page.keyboard.press("Enter");
  await centre.expectStep(quiet, Step.ACCEPTED);
  await expect(damkar.fresh(urgent.number)).toBeVisible();
  await expectPressed(damkar.page, urgent.number);
  // The second Enter came too early for anybody to have read it: it is as it was, and only a press after the rest counts.
  await damkar.expectRested(urgent.number);
  await damkar.page.keyboard.press("Space");
  await centre.expectStep(urgent, Step.ACKNOWLEDGED);
  await expect(damkar.fresh(urgent.number)).toHaveCount(0);
});

test("one key turns to the other new assignment, and one that is withdrawn under the finger leaves no key to the next", async ({
  seat,
  server,
}) => {
  const centre = await Centre.over(server.url, "psc119");
  const psc = new Agency(await seat("psc119"));
  const first = await centre.send(3, "Jalan Alianyang");
  await psc.expectRested(first.number);
  const second = await centre.send(2, "Jalan Diponegoro");
  await expect(psc.others.getByText("1 lagi", { exact: true })).toBeVisible();
  await psc.page.keyboard.press("n");
  await psc.expectRested(second.number);
  await expect(psc.others.getByRole("button")).toContainText("Jalan Alianyang");

  const commands = commandsOf(psc.page);
  await pressWhenDrawn(psc.page, first.number, "Enter");
  await centre.withdraw(second);
  await expectPressed(psc.page, first.number);
  await psc.expectRested(first.number);
  await expect(psc.others).toContainText("Tidak ada tugas baru lain.");
  expect(commands).toEqual([]);
  await psc.page.keyboard.press("Enter");
  await centre.expectStep(first, Step.ACCEPTED);
});

test("digits send no unit to a running case while a new assignment fills the screen, and S needs a chosen case", async ({
  seat,
  server,
}) => {
  const centre = await Centre.over(server.url, "bpbd");
  const running = await centre.send(2, "Jalan Bambang Ismoyo");
  const first = new Agency(await seat("bpbd"));
  await first.expectRested(running.number);
  await first.page.keyboard.press("Enter");
  await centre.expectStep(running, Step.ACCEPTED);

  // Another desk of the same agency, at which nothing was chosen yet.
  const bpbd = new Agency(await seat("bpbd"));
  const commands = commandsOf(bpbd.page);
  await expect(bpbd.detail).toContainText(running.number);
  await bpbd.page.keyboard.press("s");
  await bpbd.page.keyboard.press("1");
  await bpbd.page.keyboard.press("j");
  await expect(bpbd.running.locator("[aria-current]")).toContainText(running.number);
  expect(commands).toEqual([]);

  const next = await centre.send(3, "Jalan Kalimantan");
  await bpbd.expectRested(next.number);
  await bpbd.page.keyboard.press("1");
  await centre.withdraw(next);
  await expect(bpbd.fresh(next.number)).toHaveCount(0);
  expect(commands).toEqual([]);
  await expect(
    bpbd.page.getByRole("button", { name: `Tugaskan BPBD-01 ke ${running.number}` }),
  ).toHaveAttribute("aria-keyshortcuts", "1");
  await bpbd.page.keyboard.press("1");
  await centre.expectStep(running, Step.UNIT_ASSIGNED);
  await bpbd.page.keyboard.press("s");
  await centre.expectStep(running, Step.EN_ROUTE);
});

test("readiness is what the units say: with all of them out, one key accepts nothing until a person has marked what is ready", async ({
  seat,
  server,
}) => {
  const centre = await Centre.over(server.url, "polres");
  const api = await signInApi(server.url, "polres");
  const { units } = await api.units.listUnits({});
  for (const unit of units.filter((one) => one.agencyCode === "polres")) {
    const out = { unitId: unit.id, inService: false, reason: "Servis berkala" };
    await api.units.setUnitService({ requestId: requestId(), ...out });
  }
  const polres = new Agency(await seat("polres"));
  const sent = await centre.send(2, "Jalan Yos Sudarso");
  await polres.expectRested(sent.number);
  const marks = polres.fresh(sent.number).getByRole("checkbox");
  await expect(marks).toHaveCount(3);
  for (const mark of await marks.all()) await expect(mark).not.toBeChecked();

  const commands = commandsOf(polres.page);
  await polres.page.keyboard.press("Enter");
  await expect(polres.page.getByText("Belum siap: petugas, unit, peralatan.")).toBeVisible();
  expect(commands).toEqual([]);
  await inspect(polres.page, "agency-not-ready");

  // What is in hand has its own marks: those of another assignment never count for it.
  await marks.first().check();
  const other = await centre.send(3, "Jalan Sejahtera");
  await expect(polres.others.getByText("1 lagi", { exact: true })).toBeVisible();
  await polres.page.keyboard.press("n");
  await polres.expectRested(other.number);
  await expect(polres.fresh(other.number).getByRole("checkbox").first()).not.toBeChecked();
  await expect(polres.others.getByText("1 lagi", { exact: true })).toBeVisible();
  await polres.page.keyboard.press("n");
  await polres.expectRested(sent.number);
  for (const mark of await marks.all()) await mark.check();
  await polres
    .fresh(sent.number)
    .getByRole("button", { name: /^Siap, terima/ })
    .click();
  await centre.expectStep(sent, Step.ACCEPTED);
  expect(await centre.stepOf(other)).toBeLessThan(Step.ACKNOWLEDGED);
});
