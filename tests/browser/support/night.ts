import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Disposition } from "../../../operator-console/web/src/gen/siaga/v1/call_pb.ts";
import { Step } from "../../../operator-console/web/src/gen/siaga/v1/dispatch_pb.ts";
import { PlaceVerification } from "../../../operator-console/web/src/gen/siaga/v1/place_pb.ts";
import { requestId, signInApi, type Api } from "./api.ts";

/** How far an agency has come with a case: it has only been sent, or it has accepted and its unit is at a step. */
interface Work {
  agency: string;
  unit?: string;
  steps?: readonly Step[];
}

interface Case {
  typeCode: string;
  text: string;
  narrative: string;
  point?: { latitude: number; longitude: number; accuracyM: number };
  work: readonly Work[];
}

const at = (latitude: number, longitude: number) => ({ latitude, longitude, accuracyM: 15 });
const { EN_ROUTE, ON_SCENE, UNDER_CONTROL, COMPLETED } = Step;

/** Invented, like everything of the demonstration. */
const CASES: readonly Case[] = [
  {
    typeCode: "kecelakaan-lalu-lintas",
    text: "Jalan Yos Sudarso, depan terminal",
    narrative: "Dua sepeda motor bertabrakan, satu orang tidak sadar.",
    point: at(0.9005, 108.9758),
    work: [{ agency: "psc119", unit: "PSC-02", steps: [EN_ROUTE] }, { agency: "polres" }],
  },
  {
    typeCode: "sesak-napas",
    text: "Jalan Alianyang, gang ketiga",
    narrative: "Perempuan 60 tahun sesak sejak sore, punya riwayat asma.",
    point: at(0.9124, 108.9911),
    work: [{ agency: "psc119", unit: "PSC-03", steps: [EN_ROUTE, ON_SCENE] }],
  },
  {
    typeCode: "banjir",
    text: "Jalan Pemuda, tepi sungai",
    narrative: "Air masuk rumah setinggi lutut, sepuluh keluarga minta dijemput.",
    point: at(0.8905, 108.976),
    work: [{ agency: "bpbd", unit: "BPBD-01", steps: [] }],
  },
  {
    typeCode: "pohon-tumbang",
    text: "Jalan Bambang Ismoyo",
    narrative: "Pohon menutup dua lajur dan menimpa kabel.",
    point: at(0.9217, 108.9883),
    work: [{ agency: "dlh" }],
  },
  {
    typeCode: "kebakaran-lahan",
    text: "Belakang kebun, arah Pajintan",
    narrative: "Semak terbakar sekitar satu hektare, angin ke arah rumah.",
    point: at(0.9301, 109.021),
    work: [{ agency: "damkar", unit: "DAMKAR-04", steps: [EN_ROUTE, ON_SCENE, UNDER_CONTROL] }],
  },
  {
    typeCode: "pencurian",
    text: "Pasar Hongkong, sisi utara",
    narrative: "Toko dibobol, pelaku sudah pergi.",
    point: at(0.9049, 108.9844),
    work: [{ agency: "polres", unit: "POLRES-02", steps: [EN_ROUTE, ON_SCENE, COMPLETED] }],
  },
  {
    typeCode: "kdrt",
    text: "Jalan Diponegoro",
    narrative: "Tetangga mendengar teriakan.",
    point: at(0.8978, 108.9842),
    work: [{ agency: "polres", unit: "POLRES-03", steps: [EN_ROUTE] }],
  },
  { typeCode: "", text: "Dekat jembatan", narrative: "Penelepon terputus sebelum menjelaskan.", work: [] },
];

/** Call sign and how old its position is, in minutes. */
const POSITIONS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  damkar: [
    ["DAMKAR-01", 0],
    ["DAMKAR-02", 0],
    ["DAMKAR-03", 3],
    ["DAMKAR-04", 1],
    ["DAMKAR-05", 14],
  ],
  psc119: [
    ["PSC-01", 0],
    ["PSC-02", 1],
    ["PSC-03", 2],
  ],
  polres: [
    ["POLRES-02", 0],
    ["POLRES-03", 7],
  ],
  bpbd: [["BPBD-01", 2]],
};

async function unitsOf(api: Api): Promise<Map<string, string>> {
  const { units } = await api.units.listUnits({});
  return new Map(units.map((one) => [one.code, one.id]));
}

async function play(desk: Api, agencies: ReadonlyMap<string, Api>, one: Case): Promise<void> {
  const { typeCode, text, narrative, point } = one;
  const opened = await desk.incidents.openIncident({
    requestId: requestId(),
    callerName: "Warga sekitar",
    callerNumber: "0562 0000 140",
    narrative,
    typeCode,
    place: { text, ...(point ? { point } : {}) },
  });
  const incidentId = opened.changed?.id ?? "";
  if (one.work.length === 0) return;
  await desk.incidents.verifyPlace({
    requestId: requestId(),
    incidentId,
    version: opened.changed?.version ?? 0n,
    verification: PlaceVerification.CALLER_CONFIRMED,
  });
  await desk.dispatch.dispatchIncident({
    requestId: requestId(),
    incidentId,
    agencyCodes: one.work.map(({ agency }) => agency),
  });
  const { incident } = await desk.incidents.getIncident({ incidentId });
  for (const { agency, unit, steps = [] } of one.work) {
    const api = agencies.get(agency);
    const sent = incident?.assignments.find(({ agencyCode }) => agencyCode === agency);
    if (!unit || !api || !sent) continue;
    const assignmentId = sent.id;
    await api.dispatch.acceptAssignment({ requestId: requestId(), assignmentId });
    const unitId = (await unitsOf(api)).get(unit) ?? "";
    await api.dispatch.assignUnits({ requestId: requestId(), assignmentId, unitIds: [unitId] });
    for (const step of steps) {
      await api.dispatch.reportStatus({ requestId: requestId(), assignmentId, step });
    }
  }
}

/** Calls that were nothing, so that figures and charts have something to show. */
async function nuisance(desk: Api): Promise<void> {
  for (const disposition of [Disposition.PRANK, Disposition.GHOST, Disposition.INFORMATION]) {
    const callId = await desk.ring("0562 0000 190");
    await desk.calls.answerCall({ requestId: requestId(), callId });
    await desk.calls.setDisposition({ requestId: requestId(), callId, disposition });
    await desk.calls.endCall({ requestId: requestId(), callId });
  }
}

/** A city at work: cases of several kinds at several steps, and units with positions of several ages. */
export async function night(url: string): Promise<void> {
  const desk = await signInApi(url, "operator3");
  const agencies = new Map<string, Api>();
  for (const name of Object.keys(POSITIONS)) agencies.set(name, await signInApi(url, name));
  await nuisance(desk);
  for (const one of CASES) await play(desk, agencies, one);
  let count = 0;
  for (const [name, api] of agencies) {
    const ids = await unitsOf(api);
    for (const [code, minutes] of POSITIONS[name] ?? []) {
      count += 1;
      await api.units.reportPosition({
        unitId: ids.get(code) ?? "",
        point: at(0.888 + ((count * 7) % 11) * 0.004, 108.968 + ((count * 5) % 13) * 0.004),
        at: timestampFromMs(Date.now() - minutes * 60_000),
      });
    }
  }
}
