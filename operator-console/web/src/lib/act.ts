import { toSiagaError, type SiagaError } from "./errors.ts";
import { Step } from "../gen/siaga/v1/dispatch_pb.ts";
import { t, tn } from "../i18n/index.ts";
import { toasts } from "./toasts.svelte.ts";

/** What the server would accept, as people say it: steps are named, other things stay as they came. */
function inWords(allowed: string): string {
  const name = allowed.toUpperCase().replace(/^STEP_/, "");
  const step = (Step as unknown as Record<string, number | undefined>)[name];
  return typeof step === "number" ? tn("step", step) : allowed;
}

/** Shows why something did not work, with what would, and the code to name on the telephone. */
export function report(thrown: unknown): SiagaError {
  const error = toSiagaError(thrown);
  const allowed =
    error.allowed.length > 0 ? ` ${t("error.allowed", { list: error.allowed.map(inWords).join(", ") })}` : "";
  toasts.show("bad", error.text + allowed, error.code);
  return error;
}

/** Runs a command; its failure is shown and `undefined` comes back. */
export async function act<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (thrown) {
    report(thrown);
    return undefined;
  }
}
