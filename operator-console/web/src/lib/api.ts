import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AccessService } from "../gen/siaga/v1/access_pb.ts";
import { AuditService } from "../gen/siaga/v1/audit_pb.ts";
import { AlarmService } from "../gen/siaga/v1/alarm_pb.ts";
import { CallService } from "../gen/siaga/v1/call_pb.ts";
import { CatalogService } from "../gen/siaga/v1/catalog_pb.ts";
import { DispatchService } from "../gen/siaga/v1/dispatch_pb.ts";
import { HubDeliveryService } from "../gen/siaga/v1/hub_pb.ts";
import { IncidentService } from "../gen/siaga/v1/incident_pb.ts";
import { ReplayService } from "../gen/siaga/v1/replay_pb.ts";
import { SetupService } from "../gen/siaga/v1/setup_pb.ts";
import { StatisticsService } from "../gen/siaga/v1/statistics_pb.ts";
import { UnitService } from "../gen/siaga/v1/unit_pb.ts";
import { careful } from "./careful.ts";
import { clock } from "./clock.svelte.ts";
import { toSiagaError } from "./errors.ts";
import { resend } from "./resend.ts";
import { session } from "./session.svelte.ts";

const transport = createGrpcWebTransport({
  baseUrl: location.origin,
  interceptors: [careful],
  fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin" }),
});

/**
 * The contract, typed. Leave `requestId` out of a command: it is made, kept for retries and
 * forgotten once the server has answered. What a call throws is read with `toSiagaError` (or `act`).
 */
export const api = {
  access: createClient(AccessService, transport),
  alarms: createClient(AlarmService, transport),
  audit: createClient(AuditService, transport),
  calls: createClient(CallService, transport),
  catalog: createClient(CatalogService, transport),
  dispatch: createClient(DispatchService, transport),
  hub: createClient(HubDeliveryService, transport),
  incidents: createClient(IncidentService, transport),
  replay: createClient(ReplayService, transport),
  setup: createClient(SetupService, transport),
  statistics: createClient(StatisticsService, transport),
  units: createClient(UnitService, transport),
};

/** Sends what this person gave before a reload, a crash of the tab or an ended session. */
export function resendKept(): Promise<void> {
  return resend(transport);
}

/** Finds out whether the browser still has a session; takes the server's time on the way. */
export async function resume(): Promise<void> {
  const sentAt = performance.now();
  try {
    const reply = await api.access.whoAmI({});
    if (reply.serverTime) clock.sample(timestampMs(reply.serverTime), sentAt);
    if (reply.account) session.enter(reply.account);
    else session.leave();
  } catch (thrown) {
    const error = toSiagaError(thrown);
    if (error.kind === "signIn") session.expire();
    else throw error;
  }
}

export async function signIn(username: string, password: string): Promise<void> {
  const reply = await api.access.signIn({ username, password });
  if (reply.account) session.enter(reply.account);
}

/** Ends the session; the screen is empty afterwards even when the server could not be told. */
export async function signOut(): Promise<void> {
  try {
    await api.access.signOut({});
  } finally {
    session.leave();
  }
}
