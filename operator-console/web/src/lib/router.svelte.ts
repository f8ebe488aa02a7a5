/** The router: a path is a screen. Screens are few, so paths are compared whole. */
class Router {
  path = $state(location.pathname);

  constructor() {
    addEventListener("popstate", () => {
      this.path = location.pathname;
    });
  }

  /** Goes to another screen without loading the page again. */
  go(path: string): void {
    if (path === this.path) return;
    history.pushState(null, "", path);
    this.path = path;
  }

  /** Goes there without leaving this page behind in the history (redirects). */
  replace(path: string): void {
    history.replaceState(null, "", path);
    this.path = path;
  }
}

export const router = new Router();
