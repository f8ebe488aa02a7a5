/**
 * Keyboard shortcuts: components register theirs while they are on the screen, one listener
 * runs them, and the `?` page lists exactly those that work at the moment.
 */
export interface Shortcut {
  /** `F1`, `Ctrl+Enter`, `n`, `?`, `Escape`: as `comboOf` writes it. */
  combo: string;
  /** What it does, for the `?` page; read when shown, so that it follows the language. */
  label: () => string;
  run: () => void;
  /** Left out: always. */
  when?: () => boolean;
}

let nextId = 0;
const groups = $state<{ id: number; title: () => string; shortcuts: Shortcut[] }[]>([]);

/** Registers shortcuts; returns what removes them. Later groups win over earlier ones. */
export function addShortcuts(title: () => string, shortcuts: Shortcut[]): () => void {
  const id = ++nextId;
  groups.push({ id, title, shortcuts });
  return () => {
    const at = groups.findIndex((group) => group.id === id);
    if (at >= 0) groups.splice(at, 1);
  };
}

export function shortcutGroups(): readonly { title: () => string; shortcuts: Shortcut[] }[] {
  return groups;
}

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

/** The one listener. Returns whether a shortcut ran (its key then does nothing else). */
export function handleKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const combo = comboOf(event);
  if (isTyping(event.target) && isPlainKey(combo)) return false;
  // Enter and Space belong to the focused button or link.
  if ((combo === "Enter" || combo === "Space") && event.target instanceof HTMLElement) {
    if (event.target.closest("button, a, [role=button], summary, input")) return false;
  }
  // A dialog is modal for the keyboard too; its own keys are native.
  if (document.querySelector("dialog[open]")) return false;
  for (const group of [...groups].reverse()) {
    const found = group.shortcuts.find((one) => one.combo === combo && (one.when?.() ?? true));
    if (found) {
      event.preventDefault();
      if (!event.repeat) found.run();
      return true;
    }
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
