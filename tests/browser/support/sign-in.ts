import { expect, type Page } from "@playwright/test";
import { passwordOf } from "./api.ts";

/** Types name and password where the page asks for them. */
export async function giveCredentials(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel("Nama akun").fill(username);
  await page.getByLabel("Kata sandi").fill(password);
  await page.getByRole("button", { name: "Masuk", exact: true }).click();
}

/** The bar's own word on the live data. */
export async function expectConnected(page: Page): Promise<void> {
  await expect(page.getByRole("banner").getByText("Tersambung", { exact: true })).toBeVisible();
}

/** Those whose screens show no live data, and so no connection. */
const WITHOUT_LIVE_DATA = /^(admin|analis\d*)$/;

export async function signIn(page: Page, username: string): Promise<void> {
  await giveCredentials(page, username, passwordOf(username));
  if (WITHOUT_LIVE_DATA.test(username)) await expect(page.getByRole("main")).toBeVisible();
  else await expectConnected(page);
}
