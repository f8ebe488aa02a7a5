import { appendFileSync, mkdirSync } from "node:fs";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { CDPSession, Page } from "@playwright/test";
import { Step } from "../../operator-console/web/src/gen/siaga/v1/dispatch_pb.ts";
import { requestId, signInApi, type Api } from "./support/api.ts";
import { test } from "./support/test.ts";

/** How long the tabs are watched. */
const MINUTES = Number(process.env.MEMORY_MINUTES ?? 120);
/** A case begins so often; it is closed some seconds later. */
const CASE_EVERY_MS = 15_000;
/** All units that are on a case tell their position so often. */
const POSITIONS_EVERY_MS = 2_000;
const LOOK_EVERY_MS = 60_000;
const SEATS = ["operator1", "damkar", "supervisor1"];

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, Math.max(0, ms)));
const point = (count: number) => ({
  latitude: 0.88 + (count % 31) * 0.002,
  longitude: 108.96 + (count % 43) * 0.002,
  accuracyM: 20,
});

interface City {
  operator: Api;
  agency: Api;
  units: readonly string[];
}

/** One case from the call to its report. */
async function oneCase({ operator, agency, units }: City, count: number): Promise<void> {
  const callId = await operator.ring(`0562 0000 ${String(count % 900).padStart(3, "0")}`);
  await operator.calls.answerCall({ requestId: requestId(), callId });
  const { changed } = await operator.incidents.openIncident({
    requestId: requestId(),
    callId,
    narrative: `Laporan ke-${count}: asap di atas atap.`,
    typeCode: "kebakaran-bangunan",
    place: { text: `Gang nomor ${count}`, point: point(count) },
  });
  const incidentId = changed?.id ?? "";
  const sent = await operator.dispatch.dispatchIncident({
    requestId: requestId(),
    incidentId,
    agencyCodes: ["damkar"],
  });
  const assignmentId = sent.assignmentIds[0] ?? "";
  await agency.dispatch.acceptAssignment({ requestId: requestId(), assignmentId });
  const unitId = units[count % units.length] ?? "";
  await agency.dispatch.assignUnits({ requestId: requestId(), assignmentId, unitIds: [unitId] });
  for (const step of [Step.EN_ROUTE, Step.ON_SCENE, Step.COMPLETED]) {
    const end = performance.now() + POSITIONS_EVERY_MS;
    await agency.dispatch.reportStatus({ requestId: requestId(), assignmentId, unitId, step });
    await agency.units.reportPosition({ unitId, point: point(count), at: timestampFromMs(Date.now()) });
    await wait(end - performance.now());
  }
  await operator.hangUp(callId);
  await operator.incidents.closeIncident({ requestId: requestId(), incidentId, outcomeCode: "handled" });
}

interface Tab {
  name: string;
  page: Page;
  browser: CDPSession;
}

/** What the tab holds after everything that can be freed was freed: kB of heap, and nodes and listeners of its page. */
async function held({
  browser,
  page,
}: Tab): Promise<{ heapKb: number; nodes: number; listeners: number; rows: number }> {
  await browser.send("HeapProfiler.collectGarbage");
  const heap = await browser.send("Runtime.getHeapUsage");
  const counters = await browser.send("Memory.getDOMCounters");
  return {
    heapKb: Math.round(heap.usedSize / 1024),
    nodes: counters.nodes,
    listeners: counters.jsEventListeners,
    rows: await page.locator("main li, main tr").count(),
  };
}

test(`${MINUTES} minutes of a tab`, async ({ server, seat }) => {
  test.setTimeout((MINUTES + 10) * 60_000);
  const operator = await signInApi(server.url, "operator2");
  const agency = await signInApi(server.url, "damkar");
  const { units } = await agency.units.listUnits({});
  const city = { operator, agency, units: units.map((one) => one.id) };
  const tabs: Tab[] = [];
  for (const name of SEATS) {
    const page = await seat(name);
    tabs.push({ name, page, browser: await page.context().newCDPSession(page) });
  }
  mkdirSync("results", { recursive: true });
  const started = performance.now();
  const minute = () => (performance.now() - started) / 60_000;
  let cases = 0;
  const working = (async () => {
    while (minute() < MINUTES) {
      const next = started + (cases + 1) * CASE_EVERY_MS;
      await oneCase(city, cases++);
      await wait(next - performance.now());
    }
  })();
  for (let look = 0; look <= MINUTES; look++) {
    await wait(started + look * LOOK_EVERY_MS - performance.now());
    for (const tab of tabs) {
      const { heapKb, nodes, listeners, rows } = await held(tab);
      const line = `${Math.round(minute())} min, ${cases} cases, ${tab.name}: heap ${heapKb} kB, ${nodes} nodes, ${listeners} listeners, ${rows} rows`;
      appendFileSync("results/memory.txt", `${line}\n`);
      if (look % 10 === 0) console.log(line);
    }
  }
  await working;
});
