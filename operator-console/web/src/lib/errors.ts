import { Code, ConnectError, decodeBinaryHeader } from "@connectrpc/connect";
import { ErrorDetailSchema, type ErrorDetail, type FieldConflict } from "../gen/siaga/v1/common_pb.ts";
import { pick, t } from "../i18n/index.ts";

/**
 * `network`: nobody knows whether the server did it. `signIn`: the session has ended.
 * `conflict`: an edit was made on a stale version. `refused`: the server said no, and why.
 */
export type ErrorKind = "network" | "signIn" | "conflict" | "refused";

/** The stable code of a stale edit. */
export const STALE_VERSION = "SIAGA-1004";

/** An error as a person meets it: a stable code and a text in both languages. */
export class SiagaError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  /** The request's field that is wrong, in the contract's spelling; empty when none is. */
  readonly field: string;
  readonly conflicts: readonly FieldConflict[];
  readonly currentVersion: bigint;
  readonly allowed: readonly string[];
  readonly retryAfterMs: number;
  readonly #texts: readonly [string, string] | undefined;

  constructor(kind: ErrorKind, detail: Partial<ErrorDetail>) {
    super(detail.messageEn || detail.code || kind);
    this.kind = kind;
    this.code = detail.code ?? "";
    this.field = detail.field ?? "";
    this.conflicts = detail.conflicts ?? [];
    this.currentVersion = detail.currentVersion ?? 0n;
    this.allowed = detail.allowed ?? [];
    this.retryAfterMs = Number(detail.retryAfterMs ?? 0n);
    this.#texts =
      detail.messageId || detail.messageEn ? [detail.messageId ?? "", detail.messageEn ?? ""] : undefined;
  }

  /** The text in the person's language. Reactive, like every text. */
  get text(): string {
    if (this.#texts) return pick(...this.#texts);
    return this.kind === "network" ? t("error.network") : t("error.unexpected");
  }
}

/** Everything that the server itself refuses carries its code; these without one are the way there. */
const NETWORK = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Canceled,
  Code.Unknown,
  Code.Internal,
]);

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function detailOf(error: ConnectError): Partial<ErrorDetail> {
  const binary = error.metadata.get("siaga-error-detail-bin");
  if (binary) {
    try {
      return decodeBinaryHeader(binary, ErrorDetailSchema);
    } catch {
      // A damaged detail must not hide the message: the plain metadata say the same.
    }
  }
  return {
    code: error.metadata.get("siaga-error-code") ?? "",
    messageId: error.rawMessage,
    messageEn: decodePercent(error.metadata.get("siaga-error-en") ?? ""),
  };
}

/** Whatever was thrown, as one kind of error. */
export function toSiagaError(thrown: unknown): SiagaError {
  if (thrown instanceof SiagaError) return thrown;
  // The transport wraps what its interceptors throw.
  if (thrown instanceof Error && thrown.cause instanceof SiagaError) return thrown.cause;
  const error = ConnectError.from(thrown);
  const coded = error.metadata.has("siaga-error-code") || error.metadata.has("siaga-error-detail-bin");
  if (!coded && NETWORK.has(error.code)) return new SiagaError("network", {});
  const detail = detailOf(error);
  if (error.code === Code.Unauthenticated) return new SiagaError("signIn", detail);
  // A server that is starting, full or losing its disk says so with a code: it may still be repeated.
  if (error.code === Code.Unavailable) return new SiagaError("network", detail);
  return new SiagaError(detail.code === STALE_VERSION ? "conflict" : "refused", detail);
}
