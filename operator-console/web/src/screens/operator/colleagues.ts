import type { Option } from "../../components/Select.svelte";
import { Role } from "../../gen/siaga/v1/common_pb.ts";
import { tn } from "../../i18n/index.ts";
import { session } from "../../lib/session.svelte.ts";
import { world } from "../../lib/world.svelte.ts";

/** Whom a card or a shift can go to: the other operators and supervisors, with what they do now. */
export function colleagues(): Option[] {
  return world.accounts
    .filter((one) => one.role === Role.OPERATOR || one.role === Role.SUPERVISOR)
    .filter((one) => !one.disabled && one.id !== session.account?.id)
    .map((one) => ({ value: one.id, label: one.label || one.username, detail: tn("duty", one.dutyState) }));
}
