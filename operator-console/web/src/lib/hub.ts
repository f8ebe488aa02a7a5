import { SiagaError, toSiagaError } from "./errors.ts";
import { session } from "./session.svelte.ts";

/** What the hub answers of a case in a list; a masked one has fewer fields. `docs/hub.md` says what each means. */
export interface HubCase {
  case_number: string;
  status: string;
  sensitive: boolean;
  masked: boolean;
  type_code: string | null;
  category: string | null;
  kelurahan_code: string | null;
  kecamatan_code: string | null;
  opened_at: string | null;
  closed_at: string | null;
  updated_at: string | null;
  priority?: number | null;
  stage?: string | null;
  outcome?: string | null;
  agencies?: string[];
  reopened?: boolean;
  revision?: number | null;
  source?: string;
}

export interface HubStatus {
  status?: string;
  stage?: string;
  agency_code?: string;
  agency_codes?: string[];
  unit_code?: string;
  corrected_to?: string;
  occurred_at?: string | null;
  recorded_at?: string | null;
  on_behalf?: boolean;
  masked?: boolean;
}

export interface HubEvent {
  sequence: string;
  type: string;
  received_at?: string | null;
  data?: HubStatus;
  /** What an erasure took. */
  fields?: string[];
}

export interface HubRecord {
  outcome?: string;
  stamps?: Record<string, string | null>;
  agencies?: { code: string; outcome?: string; units?: string[] }[];
  victims?: Record<string, number | null>;
  calls?: number;
  cause?: string | null;
  damage?: string | null;
  hospital?: string | null;
  merged_numbers?: string[];
  reopened?: boolean;
  revision?: number;
}

export interface HubCaseDetail extends HubCase {
  history: HubEvent[];
  next_after: string | null;
  last_sequence: string;
  record: HubRecord | null;
}

/** Filters as the hub takes them; empty ones are left out. Times are RFC 3339, `to` is not included. */
export interface HubFilter {
  from: string;
  to: string;
  type: string;
  kelurahan: string;
  agency: string;
  status: string;
}

const READ_MS = 15_000;

function address(path: string, query: Record<string, string>): string {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  return `/hub/${path}${given.length > 0 ? `?${new URLSearchParams(given).toString()}` : ""}`;
}

/** What the hub refused, as every other refusal is shown. */
async function problem(answer: Response): Promise<SiagaError> {
  const said = (await answer.json().catch(() => ({}))) as Record<string, string>;
  const kind = answer.status === 401 ? "signIn" : answer.status >= 502 ? "network" : "refused";
  return new SiagaError(kind, {
    code: said.code ?? "",
    messageId: said.detail ?? said.title ?? "",
    messageEn: said.detail_en ?? said.title_en ?? "",
    field: said.parameter ?? "",
    retryAfterMs: BigInt(Number(answer.headers.get("retry-after") ?? 0) * 1000),
  });
}

/** Asks the hub; when the session has ended it waits for the sign-in and asks again. */
async function ask(address: string, timeoutMs?: number): Promise<Response> {
  for (;;) {
    const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const answer = await fetch(address, { credentials: "same-origin", signal }).catch(() => undefined);
    if (!answer) throw new SiagaError("network", {});
    if (answer.ok) return answer;
    const error = await problem(answer);
    if (error.kind !== "signIn") throw error;
    await session.renewed();
  }
}

async function read<T>(path: string, query: Record<string, string>): Promise<T> {
  const answer = await ask(address(path, query), READ_MS);
  try {
    return (await answer.json()) as T;
  } catch {
    throw new SiagaError("network", {});
  }
}

export type ExportFormat = "csv" | "geojson";

/** The hub's own HTTP interface, of this origin. */
export const hubApi = {
  cases(
    filter: HubFilter,
    limit: number,
    cursor = "",
  ): Promise<{ cases: HubCase[]; next_cursor: string | null }> {
    return read("cases", { ...filter, limit: String(limit), cursor });
  },

  case(number: string, after = ""): Promise<HubCaseDetail> {
    return read(`cases/${encodeURIComponent(number)}`, { after });
  },

  /**
   * A masked export, whole: a stream that breaks off is an incomplete file, and must fail rather than be saved.
   * `onbytes` hears how much has come.
   */
  async export(format: ExportFormat, filter: HubFilter, onbytes: (bytes: number) => void): Promise<Blob> {
    const answer = await ask(address(`cases.${format}`, { ...filter }));
    const reader = answer.body?.getReader();
    if (!reader) throw new SiagaError("network", {});
    const chunks: BlobPart[] = [];
    let bytes = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        bytes += value.length;
        onbytes(bytes);
      }
    } catch (thrown) {
      throw toSiagaError(thrown);
    }
    return new Blob(chunks, { type: answer.headers.get("content-type") ?? "application/octet-stream" });
  },
};
