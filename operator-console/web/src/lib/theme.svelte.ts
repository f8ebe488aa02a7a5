export type Theme = "dark" | "light";

const KEY = "siaga.theme";

function initial(): Theme {
  try {
    return localStorage.getItem(KEY) === "light" ? "light" : "dark";
  } catch {
    return "dark";
  }
}

class ThemeStore {
  current = $state<Theme>(initial());

  /** Applies the theme to the page; called once at the start and on every change. */
  apply(): void {
    document.documentElement.dataset.theme = this.current;
  }

  /** Paper is light, whatever the screen is; what comes back puts the screen's theme back. */
  onPaper(): () => void {
    const before = this.current;
    this.current = "light";
    this.apply();
    return () => {
      this.current = before;
      this.apply();
    };
  }

  toggle(): void {
    this.current = this.current === "dark" ? "light" : "dark";
    this.apply();
    try {
      localStorage.setItem(KEY, this.current);
    } catch {
      // As with the language: without storage it holds for this tab only.
    }
  }
}

export const theme = new ThemeStore();
