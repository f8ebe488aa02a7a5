// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChangeSchema, EntitySchema, SnapshotSchema, type Entity } from "../gen/siaga/v1/live_pb.ts";
import { dropIncoming, emptyReplica, reduce, type Frame, type Replica } from "./reducer.ts";

interface Step {
  key: number;
  position: number;
  removed: boolean;
}

function entity({ key, position, removed }: Step): Entity {
  return create(EntitySchema, {
    key: `call:${key}`,
    position: BigInt(position),
    removed,
    value: { case: "call", value: { id: String(key), line: `at ${position}` } },
  });
}

function change(step: Step): Frame {
  return {
    case: "change",
    value: create(ChangeSchema, { cursor: `c${step.position}`, entity: entity(step) }),
  };
}

function snapshot(steps: Step[], cursor: string, last = true): Frame {
  return {
    case: "snapshot",
    value: create(SnapshotSchema, { entities: steps.map(entity), cursor, last }),
  };
}

/** What stands on the screen: key → the position shown. */
function shown(replica: Replica): Record<string, string> {
  return Object.fromEntries([...replica.entities].map(([key, one]) => [key, String(one.position)]).sort());
}

/** Histories as a server makes them: every position belongs to one entity's change. */
const history = fc
  .array(fc.record({ key: fc.integer({ min: 0, max: 4 }), removed: fc.boolean() }), { maxLength: 30 })
  .map((steps) => steps.map((step, index): Step => ({ ...step, position: index + 1 })));

describe("the reducer", () => {
  test("takes a snapshot and the changes after it", () => {
    const replica = reduce(emptyReplica, [
      snapshot([{ key: 1, position: 5, removed: false }], "c5"),
      change({ key: 2, position: 6, removed: false }),
      change({ key: 1, position: 7, removed: true }),
    ]);
    expect(shown(replica)).toEqual({ "call:2": "6" });
    expect(replica.cursor).toBe("c7");
    expect(replica.ready).toBe(true);
  });

  test("drops what is older than what it has", () => {
    const replica = reduce(emptyReplica, [
      change({ key: 1, position: 7, removed: false }),
      change({ key: 1, position: 6, removed: false }),
    ]);
    expect(shown(replica)).toEqual({ "call:1": "7" });
  });

  test("an older change does not bring back what was removed", () => {
    const replica = reduce(emptyReplica, [
      change({ key: 1, position: 7, removed: true }),
      change({ key: 1, position: 6, removed: false }),
    ]);
    expect(shown(replica)).toEqual({});
  });

  test("a thing can come back after it was removed", () => {
    const replica = reduce(emptyReplica, [
      change({ key: 1, position: 7, removed: true }),
      change({ key: 1, position: 8, removed: false }),
    ]);
    expect(shown(replica)).toEqual({ "call:1": "8" });
  });

  test("a snapshot in parts replaces everything only when it is whole", () => {
    const before = reduce(emptyReplica, [snapshot([{ key: 1, position: 9, removed: false }], "c9")]);
    const half = reduce(before, [snapshot([{ key: 2, position: 3, removed: false }], "", false)]);
    expect(shown(half)).toEqual({ "call:1": "9" });
    const whole = reduce(half, [snapshot([{ key: 3, position: 4, removed: false }], "c4")]);
    expect(shown(whole)).toEqual({ "call:2": "3", "call:3": "4" });
    expect(whole.cursor).toBe("c4");
    expect(shown(dropIncoming(half))).toEqual({ "call:1": "9" });
    expect(dropIncoming(half).incoming).toBeUndefined();
  });

  test("a change between a snapshot's parts is not lost", () => {
    const replica = reduce(emptyReplica, [
      snapshot([{ key: 1, position: 3, removed: false }], "", false),
      change({ key: 1, position: 6, removed: false }),
      snapshot([{ key: 2, position: 4, removed: false }], "c5"),
    ]);
    expect(shown(replica)).toEqual({ "call:1": "6", "call:2": "4" });
    expect(replica.cursor).toBe("c5");
  });

  test("telemetry moves a unit without a new position in the log", () => {
    const unit = (seconds: number): Frame => ({
      case: "change",
      value: create(ChangeSchema, {
        cursor: "c1",
        entity: {
          key: "unit:1",
          position: 5n,
          value: { case: "unit", value: { id: "1", positionNow: { at: { seconds: BigInt(seconds) } } } },
        },
      }),
    });
    const replica = reduce(emptyReplica, [unit(10), unit(20), unit(15)]);
    const value = replica.entities.get("unit:1")?.value;
    expect(value?.case === "unit" && value.value.positionNow?.at?.seconds).toBe(20n);
  });

  test("the state of the parts is the last that came, also at one position", () => {
    const parts = (waiting: number): Frame => ({
      case: "change",
      value: create(ChangeSchema, {
        cursor: "c1",
        entity: {
          key: "parts",
          position: 5n,
          value: { case: "parts", value: { parts: [{ name: "hub", waiting }] } },
        },
      }),
    });
    const value = reduce(emptyReplica, [parts(0), parts(7), parts(3)]).entities.get("parts")?.value;
    expect(value?.case === "parts" && value.value.parts[0]?.waiting).toBe(3);
  });

  test.each([0, 7])(
    "what ends by time is removed (position %i), and only news brings it back",
    (position) => {
      const gone = reduce(emptyReplica, [
        change({ key: 1, position: 7, removed: false }),
        change({ key: 1, position, removed: true }),
        change({ key: 1, position: 7, removed: false }),
      ]);
      expect(shown(gone)).toEqual({});
      expect(shown(reduce(gone, [change({ key: 1, position: 8, removed: false })]))).toEqual({
        "call:1": "8",
      });
    },
  );

  test("leaves the replica it was given as it was", () => {
    const before = reduce(emptyReplica, [change({ key: 1, position: 1, removed: false })]);
    reduce(before, [change({ key: 1, position: 2, removed: true })]);
    expect(shown(before)).toEqual({ "call:1": "1" });
  });

  test("any order, with any repetition, ends in the same picture", () => {
    fc.assert(
      fc.property(
        history.chain((steps) =>
          fc.tuple(
            fc.constant(steps),
            fc.shuffledSubarray(steps, { minLength: steps.length }),
            steps.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...steps), { maxLength: 20 }),
          ),
        ),
        ([steps, shuffled, repeated]) => {
          const straight = reduce(emptyReplica, steps.map(change));
          const crooked = reduce(emptyReplica, [...shuffled, ...repeated].map(change));
          expect(shown(crooked)).toEqual(shown(straight));
        },
      ),
    );
  });

  test("batches make no difference", () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 7 }), (steps, size) => {
        const frames = steps.map(change);
        let replica = emptyReplica;
        for (let i = 0; i < frames.length; i += size) replica = reduce(replica, frames.slice(i, i + size));
        expect(shown(replica)).toEqual(shown(reduce(emptyReplica, frames)));
      }),
    );
  });

  test("a snapshot at any moment and the changes after it equal all changes", () => {
    fc.assert(
      fc.property(history, fc.nat(30), (steps, cut) => {
        const frames = steps.map(change);
        const straight = reduce(emptyReplica, frames);
        const half = reduce(emptyReplica, frames.slice(0, cut));
        const picture: Frame = {
          case: "snapshot",
          value: create(SnapshotSchema, { entities: [...half.entities.values()], cursor: "c", last: true }),
        };
        // The cursor may stand before what the snapshot holds: changes then come twice.
        const from = Math.max(0, Math.min(cut, steps.length) - 3);
        const again = reduce(emptyReplica, [picture, ...frames.slice(cut)]);
        expect(shown(again)).toEqual(shown(straight));
        const repeated = reduce(again, frames.slice(from));
        expect(shown(repeated)).toEqual(shown(straight));
      }),
    );
  });
});
