import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ExportTableSchema } from "../../../gen/siaga/v1/statistics_pb.ts";
import { workbook } from "./workbook.ts";

test("a workbook is made of texts, numbers and what was not measured", async () => {
  const table = create(ExportTableSchema, {
    name: "Tingkat layanan dengan nama yang terlalu panjang",
    header: ["Nama", "p50 (detik)", "p90 (detik)"],
    rows: [
      {
        cells: [
          { value: { case: "text", value: "=1+1" } },
          { value: { case: "number", value: 12.5 } },
          { value: { case: undefined } },
        ],
      },
    ],
  });
  const blob = await workbook([table]);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  expect([...bytes.slice(0, 2)]).toEqual([0x50, 0x4b]);
  expect(bytes.length).toBeGreaterThan(1000);
});
