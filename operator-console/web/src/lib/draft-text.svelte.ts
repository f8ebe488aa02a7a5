import { dropDraft, loadDraft, saveDraft } from "./drafts.ts";

/**
 * What is typed into a dialog, kept until it has been sent: a reload, or a dialog that was closed to look at something
 * else, costs nobody their words.
 */
export class DraftText {
  #text = $state("");

  /** `name` says what it is about, like `cancel.<incident>`; left out: it lives as long as the dialog. */
  constructor(private readonly name?: string) {
    if (name) this.#text = loadDraft<string>(name) ?? "";
  }

  get text(): string {
    return this.#text;
  }

  set text(next: string) {
    this.#text = next;
    if (!this.name) return;
    if (next) saveDraft(this.name, next);
    else dropDraft(this.name);
  }

  /** It has been sent: the next one begins empty. */
  sent(): void {
    if (this.name) dropDraft(this.name);
  }
}
