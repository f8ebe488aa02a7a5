import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, test } from "vitest";
import { ChangedSchema } from "../gen/siaga/v1/common_pb.ts";
import { OpenIncidentRequestSchema } from "../gen/siaga/v1/incident_pb.ts";
import { opens, settleOpened, type CardDraft } from "./card-draft.ts";
import { loadDraft, ownDrafts, saveDraft } from "./drafts.ts";

const sent = create(OpenIncidentRequestSchema, {
  callId: "c1",
  narrative: "api di gudang",
  place: { text: "Jl. Niaga", point: { latitude: 0.9063, longitude: 108.9872 } },
  typeCode: "kebakaran-bangunan",
});
const changed = create(ChangedSchema, { id: "i1", version: 3n });

function typed(dirty: CardDraft["dirty"]): void {
  saveDraft("card.call:c1", { dirty, from: {}, base: "0", verified: 3 } satisfies CardDraft);
}

beforeEach(() => {
  localStorage.clear();
  ownDrafts("me");
});

test("what went with the request is no draft any more, however it was spaced", () => {
  typed({ narrative: " api di gudang ", placeText: "Jl. Niaga", point: "0.9063,108.9872" });
  saveDraft("send.call:c1", { ticks: {} });
  settleOpened(sent, changed);
  expect(localStorage.length).toBe(0);
});

test("what was typed while it was on its way is an edit of the incident, on what was sent", () => {
  typed({ narrative: "api di gudang, ada tabung gas", placeText: "Jl. Niaga" });
  settleOpened(sent, changed);
  expect(loadDraft("card.call:c1")).toBeUndefined();
  expect(loadDraft<CardDraft>("card.incident:i1")).toMatchObject({
    dirty: { narrative: "api di gudang, ada tabung gas" },
    from: { narrative: "api di gudang" },
    base: "3",
  });
});

test("a waiting command belongs to the card that it opens, and to no other", () => {
  const method = "siaga.v1.IncidentService/OpenIncident";
  const command = (body: string, of = method) => ({ id: "1", method: of, body, name: "", at: 0 });
  expect(opens(command('{"callId":"c1"}'), "call:c1")).toBe(true);
  expect(opens(command('{"callId":"c1"}'), "call:c2")).toBe(false);
  expect(opens(command("{}"), "new")).toBe(true);
  expect(opens(command('{"callId":"c1"}', "siaga.v1.CallService/EndCall"), "call:c1")).toBe(false);
  expect(opens(command("broken"), "new")).toBe(false);
});
