import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test, vi } from "vitest";

const SOURCE = readFileSync("src/sw/worker.js", "utf8");
const ORIGIN = "https://siaga.test";

type Handler = (event: Record<string, unknown>) => void;

/** A worker of one version in a browser that only this test knows. */
class Browser {
  readonly stores = new Map<string, Map<string, string>>();
  readonly fetch = vi.fn<(request: unknown, init?: unknown) => Promise<Response>>();
  readonly skipWaiting = vi.fn();

  start(version: string, files: string[]): Record<string, Handler> {
    const handlers: Record<string, Handler> = {};
    const pathOf = (request: string | { url: string }) =>
      new URL(typeof request === "string" ? request : request.url, ORIGIN).pathname;
    const caches = {
      open: (name: string) => {
        const store = this.stores.get(name) ?? new Map<string, string>();
        this.stores.set(name, store);
        return Promise.resolve({
          addAll: (all: { url: string }[]) => {
            for (const one of all) store.set(pathOf(one), `${version} ${pathOf(one)}`);
            return Promise.resolve();
          },
        });
      },
      keys: () => Promise.resolve([...this.stores.keys()]),
      delete: (name: string) => Promise.resolve(this.stores.delete(name)),
      match: (request: string | { url: string }, { cacheName }: { cacheName: string }) => {
        const text = this.stores.get(cacheName)?.get(pathOf(request));
        return Promise.resolve(text === undefined ? undefined : new Response(text));
      },
    };
    class FakeRequest {
      constructor(readonly url: string) {}
    }
    const source = SOURCE.replace("__VERSION__", version).replace("__FILES__", JSON.stringify(files));
    const names = ["addEventListener", "caches", "clients", "skipWaiting", "fetch", "location", "Request"];
    new Function(...names, source)(
      (name: string, handler: Handler) => (handlers[name] = handler),
      caches,
      { claim: () => Promise.resolve() },
      this.skipWaiting,
      this.fetch,
      { origin: ORIGIN },
      FakeRequest,
    );
    return handlers;
  }

  /** What the worker answers; `undefined`: the browser goes to the network by itself. */
  async ask(
    handlers: Record<string, Handler>,
    path: string,
    mode = "cors",
    method = "GET",
  ): Promise<unknown> {
    let answer: Promise<Response> | undefined;
    const request = { url: new URL(path, ORIGIN).href, mode, method };
    handlers.fetch?.({ request, respondWith: (given: Promise<Response>) => (answer = given) });
    return answer === undefined ? undefined : (await answer).text();
  }
}

async function done(handlers: Record<string, Handler>, name: string): Promise<void> {
  let until: Promise<unknown> | undefined;
  handlers[name]?.({ waitUntil: (given: Promise<unknown>) => (until = given) });
  await until;
}

describe("the crew's service worker", () => {
  let browser: Browser;
  beforeEach(() => (browser = new Browser()));

  test("shows the server's page while there is one, and the kept one where there is none", async () => {
    const worker = browser.start("one", ["/", "/assets/a.js"]);
    await done(worker, "install");
    browser.fetch.mockResolvedValueOnce(new Response("fresh"));
    expect(await browser.ask(worker, "/unit", "navigate")).toBe("fresh");
    browser.fetch.mockRejectedValueOnce(new TypeError("no network"));
    expect(await browser.ask(worker, "/unit", "navigate")).toBe("one /");
    browser.fetch.mockResolvedValueOnce(new Response("busy", { status: 503 }));
    expect(await browser.ask(worker, "/unit", "navigate")).toBe("one /");
  });

  test("gives its own files at once, and leaves everything else alone", async () => {
    const worker = browser.start("one", ["/", "/assets/a.js"]);
    await done(worker, "install");
    expect(await browser.ask(worker, "/assets/a.js")).toBe("one /assets/a.js");
    expect(await browser.ask(worker, "/assets/of-a-newer-version.js")).toBeUndefined();
    expect(
      await browser.ask(worker, "/siaga.v1.DispatchService/ReportStatus", "cors", "POST"),
    ).toBeUndefined();
    expect(await browser.ask(worker, "https://elsewhere.test/assets/a.js")).toBeUndefined();
    expect(browser.fetch).not.toHaveBeenCalled();
  });

  test("waits beside the older version until it is told to take over, and then clears it away", async () => {
    await done(browser.start("one", ["/"]), "install");
    const newer = browser.start("two", ["/"]);
    await done(newer, "install");
    expect([...browser.stores.keys()]).toEqual(["siaga-unit-one", "siaga-unit-two"]);
    expect(browser.skipWaiting).not.toHaveBeenCalled();
    newer.message?.({ data: "take over" });
    expect(browser.skipWaiting).toHaveBeenCalled();
    await done(newer, "activate");
    expect([...browser.stores.keys()]).toEqual(["siaga-unit-two"]);
  });
});
