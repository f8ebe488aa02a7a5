import { Operator } from "./support/operator.ts";
import { expect, test } from "./support/test.ts";

const NARRATIVE = "Perahu terbalik, tiga orang di air.";

test("bad input is said at its field, and nothing that was typed is lost", async ({ seat }) => {
  const operator = new Operator(await seat("operator1"));
  await operator.ringByHand("");
  await operator.field("Uraian kejadian").fill(NARRATIVE);
  const point = operator.field("Titik atau tautan peta");
  const place = operator.card.getByRole("region", { name: "Lokasi" });

  await test.step("points that are none, or lie elsewhere", async () => {
    const format = "Bukan titik: contoh 0.9063, 108.9872";
    for (const [text, why] of [
      ["abc", format],
      ["0.9063", format],
      ["95, 200", "Di luar bumi"],
      ["0, 0", "0,0 berarti perangkat tidak tahu posisinya"],
    ] as const) {
      await point.fill(text);
      await expect(place).toContainText(why);
      await operator.page.keyboard.press("F8");
      await expect(
        operator.page
          .getByRole("status")
          .getByText(/Bukan titik/)
          .first(),
      ).toBeVisible();
      await expect(operator.card).toHaveAccessibleName("Kejadian baru");
      await expect(operator.field("Uraian kejadian")).toHaveValue(NARRATIVE);
    }
    await point.fill("0.9, 107.5");
    await expect(place).toContainText("Titik di luar kota");
    await point.fill("");
  });

  await test.step("a narrative of 10,000 characters stops at the limit", async () => {
    await operator.field("Uraian kejadian").fill("");
    await operator.field("Uraian kejadian").focus();
    await operator.page.keyboard.insertText("a".repeat(10_000));
    await expect(operator.field("Uraian kejadian")).toHaveValue("a".repeat(4000));
    await operator.field("Uraian kejadian").fill(NARRATIVE);
  });

  await test.step("a number of any shape is kept as it was said", async () => {
    await operator.field("Nomor pelapor").fill("nomor kantor lurah \u{1F525}");
  });

  await test.step("a priority other than the type's needs a reason", async () => {
    await operator.chooseType("Orang tenggelam");
    await operator.card.getByRole("radio", { name: /^P3/ }).check({ force: true });
    await operator.page.keyboard.press("F8");
    await expect(operator.card).toContainText("Wajib: prioritas berbeda dari jenisnya");
    await expect(operator.card).toHaveAccessibleName("Kejadian baru");
    await operator.field("Alasan mengubah prioritas").fill("Semua sudah di tepi");
  });

  await test.step("what is whole is taken", async () => {
    await operator.page.keyboard.press("F8");
    await operator.incidentNumber();
    await expect(operator.field("Uraian kejadian")).toHaveValue(NARRATIVE);
    await expect(operator.field("Nomor pelapor")).toHaveValue("nomor kantor lurah \u{1F525}");
  });
});
