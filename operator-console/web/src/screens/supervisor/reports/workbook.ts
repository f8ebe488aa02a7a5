import writeXlsxFile from "write-excel-file/browser";
import type { ExportTable } from "../../../gen/siaga/v1/statistics_pb.ts";

/** Longest name of a sheet that the format allows. */
const SHEET_NAME_MAX = 31;

/** A workbook with a sheet for each table, the head bold and kept in sight. */
export async function workbook(tables: readonly ExportTable[]): Promise<Blob> {
  const sheets = tables.map((table) => ({
    sheet: table.name.slice(0, SHEET_NAME_MAX),
    stickyRowsCount: 1,
    columns: table.header.map((title, index) => ({
      width: Math.min(
        48,
        Math.max(title.length, ...table.rows.map((row) => textOf(row.cells[index]).length)) + 2,
      ),
    })),
    data: [
      table.header.map((value) => ({ value, fontWeight: "bold" as const })),
      ...table.rows.map((row) =>
        row.cells.map((cell) => {
          if (cell.value.case === "number") return { type: Number, value: cell.value.value };
          // A text stays one, whatever it begins with.
          return cell.value.case === "text" ? { type: String, value: cell.value.value } : null;
        }),
      ),
    ],
  }));
  return writeXlsxFile(sheets).toBlob();
}

function textOf(cell: ExportTable["rows"][number]["cells"][number] | undefined): string {
  return cell?.value.value === undefined ? "" : String(cell.value.value);
}
