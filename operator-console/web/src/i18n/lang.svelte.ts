export type Lang = "id" | "en";

const KEY = "siaga.lang";

function initial(): Lang {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "id";
  } catch {
    return "id";
  }
}

class LangStore {
  current = $state<Lang>(initial());

  /** Changes the language of every text on the screen at once, and remembers it on this machine. */
  set(next: Lang): void {
    this.current = next;
    document.documentElement.lang = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Storage may be full or forbidden: the choice then holds for this tab only.
    }
  }
}

export const lang = new LangStore();
