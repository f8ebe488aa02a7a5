import { toSiagaError, type SiagaError } from "./errors.ts";
import { Step } from "../gen/siaga/v1/dispatch_pb.ts";
import { t, tn } from "../i18n/index.ts";
import { toasts } from "./toasts.svelte.ts";

/** A step that the server would accept, as people say it; nothing for what is no step. */
function stepWord(allowed: string): string {
  const name = allowed.toUpperCase().replace(/^STEP_/, "");
  const step = (Step as unknown as Record<string, number | undefined>)[name];
  return typeof step === "number" ? tn("step", step) : "";
}

/**
 * Why something did not work, with the steps that would. What else the server would accept (codes,
 * words of the contract) is for programs; the text names it where a person needs it.
 */
export function explain(error: SiagaError): string {
  const steps = error.allowed.map(stepWord).filter(Boolean);
  return steps.length > 0 ? `${error.text} ${t("error.allowed", { list: steps.join(", ") })}` : error.text;
}

/** Shows why something did not work, with the code to name on the telephone. */
export function report(thrown: unknown): SiagaError {
  const error = toSiagaError(thrown);
  toasts.show("bad", explain(error), error.code);
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
