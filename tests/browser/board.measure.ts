import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { SetupService } from "../../operator-console/web/src/gen/siaga/v1/setup_pb.ts";
import { requestId, signInApi, type Api } from "./support/api.ts";
import { framesOf, told } from "./support/frames.ts";
import { test } from "./support/test.ts";

const INCIDENTS = 1000;
const UNITS = 500;
const CHANGES_PER_S = 50;
const MEASURED_S = 20;
const TYPES = ["kebakaran-bangunan", "banjir", "kecelakaan-lalu-lintas", "orang-tenggelam"];

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function inBatches(count: number, one: (index: number) => Promise<unknown>): Promise<void> {
  const size = 20;
  for (let from = 0; from < count; from += size) {
    await Promise.all(Array.from({ length: Math.min(size, count - from) }, (_, index) => one(from + index)));
  }
}

/** Somewhere in the city, spread evenly. */
function point(index: number): { latitude: number; longitude: number; accuracyM: number } {
  return { latitude: 0.87 + (index % 37) * 0.002, longitude: 108.95 + (index % 53) * 0.002, accuracyM: 20 };
}

async function openIncidents(api: Api): Promise<string[]> {
  const ids: string[] = [];
  await inBatches(INCIDENTS, async (index) => {
    const { changed } = await api.incidents.openIncident({
      requestId: requestId(),
      narrative: `Laporan ke-${index}.`,
      typeCode: TYPES[index % TYPES.length] ?? "",
      place: { text: `Gang nomor ${index}`, point: point(index) },
    });
    ids.push(changed?.id ?? "");
  });
  return ids;
}

async function registerUnits(url: string): Promise<void> {
  const transport = createGrpcWebTransport({ baseUrl: url });
  const admin = await signInApi(url, "admin");
  const token = (await admin.access.signIn({ username: "admin", password: "demo-admin-112" })).token;
  const setup = createClient(SetupService, transport);
  const headers = { authorization: `Bearer ${token}` };
  await inBatches(UNITS, (index) =>
    setup.registerUnit(
      {
        requestId: requestId(),
        code: `UKUR-${String(index).padStart(3, "0")}`,
        agencyCode: "damkar",
        kind: "pemadam",
        crew: ["komandan regu", "pengemudi"],
      },
      { headers },
    ),
  );
}

interface City {
  operator: Api;
  agency: Api;
  incidents: readonly string[];
  units: readonly string[];
}

/** Changes at an even rhythm: positions of units, notes, and dispatches, which move a case on the board. */
async function change({ operator, agency, incidents, units }: City, offset: number): Promise<void> {
  const under = new Set<Promise<unknown>>();
  const started = performance.now();
  for (let count = 0; count < MEASURED_S * CHANGES_PER_S; count++) {
    const due = started + (count * 1000) / CHANGES_PER_S;
    if (due > performance.now()) await wait(due - performance.now());
    const incidentId = incidents[(offset + count * 7) % incidents.length] ?? "";
    const one: Promise<unknown> =
      count % 2 === 0
        ? agency.units.reportPosition({
            unitId: units[count % units.length] ?? "",
            point: point(count),
            at: timestampFromMs(Date.now()),
          })
        : count % 10 === 5
          ? operator.dispatch.dispatchIncident({ requestId: requestId(), incidentId })
          : operator.incidents.addNote({ requestId: requestId(), incidentId, text: `Catatan ${count}.` });
    const settled: Promise<unknown> = one.finally(() => under.delete(settled));
    under.add(settled);
  }
  await Promise.all(under);
}

test(`${INCIDENTS} incidents, ${UNITS} units, ${CHANGES_PER_S} changes a second`, async ({
  browser,
  server,
  seat,
}) => {
  const operator = await signInApi(server.url, "operator1");
  const agency = await signInApi(server.url, "damkar");
  const incidents = await openIncidents(operator);
  await registerUnits(server.url);
  const { units } = await agency.units.listUnits({});
  const city = { operator, agency, incidents, units: units.map((one) => one.id) };
  for (const [offset, account] of ["supervisor1", "operator2"].entries()) {
    const page = await seat(account);
    await page
      .getByText(/^1\.?000( |$)/)
      .first()
      .waitFor();
    console.log(told(`${account}, nothing changes`, await framesOf(browser, page, () => wait(10_000))));
    const busy = await framesOf(browser, page, () => change(city, offset));
    console.log(told(`${account}, ${CHANGES_PER_S} changes/s`, busy));
    await page.close();
  }
});
