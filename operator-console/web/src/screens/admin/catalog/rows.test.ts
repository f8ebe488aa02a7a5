import { describe, expect, test } from "vitest";
import { applied, changesIn, difference, noEdits, result, type Edits, type Row } from "./rows.ts";

const base: Row[] = [
  { id: "damkar", values: { code: "damkar", name: "Damkar", list: ["a", "b"] } },
  { id: "polres", values: { code: "polres", name: "Polres", list: [] } },
];

function edits(more: Partial<Edits>): Edits {
  return { ...noEdits, ...more };
}

describe("edits", () => {
  test("change, remove and add rows, and leave the others", () => {
    const some = edits({
      rows: { damkar: { ...base[0]!.values, name: "Pemadam" }, polres: null },
      added: [{ id: "new-1", values: { code: "pmi", name: "PMI", list: [] } }],
    });
    expect(applied(base, some).map((row) => row.state)).toEqual(["changed", "removed", "added"]);
    expect(result(base, some).map((row) => row.values["code"])).toEqual(["damkar", "pmi"]);
    expect(
      changesIn(base, some).map((one) => [one.id, one.state, one.fields.map((field) => field.field)]),
    ).toEqual([
      ["damkar", "changed", ["name"]],
      ["new-1", "added", ["code", "name", "list"]],
      ["polres", "removed", []],
    ]);
  });

  test("that come to the same are no change", () => {
    const none = edits({ rows: { damkar: { code: "damkar", name: "Damkar", list: ["a", "b"] } } });
    expect(applied(base, none)[0]?.state).toBe("same");
    expect(changesIn(base, none)).toEqual([]);
  });

  test("stand on a newer version: what somebody else changed meanwhile is kept", () => {
    const mine = edits({ rows: { damkar: { ...base[0]!.values, name: "Pemadam" } } });
    const newer: Row[] = [base[0]!, { id: "polres", values: { ...base[1]!.values, name: "Kepolisian" } }];
    expect(result(newer, mine).map((row) => row.values["name"])).toEqual(["Pemadam", "Kepolisian"]);
    expect(difference(base, newer).map((one) => one.id)).toEqual(["polres"]);
  });
});
