import { t, tn } from "../../i18n/index.ts";
import { catalog } from "../../lib/catalog.svelte.ts";

/** How an agency is reached by a person when nobody sits at its screen. */
export function dutyContact(code: string): string {
  const duty = catalog.agency(code)?.dutyContact;
  if (!duty) return t("send.noContact");
  return t("send.contact", {
    channel: tn("channel", duty.channel),
    label: duty.label,
    number: duty.number,
  });
}
