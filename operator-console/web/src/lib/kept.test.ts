import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { AccountViewSchema } from "../gen/siaga/v1/access_pb.ts";
import { Role } from "../gen/siaga/v1/common_pb.ts";
import { EntitySchema } from "../gen/siaga/v1/live_pb.ts";
import { forgetKept, keepAccount, keepView, keptAccount, keptView } from "./kept.ts";

const account = (id: string, role: Role) => create(AccountViewSchema, { id, role, unitId: "u1" });
const HOUR_MS = 3600_000;

describe("what a crew's phone remembers", () => {
  beforeEach(() => localStorage.clear());

  test("is the crew and what it saw last, for a day", () => {
    keepAccount(account("c1", Role.FIELD_UNIT));
    const unit = create(EntitySchema, {
      key: "unit:u1",
      value: { case: "unit", value: { id: "u1", code: "DAMKAR-01" } },
    });
    keepView("c1", { entities: [unit], seenAt: 5, skewMs: 600_000 });
    expect(keptAccount()?.unitId).toBe("u1");
    expect(keptView("c1")).toEqual({ entities: [unit], seenAt: 5, skewMs: 600_000 });
    expect(keptView("c2")).toBeUndefined();
    expect(keptAccount(Date.now() + 25 * HOUR_MS)).toBeUndefined();
    expect(keptView("c1", Date.now() + 25 * HOUR_MS)).toBeUndefined();
    // What is too old is not only not shown: it is gone.
    expect(keptAccount()).toBeUndefined();
  });

  test("is nothing of others, who also make it forget", () => {
    keepAccount(account("c1", Role.FIELD_UNIT));
    keepView("c1", { entities: [], seenAt: 5, skewMs: 0 });
    keepAccount(account("c2", Role.FIELD_UNIT));
    expect(keptView("c1")).toBeUndefined();
    keepAccount(account("o1", Role.OPERATOR));
    expect(keptAccount()).toBeUndefined();
    expect(localStorage).toHaveLength(0);
  });

  test("goes with the sign-out", () => {
    keepAccount(account("c1", Role.FIELD_UNIT));
    keepView("c1", { entities: [], seenAt: 5, skewMs: 0 });
    forgetKept();
    expect(localStorage).toHaveLength(0);
  });
});
