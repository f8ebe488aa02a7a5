import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A first start loads the city and hashes the demo accounts' passwords, on a machine that does other work. */
const START_MAX_MS = 120_000;
const STOP_MAX_MS = 30_000;

function binary(): string {
  const path = process.env.SIAGA_BIN;
  if (!path) throw new Error("SIAGA_BIN is not set: run these tests by `make test-browser`");
  if (!existsSync(path)) throw new Error(`${path} is not there: run \`cargo build -p siaga\` first`);
  return path;
}

/** Without the settings of whoever runs the tests: what the server is told stands on its command line. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SIAGA_")));
}

/** A port of the loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done, fail) => probe.once("error", fail).listen(0, "127.0.0.1", done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (!address || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** The real binary with the demonstration's accounts, on a folder and a port of its own. */
export class Server {
  readonly port: number;
  readonly #folder: string;
  readonly #log: string;
  #child: ChildProcess | undefined;

  private constructor(
    name: string,
    port: number,
    /** Settings besides the command line, e.g. `SIAGA_HUB_URL`. */
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), "siaga-browser-"));
    mkdirSync("results", { recursive: true });
    this.#log = join("results", `server-${name}.log`);
  }

  /** Starts one and waits until it is ready. `name` names its log among the results. */
  static async start(name: string, settings: Readonly<Record<string, string>> = {}): Promise<Server> {
    const server = new Server(name, await freePort(), settings);
    try {
      await server.restart();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it again on the same folder and port. */
  async restart(): Promise<void> {
    const log = createWriteStream(this.#log, { flags: "a" });
    const listen = `127.0.0.1:${this.port}`;
    const child = spawn(
      binary(),
      ["serve", "--demo", "--data", join(this.#folder, "data"), "--listen", listen],
      {
        env: { ...cleanEnvironment(), ...this.settings },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#child = child;
    await this.#ready(child);
  }

  async #ready(child: ChildProcess): Promise<void> {
    const started = performance.now();
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      const said = (): string => readFileSync(this.#log, "utf8").slice(-4000);
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${said()}`);
      if (performance.now() - started > START_MAX_MS) {
        await this.kill();
        throw new Error(`the server is not ready:\n${said()}`);
      }
      await pause(50);
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends it as Ctrl-C would; a server that does not end is a failure. */
  async stop(): Promise<void> {
    try {
      await this.#end("SIGTERM");
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    child.kill(signal);
    const late = AbortSignal.timeout(STOP_MAX_MS);
    await Promise.race([
      ended,
      new Promise<never>((_, fail) =>
        late.addEventListener("abort", () => {
          child.kill("SIGKILL");
          fail(new Error(`the server did not end within ${STOP_MAX_MS} ms of ${signal}`));
        }),
      ),
    ]);
  }
}
