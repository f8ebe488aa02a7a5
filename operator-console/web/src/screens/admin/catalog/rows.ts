/**
 * Rows of the catalog as a person edits them, and what an edit changes. Nothing here knows a section: values are texts,
 * lists of texts and ticks, so that every section is edited, compared and put back in the same way.
 */
export type Value = string | boolean | readonly string[];
export interface Row {
  /** Finds the row again in another version: its code, or what makes it one. */
  readonly id: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** What somebody did to the rows of one version. */
export interface Edits {
  /** New values by row; `null`: removed. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, Value>> | null>>;
  readonly added: readonly Row[];
}

export const noEdits: Edits = { rows: {}, added: [] };

export type RowState = "same" | "changed" | "removed" | "added";
export interface EditedRow extends Row {
  readonly state: RowState;
}

export interface FieldChange {
  field: string;
  before: Value | undefined;
  after: Value | undefined;
}
export interface RowChange {
  id: string;
  state: Exclude<RowState, "same">;
  /** The row as it will be, or as it was when it goes. */
  row: Row;
  fields: FieldChange[];
}

export function same(one: Value | undefined, other: Value | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => item === other[index]);
  }
  return one === other;
}

function changesOf(before: Row["values"], after: Row["values"]): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .filter((field) => !same(before[field], after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

/** The rows with the edits on them; removed ones stay, marked, until they are saved. */
export function applied(base: readonly Row[], edits: Edits): EditedRow[] {
  const kept = base.map((row): EditedRow => {
    const edit = edits.rows[row.id];
    if (edit === undefined) return { ...row, state: "same" };
    if (edit === null) return { ...row, state: "removed" };
    const state = changesOf(row.values, edit).length > 0 ? "changed" : "same";
    return { id: row.id, values: edit, state };
  });
  return [...kept, ...edits.added.map((row): EditedRow => ({ ...row, state: "added" }))];
}

/** The rows as they will be stored. */
export function result(base: readonly Row[], edits: Edits): Row[] {
  return applied(base, edits).filter((row) => row.state !== "removed");
}

/** What differs between two versions. */
export function difference(before: readonly Row[], after: readonly Row[]): RowChange[] {
  const old = new Map(before.map((row) => [row.id, row]));
  const fresh = new Map(after.map((row) => [row.id, row]));
  const gone = before.filter((row) => !fresh.has(row.id));
  return [
    ...after.flatMap((row): RowChange[] => {
      const was = old.get(row.id);
      const fields = changesOf(was?.values ?? {}, row.values);
      if (was && fields.length === 0) return [];
      return [{ id: row.id, state: was ? "changed" : "added", row, fields }];
    }),
    ...gone.map((row): RowChange => ({ id: row.id, state: "removed", row, fields: [] })),
  ];
}

/** What the edits change in the version they stand on. */
export function changesIn(base: readonly Row[], edits: Edits): RowChange[] {
  const after = result(base, edits);
  return difference(base, after);
}
