import { connect, createServer, type Server as Listener, type Socket } from "node:net";
import { Transform } from "node:stream";

/**
 * One seat's network: a wire between its browser and the server that can be broken and mended, for
 * the live socket and for commands alike.
 */
export class Wire {
  readonly #sockets = new Set<Socket>();
  #state: "whole" | "cut" | "frozen" = "whole";
  #delayMs = 0;

  private constructor(
    private readonly listener: Listener,
    readonly url: string,
  ) {}

  static async to(serverPort: number): Promise<Wire> {
    const listener = createServer();
    await new Promise<void>((done, fail) => listener.once("error", fail).listen(0, "127.0.0.1", done));
    const address = listener.address();
    if (!address || typeof address === "string") throw new Error("the wire has no port");
    const wire = new Wire(listener, `http://127.0.0.1:${address.port}`);
    listener.on("connection", (near) => wire.#join(near, serverPort));
    return wire;
  }

  #join(near: Socket, serverPort: number): void {
    if (this.#state === "cut") {
      near.destroy();
      return;
    }
    if (this.#state === "frozen") {
      this.#sockets.add(near);
      near.on("error", () => undefined);
      return;
    }
    const far = connect(serverPort, "127.0.0.1");
    const both = [near, far];
    for (const one of both) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      // A broken end breaks the other, as on a real wire; the error itself is the browser's to meet.
      one.on("error", () => undefined);
      one.on("close", () => {
        this.#sockets.delete(one);
        for (const other of both) other.destroy();
      });
    }
    near.pipe(far).pipe(this.#late()).pipe(near);
  }

  /** Holds back each piece of what the server says, in order. */
  #late(): Transform {
    return new Transform({
      transform: (piece: Buffer, _, pass) => {
        if (this.#delayMs === 0) pass(null, piece);
        else setTimeout(() => pass(null, piece), this.#delayMs);
      },
    });
  }

  /** The server answers this much later; 0: as it does. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Breaks what runs over it and refuses what is new: both ends know at once. */
  cut(): void {
    this.#state = "cut";
    this.#drop();
  }

  /** Carries nothing any more and tells nobody, as a radio link that died does. */
  freeze(): void {
    this.#state = "frozen";
    for (const one of this.#sockets) one.unpipe().pause();
  }

  mend(): void {
    const before = this.#state;
    this.#state = "whole";
    // What was swallowed is lost: those connections do not come back to life.
    if (before === "frozen") this.#drop();
  }

  #drop(): void {
    for (const one of this.#sockets) one.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.listener.close(done));
  }
}
