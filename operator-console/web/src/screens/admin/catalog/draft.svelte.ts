import { api } from "../../../lib/api.ts";
import { dropDraft, loadDraft, saveDraft } from "../../../lib/drafts.ts";
import { Query } from "../../../lib/query.svelte.ts";
import {
  applied,
  changesIn,
  noEdits,
  result,
  type Edits,
  type EditedRow,
  type Row,
  type Value,
} from "./rows.ts";
import type { SectionSpec } from "./sections.ts";

/** One section under edit: the newest version known here, and what somebody has typed over it. */
export class SectionDraft {
  readonly query = new Query<{ version: bigint; rows: Row[] }>();
  edits = $state.raw<Edits>(noEdits);
  /** Somebody saved while this was typed; the edits now stand on their version. */
  overtaken = $state(false);
  #next = 0;

  base: Row[] = $derived(this.query.data?.rows ?? []);
  rows: EditedRow[] = $derived(applied(this.base, this.edits));
  changes = $derived(changesIn(this.base, this.edits));
  readonly #name: string;

  constructor(readonly spec: SectionSpec) {
    this.#name = `catalog.${spec.name}`;
  }

  /** The newest version; what was typed in a tab that crashed is taken up again. */
  async load(): Promise<void> {
    await this.query.load(() => this.#fetch());
    if (this.edits === noEdits) this.edits = loadDraft<Edits>(this.#name) ?? noEdits;
  }

  async #fetch(): Promise<{ version: bigint; rows: Row[] }> {
    const { content, version } = await api.setup.getCatalogSection({ section: this.spec.section });
    return { version, rows: content ? this.spec.read(content) : [] };
  }

  row(id: string): EditedRow | undefined {
    return this.rows.find((row) => row.id === id);
  }

  set(id: string, field: string, value: Value): void {
    const row = this.row(id);
    if (!row) return;
    const values = { ...row.values, [field]: value };
    if (row.state === "added") {
      const added = this.edits.added.map((one) => (one.id === id ? { id, values } : one));
      this.#take({ ...this.edits, added });
    } else this.#take({ ...this.edits, rows: { ...this.edits.rows, [id]: values } });
  }

  add(): string {
    const taken = new Set(this.rows.map((row) => row.id));
    let id: string;
    do id = `new-${++this.#next}`;
    while (taken.has(id));
    this.#take({ ...this.edits, added: [...this.edits.added, { id, values: this.spec.blank() }] });
    return id;
  }

  remove(id: string): void {
    if (this.row(id)?.state === "added") {
      this.#take({ ...this.edits, added: this.edits.added.filter((one) => one.id !== id) });
    } else this.#take({ ...this.edits, rows: { ...this.edits.rows, [id]: null } });
  }

  /** Puts one row back to what is stored. */
  revert(id: string): void {
    const { [id]: _, ...rows } = this.edits.rows;
    this.#take({ ...this.edits, rows });
  }

  discard(): void {
    this.edits = noEdits;
    this.overtaken = false;
    dropDraft(this.#name);
  }

  async save(note: string): Promise<void> {
    const content = this.spec.write(result(this.base, this.edits));
    await api.setup.updateCatalogSection({ version: this.query.data?.version ?? 0n, content, note });
    this.discard();
    await this.load();
  }

  async restore(version: bigint, note: string): Promise<void> {
    const made = this.query.data?.version ?? 0n;
    await api.setup.restoreCatalogSection({
      section: this.spec.section,
      version: made,
      restoredVersion: version,
      note,
    });
    this.discard();
    await this.load();
  }

  /** After a stale edit: the newest becomes what the edits stand on, and the person looks again. */
  async catchUp(): Promise<void> {
    await this.query.load(() => this.#fetch());
    this.overtaken = true;
  }

  #take(edits: Edits): void {
    this.edits = edits;
    saveDraft(this.#name, edits);
  }
}
