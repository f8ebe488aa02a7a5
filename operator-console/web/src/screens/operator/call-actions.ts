import { CallPhase, type CallView } from "../../gen/siaga/v1/call_pb.ts";
import { act } from "../../lib/act.ts";
import { api } from "../../lib/api.ts";

/** Holds the call, or goes on with one that is held. */
export async function hold(call: CallView): Promise<void> {
  const callId = call.id;
  await act<unknown>(() =>
    call.phase === CallPhase.HELD ? api.calls.resumeCall({ callId }) : api.calls.holdCall({ callId }),
  );
}
