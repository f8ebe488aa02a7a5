import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { TimelineEntrySchema } from "../gen/siaga/v1/incident_pb.ts";
import { at } from "./proto.ts";
import { timelineRows } from "./timeline.ts";

const NAME = "Pemadam Kebakaran Kota Singkawang";
let position = 0n;

function entry(time: number, label: string, event: string, textId: string, assignmentId = "", lateMs = 0) {
  position += 1n;
  return create(TimelineEntrySchema, {
    position,
    event,
    textId,
    assignmentId,
    occurredAt: at(time) as never,
    recordedAt: at(time + lateMs) as never,
    by: { label, agencyCode: label.startsWith("Dispatcher") ? "damkar" : "" },
  });
}

function rows(...entries: ReturnType<typeof entry>[]) {
  return timelineRows(
    entries,
    (one) => one.textId,
    (code) => (code === "damkar" ? NAME : ""),
  );
}

test("what one person did in one second is one row", () => {
  const shown = rows(
    entry(1000, "Operator", "call.answered", "Panggilan dijawab."),
    entry(1900, "Operator", "incident.opened", "Kejadian dibuka."),
    entry(2000, "Operator", "incident.classified", "Jenis: banjir."),
  );
  expect(shown.map((row) => row.text)).toEqual(["Panggilan dijawab. Kejadian dibuka.", "Jenis: banjir."]);
});

test("an agency is named once, and its dispatch is told once, with its part", () => {
  const shown = rows(
    entry(1000, "Operator", "assignment.sent", "Damkar: tugas dikirim sebagai pemimpin.", "a"),
    entry(1000, "Operator", "assignment.sent", "PSC 119: tugas dikirim sebagai pendukung.", "b"),
    entry(1000, "Operator", "incident.dispatched", "Dikirim ke Damkar, PSC 119."),
    entry(5000, `Dispatcher ${NAME}`, "assignment.readiness_confirmed", "Damkar: siap.", "a"),
    entry(5000, `Dispatcher ${NAME}`, "assignment.accepted", "Damkar: tugas diterima.", "a"),
  );
  expect(shown.map((row) => [row.who, row.text])).toEqual([
    ["Operator", "Damkar: tugas dikirim sebagai pemimpin. PSC 119: tugas dikirim sebagai pendukung."],
    ["Dispatcher Damkar", "Damkar: siap; tugas diterima."],
  ]);
});

test("a dispatch whose assignments are not there is told", () => {
  expect(rows(entry(1000, "Operator", "incident.dispatched", "Dikirim ke Damkar."))).toHaveLength(1);
});

test("free texts and late entries stand alone", () => {
  const note = () => entry(1000, "Operator", "incident.note_added", "Catatan: api.");
  const answered = (lateMs = 0) => entry(1000, "Operator", "call.answered", "Panggilan dijawab.", "", lateMs);
  expect(rows(note(), answered(), note())).toHaveLength(3);
  expect(rows(answered(), answered(60_000)).map((row) => row.recordedAt)).toEqual([undefined, 61_000]);
});

test("photos of one person are counted, and their row leads to each that is kept", () => {
  const photo = (photoId: string, at = 1000, who = "Regu DAMKAR-01") => ({
    ...entry(at, who, "incident.photo_added", "Foto dari lokasi."),
    photoId,
  });
  const [one, ...others] = rows(photo("p1"), photo("p2", 9000), photo("", 10_000));
  expect(others).toEqual([]);
  expect([one?.text, one?.photoIds]).toEqual(["Foto dari lokasi (3).", ["p1", "p2"]]);
  const apart = rows(
    photo("p1"),
    photo("p2", 1000, "Regu DAMKAR-02"),
    photo("p3", 300_000, "Regu DAMKAR-02"),
  );
  expect(apart.map((row) => row.photoIds)).toEqual([["p1"], ["p2"], ["p3"]]);
});
