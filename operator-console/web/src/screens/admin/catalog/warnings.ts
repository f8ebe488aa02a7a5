import { t } from "../../../i18n/index.ts";
import { accounts } from "../accounts/accounts.svelte.ts";
import type { RowChange } from "./rows.ts";

/** Names shown at most; more of them are counted. */
const NAMED_MAX = 8;

function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(", ");
  return names.length > NAMED_MAX ? `${shown} +${names.length - NAMED_MAX}` : shown;
}

/** What goes although it is in use: taken all the same, because the city decides, but said before. */
export function warningsOf(section: string, changes: readonly RowChange[]): string[] {
  const gone = changes.filter((one) => one.state === "removed").map((one) => one.id);
  if (gone.length === 0) return [];
  if (section === "types") return [t("catalog.warnTypes")];
  if (section !== "agencies") return [];
  const units = (accounts.units.data ?? [])
    .filter((one) => gone.includes(one.agencyCode))
    .map((one) => one.code);
  const people = accounts.all.filter((one) => gone.includes(one.agencyCode)).map((one) => one.username);
  return [
    ...(units.length > 0 ? [t("catalog.warnUnits", { list: named(units) })] : []),
    ...(people.length > 0 ? [t("catalog.warnAccounts", { list: named(people) })] : []),
  ];
}
