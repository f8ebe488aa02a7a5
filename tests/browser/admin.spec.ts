import type { Locator, Page } from "@playwright/test";
import { signInApi } from "./support/api.ts";
import { inspect } from "./support/inspect.ts";
import { giveCredentials } from "./support/sign-in.ts";
import { expect, test } from "./support/test.ts";

/** The administrator's screen, in the administrator's words. */
class Admin {
  constructor(readonly page: Page) {}

  row(name: RegExp): Locator {
    return this.page.getByRole("main").getByRole("button", { name });
  }

  async choose(username: string): Promise<void> {
    await this.row(new RegExp(`\\(${username}\\)$`)).click();
    await expect(this.page.getByRole("region", { name: `Akun ${username}` })).toBeVisible();
  }

  action(name: string): Locator {
    return this.page.getByRole("main").getByRole("button", { name, exact: true });
  }

  async room(name: RegExp): Promise<void> {
    await this.page
      .getByRole("navigation", { name: "Bagian administrasi" })
      .getByRole("button", { name })
      .click();
  }

  /** Takes down what is shown once. */
  async secret(title: RegExp): Promise<string> {
    const dialog = this.page.getByRole("dialog", { name: title });
    const secret = (await dialog.getByRole("status").textContent()) ?? "";
    // A slip of the Escape key must not lose it.
    await this.page.keyboard.press("Escape");
    await expect(dialog).toBeVisible();
    await dialog.getByRole("button", { name: "Sudah saya simpan" }).click();
    await expect(this.page.locator("body")).not.toContainText(secret);
    return secret;
  }

  async create(username: string, post: string): Promise<string> {
    await this.page.keyboard.press("n");
    const dialog = this.page.getByRole("dialog", { name: "Akun baru" });
    await dialog.getByLabel(/^Pos/).fill(post);
    await dialog.getByLabel(/^Nama akun/).fill(username);
    await this.page.keyboard.press("Control+Enter");
    return this.secret(new RegExp(`^Kata sandi ${username}$`));
  }
}

test("an account is made, changed, disabled and given back, and its person notices at once", async ({
  seat,
  visitor,
}) => {
  const admin = new Admin(await seat("admin"));
  await expect(admin.row(/\(operator1\)$/)).toBeVisible();
  const password = await admin.create("operator9", "Operator 112 meja 9");

  const person = await visitor();
  await person.goto("/");
  await giveCredentials(person, "operator9", password);
  await expect(person.getByRole("banner").getByText("Tersambung", { exact: true })).toBeVisible();

  await admin.action("Ubah…").click();
  const edit = admin.page.getByRole("dialog", { name: "Ubah akun operator9" });
  await expect(edit.getByText("Belum ada yang berubah.")).toBeVisible();
  await edit.getByLabel(/^Peran/).selectOption({ label: "dispatcher SKPD" });
  await edit.getByRole("combobox", { name: "Instansi" }).fill("Polres");
  await edit.getByRole("option", { name: /^Polres Singkawang/ }).click();
  await expect(edit.getByText("Sesi dan token akun ini berakhir")).toBeVisible();
  await edit.getByRole("button", { name: "Simpan perubahan" }).click();
  await expect(edit).toBeHidden();
  // What the person may see is another thing now: the old session is over.
  await expect(person.getByRole("dialog", { name: "Sesi berakhir: masuk lagi" })).toBeVisible();

  await admin.action("Nonaktifkan…").click();
  const disable = admin.page.getByRole("dialog", { name: "Nonaktifkan akun operator9" });
  await expect(disable.getByRole("button", { name: "Nonaktifkan", exact: true })).toBeDisabled();
  await disable.getByLabel(/^Alasan/).fill("Pindah tugas");
  await disable.getByRole("button", { name: "Nonaktifkan", exact: true }).click();
  await expect(disable).toBeHidden();
  await person.goto("/");
  await giveCredentials(person, "operator9", password);
  await expect(person.getByText("SIAGA-1104")).toBeVisible();

  await admin.action("Aktifkan…").click();
  await admin.page.keyboard.press("Control+Enter");
  await expect(admin.action("Nonaktifkan…")).toBeVisible();
  await giveCredentials(person, "operator9", password);
  await expect(person.getByText("Polres Singkawang").first()).toBeVisible();

  await admin.action("Kata sandi baru…").click();
  await admin.page.getByRole("button", { name: "Buat kata sandi baru" }).click();
  const renewed = await admin.secret(/^Kata sandi operator9$/);
  expect(renewed).not.toBe(password);
  await person.goto("/");
  await giveCredentials(person, "operator9", renewed);
  await expect(person.getByRole("banner").getByText("Tersambung", { exact: true })).toBeVisible();
});

test("two administrators edit one account: the later one sees what changed", async ({ seat }) => {
  const [one, other] = [new Admin(await seat("admin")), new Admin(await seat("admin"))];
  for (const admin of [one, other]) {
    await admin.choose("operator3");
    await admin.action("Ubah…").click();
  }
  const dialogOf = (admin: Admin) => admin.page.getByRole("dialog", { name: "Ubah akun operator3" });
  const [first, late] = [dialogOf(one), dialogOf(other)] as const;
  await first.getByLabel(/^Pos/).fill("Operator malam 3");
  await first.getByRole("button", { name: "Simpan perubahan" }).click();
  await expect(first).toBeHidden();
  await late.getByLabel(/^Pos/).fill("Operator pagi 3");
  await late.getByRole("button", { name: "Simpan perubahan" }).click();
  await expect(late.getByText("diubah orang lain")).toBeVisible();
  await expect(late.getByText("Operator malam 3")).toBeVisible();
  await late.getByRole("button", { name: "Simpan perubahan" }).click();
  await expect(late).toBeHidden();
  await expect(other.row(/^Operator pagi 3/)).toBeVisible();
});

test("a machine's token works until it is revoked", async ({ seat, server }) => {
  const admin = new Admin(await seat("admin"));
  await admin.room(/^Token mesin/);
  await admin.page.keyboard.press("n");
  const dialog = admin.page.getByRole("dialog", { name: "Token mesin baru" });
  await dialog.getByLabel(/^Kegunaan/).fill("Layar ruang siaga");
  await dialog.getByRole("combobox", { name: "Bertindak sebagai" }).fill("damkar");
  await dialog.getByRole("option", { name: /^Dispatcher Pemadam/ }).click();
  await dialog.getByRole("button", { name: "Buat token" }).click();
  const token = await admin.secret(/^Token Layar ruang siaga$/);

  const whoIs = async () => {
    const machine = await signInApi(server.url, "damkar", token);
    return (await machine.access.whoAmI({})).account?.username;
  };
  expect(await whoIs()).toBe("damkar");
  await admin.action("Cabut…").click();
  await admin.page.getByRole("button", { name: "Cabut token" }).click();
  await expect(admin.page.getByText("Tidak ada token yang cocok.").or(admin.row(/^gateway/))).toBeVisible();
  await expect(admin.row(/^Layar ruang siaga/)).toBeHidden();
  await expect(whoIs()).rejects.toThrow();
});

test("the list is found by words and by keys, and others do not get here", async ({ seat }) => {
  const admin = new Admin(await seat("admin"));
  await expect(admin.row(/\(operator1\)$/)).toBeVisible();
  await admin.page.keyboard.press("/");
  await admin.page.keyboard.type("mandiri");
  await expect(admin.row(/\(operator1\)$/)).toBeHidden();
  await expect(admin.row(/\(bpks-mandiri\)$/)).toBeVisible();
  await admin.page.getByLabel("Cari akun").fill("tidak ada yang begini");
  await expect(admin.page.getByText("Tidak ada akun yang cocok.")).toBeVisible();
  await admin.page.getByRole("button", { name: "Hapus saringan" }).click();
  await admin.row(/\(operator1\)$/).click();
  await admin.page.keyboard.press("ArrowDown");
  await expect(admin.page.getByRole("region", { name: "Akun operator2" })).toBeVisible();
  await admin.page.reload();
  await expect(admin.page.getByRole("region", { name: "Akun operator2" })).toBeVisible();

  const operator = await seat("operator1");
  await operator.goto("/admin");
  await expect(operator.getByText("Layar ini bukan untuk peran Anda (operator).")).toBeVisible();
});

for (const theme of ["dark", "light"] as const) {
  test(`the administration is accessible (${theme})`, async ({ seat }) => {
    const admin = new Admin(await seat("admin", { theme }));
    await expect(admin.row(/\(operator1\)$/)).toBeVisible();
    await inspect(admin.page, `admin-accounts-${theme}`);
    await admin.choose("damkar");
    await inspect(admin.page, `admin-account-${theme}`);
    await admin.action("Ubah…").click();
    await inspect(admin.page, `admin-edit-${theme}`);
    await admin.page.keyboard.press("Escape");
    await admin.room(/^Token mesin/);
    await expect(admin.row(/^gateway/)).toBeVisible();
    await inspect(admin.page, `admin-tokens-${theme}`);
  });
}
