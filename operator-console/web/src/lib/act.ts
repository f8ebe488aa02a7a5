import { toSiagaError, type SiagaError } from "./errors.ts";
import { t } from "../i18n/index.ts";
import { toasts } from "./toasts.svelte.ts";

/** Shows why something did not work, with what would, and the code to name on the telephone. */
export function report(thrown: unknown): SiagaError {
  const error = toSiagaError(thrown);
  const allowed =
    error.allowed.length > 0 ? ` ${t("error.allowed", { list: error.allowed.join(", ") })}` : "";
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
