/** Without the slash at the end that somebody typed: a screen has one name. */
function pathNow(): string {
  return location.pathname.replace(/(.)\/+$/, "$1");
}

/**
 * The router: a path is a screen. Screens are few, so paths are compared whole; what is open within a screen stands in
 * the query, because below some paths (`/hub/`) lies an interface of the server.
 */
class Router {
  path = $state(pathNow());
  query = $state.raw(new URLSearchParams(location.search));

  constructor() {
    addEventListener("popstate", () => this.#read());
  }

  /** Goes to another screen without loading the page again. */
  go(path: string): void {
    if (path === this.path) return;
    history.pushState(null, "", path);
    this.#read();
  }

  /** Goes there without leaving this page behind in the history (redirects). */
  replace(path: string): void {
    history.replaceState(null, "", path);
    this.#read();
  }

  /**
   * Says what is open within the screen; an empty value is left out. What a person would want to come back to with the
   * browser's "back" is `kept` in its history.
   */
  say(parts: Record<string, string>, kept = false): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(parts)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.toString();
    if (text === this.query.toString()) return;
    const address = text ? `${this.path}?${text}` : this.path;
    if (kept) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    this.#read();
  }

  #read(): void {
    this.path = pathNow();
    this.query = new URLSearchParams(location.search);
  }
}

export const router = new Router();
