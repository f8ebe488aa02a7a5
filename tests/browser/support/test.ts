import { basename } from "node:path";
import { test as base, type BrowserContext, type Page } from "@playwright/test";
import { Server } from "./server.ts";
import { signIn } from "./sign-in.ts";
import { Wire } from "./wire.ts";

export { expect } from "@playwright/test";

interface SeatOptions {
  /** Through which the seat's browser reaches the server; left out: directly. */
  wire?: Wire;
  theme?: "dark" | "light";
}

/** One server a file: the tests of a file share it, and the next file begins with an empty city. */
class Servers {
  #file = "";
  #server: Server | undefined;

  async of(file: string): Promise<Server> {
    if (this.#server && this.#file === file) return this.#server;
    await this.stop();
    this.#file = file;
    this.#server = await Server.start(basename(file, ".spec.ts"));
    return this.#server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.stop();
  }
}

interface Fixtures {
  /** The real binary, ready, with the demonstration's accounts. */
  server: Server;
  /** Errors that pages threw and nothing caught; a test that saw one fails. */
  faults: string[];
  /** A browser session of its own with one page, signed in to nothing yet. */
  visitor: (options?: SeatOptions) => Promise<Page>;
  /** A browser session of its own in which somebody sits: signed in, with live data. */
  seat: (username: string, options?: SeatOptions) => Promise<Page>;
  /** A network that can be cut, between one seat and the server. */
  wire: Wire;
}

/** What a page throws, and what its security policy stopped, are faults of the page. */
function watch(page: Page, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(`${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
}

export const test = base.extend<Fixtures, { servers: Servers }>({
  servers: [
    async ({}, use) => {
      const servers = new Servers();
      await use(servers);
      await servers.stop();
    },
    { scope: "worker", timeout: 150_000 },
  ],
  server: [
    async ({ servers }, use, info) => {
      await use(await servers.of(info.file));
    },
    { timeout: 150_000 },
  ],
  wire: async ({ server }, use) => {
    const wire = await Wire.to(server.port);
    await use(wire);
    await wire.close();
  },
  faults: async ({}, use) => {
    const faults: string[] = [];
    await use(faults);
    if (faults.length > 0) throw new Error(`pages had faults:\n${faults.join("\n")}`);
  },
  visitor: async ({ browser, server, faults }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options = {}) => {
      const url = options.wire?.url ?? server.url;
      const localStorage = options.theme ? [{ name: "siaga.theme", value: options.theme }] : [];
      const storageState = { cookies: [], origins: [{ origin: url, localStorage }] };
      const context = await browser.newContext({ baseURL: url, storageState });
      contexts.push(context);
      context.on("page", (page) => watch(page, faults));
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
  seat: async ({ visitor }, use) => {
    await use(async (username, options) => {
      const page = await visitor(options);
      await page.goto("/");
      await signIn(page, username);
      return page;
    });
  },
});
