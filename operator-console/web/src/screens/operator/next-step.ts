import { tick } from "svelte";

/** Where the cursor goes in a step: what is marked as its first, else its first field that can be typed in. */
const FIRST = "[data-first]:not(:disabled)";
const FIELD = ":is(input:not([type=checkbox], [type=radio]), textarea, select):not(:disabled)";

function firstField(step: Element): HTMLElement | null {
  return step.querySelector<HTMLElement>(FIRST) ?? step.querySelector<HTMLElement>(FIELD);
}

/**
 * Enter leads through the card, a step at a time: what is done and folded is passed over. A choice just taken may
 * change what comes next (the type brings the agencies), so that is drawn first.
 */
export async function toNextStep(from: HTMLElement): Promise<void> {
  await tick();
  const body = from.closest("[data-steps]");
  const steps = [...(body?.querySelectorAll("[data-step]") ?? [])];
  const here = steps.findIndex((step) => step.contains(from));
  for (const step of steps.slice(here + 1)) {
    const field = firstField(step);
    if (!field) continue;
    field.focus();
    return;
  }
}

/** Enter in a field goes on; Shift+Enter is a new line, and buttons and lists keep their own Enter. */
export function onEnter(event: KeyboardEvent): void {
  const target = event.target;
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
  if (target.type === "checkbox" || !target.closest("[data-step]")) return;
  event.preventDefault();
  void toNextStep(target);
}
