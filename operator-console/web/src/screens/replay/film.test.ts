import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EntitySchema, type Entity } from "../../gen/siaga/v1/live_pb.ts";
import {
  GetReplayResponseSchema,
  ReplayStepSchema,
  type GetReplayResponse,
  type ReplayStep,
} from "../../gen/siaga/v1/replay_pb.ts";
import { UnitViewSchema } from "../../gen/siaga/v1/unit_pb.ts";
import { boardAfter, neighbour, point, positionAt, reached, unitAt, withPage, type Film } from "./film.ts";

const FROM = 1_795_316_400_000;

function unit(id: string, position: number): Entity {
  const value = create(UnitViewSchema, { id, position: BigInt(position) });
  return create(EntitySchema, {
    key: `unit:${id}`,
    position: BigInt(position),
    value: { case: "unit", value },
  });
}

function gone(id: string): Entity {
  return create(EntitySchema, { key: `unit:${id}`, removed: true });
}

function step(after: number, event: string, changes: Entity[] = [], textId = "Ada kabar."): ReplayStep {
  return create(ReplayStepSchema, {
    at: timestampFromMs(FROM + after),
    entry: { event, textId, textEn: textId },
    changes,
  });
}

function page(
  steps: ReplayStep[],
  more: MessageInitShape<typeof GetReplayResponseSchema> = {},
): GetReplayResponse {
  return create(GetReplayResponseSchema, {
    from: timestampFromMs(FROM),
    to: timestampFromMs(FROM + 3_600_000),
    entities: [],
    steps,
    events: 10n,
    eventsTold: 10n,
    ...more,
  } as MessageInitShape<typeof GetReplayResponseSchema>);
}

/** What a screen would show that had followed from the beginning. */
function followed(base: readonly Entity[], steps: readonly ReplayStep[]): Map<string, Entity> {
  const shown = new Map(base.map((entity) => [entity.key, entity]));
  for (const entity of steps.flatMap((one) => one.changes)) {
    if (entity.removed) shown.delete(entity.key);
    else shown.set(entity.key, entity);
  }
  return shown;
}

test("any moment is what a screen showed that followed from the beginning, also over pages and frames", () => {
  const change = fc.record({
    id: fc.constantFrom("a", "b", "c", "d"),
    removed: fc.boolean(),
    wait: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 350 }), fc.nat(350), fc.nat(350), (changes, cut, until) => {
      let at = 0;
      const steps = changes.map(({ id, removed, wait }, index) => {
        at += wait;
        return step(at, "unit.engaged", [removed ? gone(id) : unit(id, index + 1)]);
      });
      const base = [unit("a", 0), unit("e", 0)];
      const first = withPage(undefined, page(steps.slice(0, cut), { entities: base, nextPageToken: "x" }));
      const film = withPage(first, page(steps.slice(cut)));
      const count = Math.min(until, film.moments.length);
      const end = count > 0 ? (film.moments[count - 1]?.end ?? 0) : 0;
      expect(boardAfter(film, count)).toEqual(followed(base, steps.slice(0, end)));
      const last = film.moments[count - 1];
      if (last) expect(reached(film.moments, last.at)).toBe(count);
    }),
    { numRuns: 60 },
  );
});

test("what happened in one instant is one moment, marked by what matters most of it", () => {
  const film = withPage(
    undefined,
    page([
      step(0, "call.ringing"),
      step(5_000, "incident.opened"),
      step(5_000, "incident.dispatched"),
      step(9_000, "unit.engaged", [], ""),
      step(9_500, "incident.closed"),
      step(9_500, "alarm.raised"),
    ]),
  );
  const told = film.moments.map((one) => [one.at - FROM, one.end - one.first, one.mark]);
  expect(told).toEqual([
    [0, 1, "event"],
    [5_000, 2, "case"],
    [9_000, 1, "quiet"],
    [9_500, 2, "alarm"],
  ]);
});

test("a step goes to what can be read, and past the ends there is nothing", () => {
  const film = withPage(
    undefined,
    page([step(1_000, "call.ringing"), step(2_000, "unit.engaged", [], ""), step(3_000, "incident.opened")]),
  );
  const after = (at: number, by: 1 | -1) => {
    const found = neighbour(film, FROM + at, by);
    return found === undefined ? undefined : found - FROM;
  };
  expect([after(0, 1), after(1_000, 1), after(2_500, 1), after(3_000, 1)]).toEqual([
    1_000,
    3_000,
    3_000,
    undefined,
  ]);
  expect([after(9_000, -1), after(3_000, -1), after(1_500, -1), after(1_000, -1)]).toEqual([
    3_000,
    1_000,
    1_000,
    undefined,
  ]);
});

test("a unit is where it was last known to be, and nowhere before anything is known", () => {
  const tracks = (at: number, latitude: number) => [
    { unitId: "a", points: [point(latitude, 108.98, FROM + at)] },
  ];
  const reply = (at: number, latitude: number) => page([], { tracks: tracks(at, latitude) });
  let film: Film = withPage(undefined, reply(60_000, 0.2));
  // A later page may bring what was before.
  film = withPage(film, reply(30_000, 0.1));
  const latitude = (at: number) => positionAt(film, "a", FROM + at)?.point?.latitude;
  expect([latitude(0), latitude(30_000), latitude(59_999), latitude(600_000)]).toEqual([
    undefined,
    0.1,
    0.1,
    0.2,
  ]);
  expect(positionAt(film, "b", FROM + 60_000)).toBeUndefined();
  const view = create(UnitViewSchema, { id: "a", code: "DAMKAR-01" });
  expect(unitAt(film, view, FROM + 60_000)).toMatchObject({ code: "DAMKAR-01" });
  expect(unitAt(film, view, FROM + 60_000).positionNow?.point?.latitude).toBe(0.2);
  expect(view.positionNow).toBeUndefined();
});

test("how much has come is said, and an empty stretch has come whole", () => {
  const half = withPage(undefined, page([], { events: 10n, eventsTold: 5n, nextPageToken: "x" }));
  expect([half.loaded, half.next]).toEqual([0.5, "x"]);
  const empty = withPage(undefined, page([], { events: 0n, eventsTold: 0n }));
  expect([empty.loaded, empty.moments.length, boardAfter(empty, 0).size]).toEqual([1, 0, 0]);
});
