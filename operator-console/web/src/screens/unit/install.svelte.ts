/** Chromium's own event, which the DOM's types do not know. */
interface InstallPrompt extends Event {
  prompt: () => Promise<unknown>;
}

const MANIFEST = "/unit.webmanifest";
/** A page that stays open for days asks for a new version this often. */
const ASK_EVERY_MS = 3600_000;

/**
 * What makes the crew's screen an app of its own on the phone: the manifest, and the service worker that opens it
 * without a network. Only this screen asks for them: on an operator's machine there is nothing to install.
 */
class Install {
  /** A newer version lies ready. */
  update = $state(false);
  /** The phone offers to put the screen among its apps. */
  offered = $state(false);
  #prompt: InstallPrompt | undefined;
  #waiting: ServiceWorker | undefined;
  #registration: ServiceWorkerRegistration | undefined;

  /** Returns what stops it. */
  start(): () => void {
    const link = document.createElement("link");
    link.rel = "manifest";
    link.href = MANIFEST;
    document.head.append(link);
    addEventListener("beforeinstallprompt", this.#offer);
    const timer = setInterval(() => this.ask(), ASK_EVERY_MS);
    // Vite's own server has no built files to keep; without TLS, off loopback, browsers have no service workers.
    if (import.meta.env.PROD && "serviceWorker" in navigator) void this.#register();
    return () => {
      link.remove();
      clearInterval(timer);
      removeEventListener("beforeinstallprompt", this.#offer);
    };
  }

  /** Asks whether there is a newer version, e.g. because the server was away and is back. */
  ask(): void {
    void this.#registration?.update().catch(() => undefined);
  }

  #offer = (event: Event): void => {
    event.preventDefault();
    this.#prompt = event as InstallPrompt;
    this.offered = true;
  };

  async install(): Promise<void> {
    this.offered = false;
    await this.#prompt?.prompt();
    this.#prompt = undefined;
  }

  async #register(): Promise<void> {
    try {
      this.#registration = await navigator.serviceWorker.register("/sw.js", { scope: "/unit" });
    } catch {
      // The screen works without: it only cannot be opened where there is no network.
      return;
    }
    this.#look();
    this.#registration.addEventListener("updatefound", () => {
      this.#registration?.installing?.addEventListener("statechange", () => this.#look());
    });
  }

  #look(): void {
    // Without an active one before it, it is the first, and nothing is out of date.
    if (!this.#registration?.waiting || !this.#registration.active) return;
    this.#waiting = this.#registration.waiting;
    this.update = true;
  }

  /** Takes the newer version: the page loads anew, and what waits to be sent is kept. */
  takeUpdate(): void {
    const worker = this.#waiting;
    if (!worker) return location.reload();
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") location.reload();
    });
    worker.postMessage("take over");
  }
}

export const install = new Install();
