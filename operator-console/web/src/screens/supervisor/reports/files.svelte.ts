import type { Period } from "../../../gen/siaga/v1/statistics_pb.ts";
import { lang, t } from "../../../i18n/index.ts";
import { report } from "../../../lib/act.ts";
import { api } from "../../../lib/api.ts";
import { saveFile } from "../../../lib/save.ts";
import { toasts } from "../../../lib/toasts.svelte.ts";

/** The endings of the files that a report can be had as. */
export const ENDINGS = ["pdf", "csv", "xlsx"] as const;
export type Ending = (typeof ENDINGS)[number];

/** Which report: its period, and a day in it (`2026-11-23`). */
export interface Asked {
  period: Period;
  day: string;
}

async function fileOf(ending: Ending, asked: Asked): Promise<{ blob: Blob; name: string }> {
  const wanted = { ...asked, language: lang.current };
  if (ending === "pdf") {
    const { pdf, fileName } = await api.statistics.getActivityReport(wanted);
    return { blob: new Blob([new Uint8Array(pdf)], { type: "application/pdf" }), name: fileName };
  }
  const file = await api.statistics.exportActivity(wanted);
  const name = `${file.fileName}.${ending}`;
  if (ending === "csv") {
    return { blob: new Blob([new Uint8Array(file.csv)], { type: "text/csv;charset=utf-8" }), name };
  }
  // The library that makes a workbook comes when the first one is wanted.
  return { blob: await (await import("./workbook.ts")).workbook(file.tables), name };
}

/** Makes the files of a report, one at a time, and hands them to the browser's downloads. */
export class Files {
  /** The ending of the file that is being made. */
  making = $state<Ending | "">("");

  async save(ending: Ending, asked: Asked): Promise<void> {
    if (this.making) return;
    this.making = ending;
    try {
      const { blob, name } = await fileOf(ending, asked);
      saveFile(blob, name);
      toasts.show("ok", t("rep.saved", { name }));
    } catch (thrown) {
      report(thrown);
    } finally {
      this.making = "";
    }
  }
}
