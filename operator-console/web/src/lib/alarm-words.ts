import { AlarmKind, type AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import { pick, tn } from "../i18n/index.ts";

/** What is late, in a sentence that stands alone. */
export function alarmText(alarm: AlarmView): string {
  return pick(alarm.textId, alarm.textEn) || tn("alarm", alarm.kind);
}

/** The same where the case is named beside it and there is little room: "PSC 119: tugas belum sampai". */
export function alarmInShort(alarm: AlarmView, agencyName: (code: string) => string): string {
  // Which unit, only the sentence says.
  if (alarm.kind === AlarmKind.UNIT_SILENT) return alarmText(alarm);
  const what = tn("alarm", alarm.kind);
  if (!alarm.agencyCode) return what;
  return `${agencyName(alarm.agencyCode)}: ${what.charAt(0).toLowerCase()}${what.slice(1)}`;
}
