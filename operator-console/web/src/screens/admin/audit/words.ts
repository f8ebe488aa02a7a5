import type { AuditEntry } from "../../../gen/siaga/v1/audit_pb.ts";
import { tw } from "../../../i18n/index.ts";

/** What an event is about: the case, the account, the call sign, the section of the catalog. */
export function aboutOf(entry: AuditEntry): string {
  if (entry.caseNumber) return entry.caseNumber;
  if (entry.aboutKind === "catalog") return tw("catalog", entry.aboutName);
  return entry.aboutName;
}
