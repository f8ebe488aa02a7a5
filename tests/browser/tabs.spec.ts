import type { Page } from "@playwright/test";
import { DAMKAR, Operator } from "./support/operator.ts";
import { expectConnected } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

// A browser opens six connections to one host over all its tabs: streams that each hold one would
// leave nothing for the seventh.
test("the last of eight tabs of one browser still opens and dispatches an incident", async ({ seat }) => {
  const first = await seat("operator1");
  const tabs: Page[] = [first];
  while (tabs.length < 8) {
    const tab = await first.context().newPage();
    await tab.goto("/operator");
    await expectConnected(tab);
    tabs.push(tab);
  }
  const eighth = new Operator(tabs.at(-1) as Page);
  const number = await eighth.dispatchCase({
    number: "0562 0000 201",
    caller: "Penjaga gudang",
    narrative: "Api di gudang karet.",
    type: "Kebakaran bangunan",
  });
  await eighth.expectStep(DAMKAR, "dikirim");
  for (const tab of tabs) {
    await tab.bringToFront();
    await expectConnected(tab);
    await expect(tab.getByRole("region", { name: "Terbuka di kota" })).toContainText(
      number.split("-").at(-1) ?? "",
    );
  }
});
