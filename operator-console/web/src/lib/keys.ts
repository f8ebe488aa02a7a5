import { commandGroups, isPossible } from "./commands.svelte.ts";

/** `Ctrl+Enter`, `Alt+1`, `F1`, `n`; letters are lower case, and Shift is only named with other keys. */
export function comboOf(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.shiftKey && event.key.length > 1) parts.push("Shift");
  parts.push(key);
  return parts.join("+");
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** A key that writes or moves in a text must not fire a command while somebody types. */
function isPlainKey(combo: string): boolean {
  return !/^(Ctrl\+|Alt\+|F\d+$)/.test(combo);
}

/** The one listener: runs the registered command of a key. Returns whether one ran (the key then does nothing else). */
export function handleKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const combo = comboOf(event);
  if (isTyping(event.target) && isPlainKey(combo)) return false;
  // Enter and Space belong to the focused button or link.
  if ((combo === "Enter" || combo === "Space") && event.target instanceof HTMLElement) {
    if (event.target.closest("button, a, [role=button], summary, input")) return false;
  }
  // A dialog is modal for the keyboard too; its own keys are native.
  const modal = document.querySelector("dialog[open]") !== null;
  for (const group of [...commandGroups()].reverse()) {
    const found = group.commands.find((one) => one.combo === combo && isPossible(one));
    if (!found) continue;
    if (modal) {
      // Nor does the browser get it: F1 would open its help over the dialog.
      if (!isPlainKey(combo)) event.preventDefault();
      return false;
    }
    event.preventDefault();
    if (!event.repeat) found.run();
    return true;
  }
  return false;
}

/** How a combo is written on the screen. */
export function keyText(combo: string): string {
  return combo
    .replace("Enter", "⏎")
    .replace("+", " ")
    .replace(/(^| )([a-z])$/, (_, before: string, letter: string) => before + letter.toUpperCase());
}
