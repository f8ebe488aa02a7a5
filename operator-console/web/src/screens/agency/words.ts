import type { TaskView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { t } from "../../i18n/index.ts";

/** Where it is, in one line: kelurahan, kecamatan; the street stands in the title. */
export function placeLine(task: TaskView | undefined): string {
  const area = [
    task?.kelurahanName ? `Kel. ${task.kelurahanName}` : "",
    task?.kecamatanName ? `Kec. ${task.kecamatanName}` : "",
  ].filter(Boolean);
  return area.length > 0 ? area.join(", ") : task?.placeText ? "" : t("agency.noPlace");
}
