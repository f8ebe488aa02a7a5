import { randomBytes } from "node:crypto";
import { createClient, type Client, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AccessService } from "../../../operator-console/web/src/gen/siaga/v1/access_pb.ts";
import { CallService } from "../../../operator-console/web/src/gen/siaga/v1/call_pb.ts";
import { DispatchService } from "../../../operator-console/web/src/gen/siaga/v1/dispatch_pb.ts";
import { IncidentService } from "../../../operator-console/web/src/gen/siaga/v1/incident_pb.ts";
import { ReplayService } from "../../../operator-console/web/src/gen/siaga/v1/replay_pb.ts";
import { UnitService } from "../../../operator-console/web/src/gen/siaga/v1/unit_pb.ts";

/** A new id of a command: UUIDv7, whose time the server checks. */
export function requestId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x70;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A program that is signed in as a demo account: telephony, an administrator's tool. */
export interface Api {
  access: Client<typeof AccessService>;
  calls: Client<typeof CallService>;
  dispatch: Client<typeof DispatchService>;
  incidents: Client<typeof IncidentService>;
  replay: Client<typeof ReplayService>;
  units: Client<typeof UnitService>;
  /** A call rings at the centre; gives its id. */
  ring: (number: string) => Promise<string>;
  /** The caller puts the receiver down. */
  hangUp: (callId: string) => Promise<void>;
}

export function passwordOf(username: string): string {
  return `demo-${username}-112`;
}

/** Signs in with the demonstration's password, or comes with a machine's token. */
export async function signInApi(url: string, username: string, machineToken = ""): Promise<Api> {
  let token = machineToken;
  const bearer: Interceptor = (next) => (request) => {
    if (token) request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
  const transport = createGrpcWebTransport({
    baseUrl: url,
    interceptors: [bearer],
    defaultTimeoutMs: 15_000,
  });
  const access = createClient(AccessService, transport);
  if (!token) token = (await access.signIn({ username, password: passwordOf(username) })).token;
  const calls = createClient(CallService, transport);
  return {
    access,
    calls,
    dispatch: createClient(DispatchService, transport),
    incidents: createClient(IncidentService, transport),
    replay: createClient(ReplayService, transport),
    units: createClient(UnitService, transport),
    ring: async (number) => {
      const rung = await calls.ringCall({ requestId: requestId(), line: "112", number });
      return rung.changed?.id ?? "";
    },
    hangUp: async (callId) => {
      await calls.endCall({ requestId: requestId(), callId });
    },
  };
}
