export type Tone = "ok" | "warn" | "bad" | "info";

export interface Toast {
  id: number;
  tone: Tone;
  text: string;
  /** The stable error code, to say on the telephone to whoever helps. */
  code?: string;
}

class Toasts {
  list = $state<Toast[]>([]);
  #next = 0;

  /** Shows a short message. Bad news stays until it is closed; the rest leaves by itself. */
  show(tone: Tone, text: string, code?: string): void {
    // The same news again moves nothing: a failing network would else flood the screen.
    if (this.list.some((one) => one.text === text && one.tone === tone)) return;
    const id = ++this.#next;
    this.list = [...this.list.slice(-3), { id, tone, text, code }];
    if (tone !== "bad") setTimeout(() => this.close(id), tone === "warn" ? 8000 : 4000);
  }

  close(id: number): void {
    this.list = this.list.filter((one) => one.id !== id);
  }
}

export const toasts = new Toasts();
