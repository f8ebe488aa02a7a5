import type { AssignmentView } from "../../gen/siaga/v1/dispatch_pb.ts";
import { t, tn } from "../../i18n/index.ts";
import { catalog } from "../../lib/catalog.svelte.ts";
import type { Command } from "../../lib/commands.svelte.ts";
import { shortNumber } from "../../lib/incident-search.ts";
import { placeLine } from "./words.ts";
import { isFree, watch } from "./watch.svelte.ts";

/** What the command line finds on an agency's screen: its assignments, and its free units for the one in hand. */
export function findAssignment(typed: string): Command[] {
  const open = [...watch.fresh, ...watch.running];
  return [...[...open, ...(typed ? watch.over : [])].map(goTo), ...(typed ? assign() : [])];
}

function goTo(one: AssignmentView): Command {
  const short = shortNumber(one.incidentNumber);
  const place = one.task?.placeText || placeLine(one.task);
  return {
    id: `assignment:${one.id}`,
    label: () =>
      [`${short} ${catalog.typeName(one.task?.typeCode ?? "", one.task?.typeName)}`, place]
        .filter(Boolean)
        .join(", "),
    words: () => `${Number(short) || ""} ${one.incidentNumber} ${one.task?.narrative ?? ""}`,
    detail: () => tn("step", one.step),
    says: () => t("cmd.goTo", { number: one.incidentNumber }),
    run: () => watch.select(one.id),
  };
}

function assign(): Command[] {
  const to = watch.selected;
  if (!to?.task || to.task.closed) return [];
  return watch.units.filter(isFree).map((unit) => ({
    id: `assign:${unit.id}`,
    label: () => t("cmd.assign", { unit: unit.code }),
    says: () => t("cmd.assignSays", { unit: unit.code, number: to.incidentNumber }),
    run: () => void watch.assign(unit, to),
  }));
}
