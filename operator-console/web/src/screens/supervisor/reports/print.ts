import { flushSync } from "svelte";
import { theme } from "../../../lib/theme.svelte.ts";

/**
 * While the browser prints, the page has the colours of paper: charts are drawn on canvases, which no print style
 * reaches. Returns what ends it.
 */
export function printOnPaper(): () => void {
  let back: (() => void) | undefined;
  const before = (): void => {
    back ??= theme.onPaper();
    // The charts are drawn anew before the browser takes the page.
    flushSync();
  };
  const after = (): void => {
    back?.();
    back = undefined;
  };
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => {
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
    after();
  };
}
