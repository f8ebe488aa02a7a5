import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, encodeBinaryHeader } from "@connectrpc/connect";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { CallViewSchema } from "../../gen/siaga/v1/call_pb.ts";
import { ErrorDetailSchema } from "../../gen/siaga/v1/common_pb.ts";
import { IncidentViewSchema, type IncidentView } from "../../gen/siaga/v1/incident_pb.ts";
import { PlaceVerification } from "../../gen/siaga/v1/place_pb.ts";
import { ownDrafts } from "../../lib/drafts.ts";
import { CardForm } from "./form.svelte.ts";

const server = vi.hoisted(() => ({
  edit: vi.fn<(request: Record<string, unknown>) => Promise<{ changed: { version: bigint } }>>(),
  classify: vi.fn<(request: Record<string, unknown>) => Promise<{ changed: { version: bigint } }>>(),
}));
vi.mock("../../lib/api.ts", () => ({
  api: { incidents: { editIncident: server.edit, classifyIncident: server.classify } },
}));

const incident = (
  more: {
    narrative?: string;
    cardVersion?: bigint;
    place?: { text: string; point: { latitude: number; longitude: number } };
  } = {},
): IncidentView =>
  create(IncidentViewSchema, {
    id: "i1",
    cardVersion: 3n,
    callerName: "Tetangga",
    narrative: "asap",
    place: { text: "Jl. Niaga", point: { latitude: 0.9063, longitude: 108.9872 } },
    ...more,
  });

function stale(version: bigint, ...fields: [name: string, current: string][]): ConnectError {
  const error = new ConnectError("berubah", Code.Aborted);
  const conflicts = fields.map(([field, current]) => ({ field, current, wanted: "kata saya" }));
  const detail = create(ErrorDetailSchema, { code: "SIAGA-1004", currentVersion: version, conflicts });
  error.metadata.set("siaga-error-code", "SIAGA-1004");
  error.metadata.set("siaga-error-detail-bin", encodeBinaryHeader(toBinary(ErrorDetailSchema, detail)));
  return error;
}

function openForm(now = incident()): CardForm {
  const form = new CardForm("incident:i1");
  form.follow(now, undefined);
  return form;
}

beforeEach(() => {
  localStorage.clear();
  ownDrafts("me");
  server.edit.mockReset().mockResolvedValue({ changed: { version: 4n } });
  server.classify.mockReset().mockResolvedValue({ changed: { version: 5n } });
});

describe("a card before it is open", () => {
  test("starts from the call, and what is typed survives a reload", () => {
    const form = new CardForm("call:c1");
    form.follow(undefined, create(CallViewSchema, { id: "c1", number: "0000-4410" }));
    expect(form.get("callerNumber")).toBe("0000-4410");
    form.set("narrative", "api di lantai dua");
    const again = new CardForm("call:c1");
    expect(again.get("narrative")).toBe("api di lantai dua");
    expect(again.unsaved).toBe(true);
  });
});

describe("a place that was verified before the card is open", () => {
  test("stays verified over a reload, and not over another place", () => {
    const form = new CardForm("call:c1");
    form.set("placeText", "Jl. Niaga");
    form.verify(PlaceVerification.LANDMARK);
    expect(new CardForm("call:c1").verification).toBe(PlaceVerification.LANDMARK);
    form.set("kelurahanCode", "61.72.02.1002");
    expect(form.verification).toBe(PlaceVerification.LANDMARK);
    form.set("placeText", "Jl. Alianyang");
    expect(new CardForm("call:c1").verification).toBe(PlaceVerification.UNSPECIFIED);
  });
});

describe("a card that is open", () => {
  test("sends only what was typed, on the version it was typed over, and forgets the draft", async () => {
    const form = openForm();
    form.set("narrative", "api");
    expect(await form.save()).toBe(true);
    expect(server.edit).toHaveBeenCalledExactlyOnceWith({ incidentId: "i1", version: 3n, narrative: "api" });
    expect(form.unsaved).toBe(false);
    expect(localStorage.length).toBe(0);
  });

  test("shows what was saved until the live data have caught up", async () => {
    const form = openForm();
    form.set("narrative", "api");
    await form.save();
    expect(form.get("narrative")).toBe("api");
    form.follow(incident({ narrative: "api", cardVersion: 4n }), undefined);
    form.follow(incident({ narrative: "api padam", cardVersion: 5n }), undefined);
    expect(form.get("narrative")).toBe("api padam");
  });

  test("typing back to what is stored leaves nothing to save", async () => {
    const form = openForm();
    form.set("narrative", "asap tebal");
    form.set("narrative", "asap");
    expect(form.unsaved).toBe(false);
    await form.save();
    expect(server.edit).not.toHaveBeenCalled();
  });

  test("another person's change of another field overwrites nothing and asks nothing", async () => {
    // The server cannot know what the edit was begun on: it names each field that would change.
    server.edit
      .mockRejectedValueOnce(stale(9n, ["place.text", "Jl. Niaga"]))
      .mockResolvedValueOnce({ changed: { version: 10n } });
    const form = openForm();
    form.set("placeText", "Jl. Niaga 14");
    const saving = form.save();
    await Promise.resolve();
    const point = { latitude: 0.91, longitude: 108.98 };
    form.follow(incident({ cardVersion: 9n, place: { text: "Jl. Niaga", point } }), undefined);
    expect(await saving).toBe(true);
    expect(form.conflict).toBeUndefined();
    expect(server.edit).toHaveBeenLastCalledWith({
      incidentId: "i1",
      version: 9n,
      place: { text: "Jl. Niaga 14", kelurahanCode: "", point },
    });
  });

  test("another person's change of the place's text is not overwritten by my kelurahan", async () => {
    server.edit.mockRejectedValueOnce(stale(9n, ["place.text", "Jl. Yohana Godang"]));
    const form = openForm();
    form.set("kelurahanCode", "61.72.02.1002");
    expect(await form.save()).toBe(false);
    expect(form.conflict?.fields[0]?.current).toBe("Jl. Yohana Godang");
  });

  test("another person's change of the same field is shown, and mine can still win", async () => {
    server.edit
      .mockRejectedValueOnce(stale(9n, ["narrative", "kata orang lain"]))
      .mockResolvedValueOnce({ changed: { version: 10n } });
    const form = openForm();
    form.set("narrative", "kata saya");
    expect(await form.save()).toBe(false);
    expect(form.conflict?.fields[0]?.current).toBe("kata orang lain");
    expect(form.get("narrative")).toBe("kata saya");
    expect(await form.useMine()).toBe(true);
    expect(server.edit).toHaveBeenLastCalledWith({ incidentId: "i1", version: 9n, narrative: "kata saya" });
  });

  test("or theirs is taken", async () => {
    server.edit.mockRejectedValueOnce(stale(9n, ["narrative", "kata orang lain"]));
    const form = openForm();
    form.set("narrative", "kata saya");
    await form.save();
    form.follow(incident({ narrative: "kata orang lain", cardVersion: 9n }), undefined);
    await form.useTheirs();
    expect(form.get("narrative")).toBe("kata orang lain");
    expect(form.unsaved).toBe(false);
    expect(server.edit).toHaveBeenCalledTimes(1);
  });

  test("a typed draft keeps the version it was begun on over a reload", async () => {
    openForm().set("narrative", "api");
    const again = openForm(incident({ cardVersion: 8n }));
    await again.save();
    expect(server.edit).toHaveBeenCalledExactlyOnceWith({ incidentId: "i1", version: 3n, narrative: "api" });
  });

  test("a failure keeps what was typed", async () => {
    server.edit.mockRejectedValueOnce(new ConnectError("gone", Code.Unavailable));
    const form = openForm();
    form.set("placeText", "Jl. Yohana Godang");
    expect(await form.save()).toBe(false);
    expect(form.get("placeText")).toBe("Jl. Yohana Godang");
    expect(new CardForm("incident:i1").get("placeText")).toBe("Jl. Yohana Godang");
  });

  test("a text that is no point is not sent", async () => {
    const form = openForm();
    form.set("point", "dekat pasar");
    expect(form.pointComplaint).not.toBe("");
    expect(await form.save()).toBe(false);
    expect(server.edit).not.toHaveBeenCalled();
  });

  test("what is typed while a save travels stays typed", async () => {
    let arrive: (reply: { changed: { version: bigint } }) => void = () => undefined;
    server.edit.mockReturnValueOnce(new Promise((done) => (arrive = done)));
    const form = openForm();
    form.set("narrative", "api");
    const saving = form.save();
    await Promise.resolve();
    form.set("narrative", "api besar");
    arrive({ changed: { version: 4n } });
    await saving;
    expect(form.get("narrative")).toBe("api besar");
    expect(form.unsaved).toBe(true);
    await form.save();
    expect(server.edit).toHaveBeenLastCalledWith({ incidentId: "i1", version: 4n, narrative: "api besar" });
  });

  test("type and text go one after the other, each on the version of the one before", async () => {
    const form = openForm();
    form.set("narrative", "api");
    form.set("typeCode", "kebakaran-bangunan");
    expect(await form.save()).toBe(true);
    expect(server.classify).toHaveBeenCalledExactlyOnceWith({
      incidentId: "i1",
      version: 4n,
      typeCode: "kebakaran-bangunan",
      priority: 0,
      priorityReason: "",
    });
  });
});
