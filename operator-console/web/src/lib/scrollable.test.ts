import { afterEach, expect, test, vi } from "vitest";
import { scrollable } from "./scrollable.ts";

class NoSizes {
  observe(): void {}
  disconnect(): void {}
}

/** A box whose content is higher than itself. */
function box(html: string): HTMLElement {
  vi.stubGlobal("ResizeObserver", NoSizes);
  const made = document.createElement("div");
  made.innerHTML = html;
  Object.defineProperty(made, "scrollHeight", { value: 500 });
  Object.defineProperty(made, "clientHeight", { value: 100 });
  return made;
}

afterEach(() => vi.unstubAllGlobals());

test("a box that scrolls takes the keyboard while nothing in it can", async () => {
  const made = box("<button>Saya ambil</button>");
  const stop = scrollable(made);
  expect(made.hasAttribute("tabindex")).toBe(false);

  const button = made.querySelector("button") as HTMLButtonElement;
  button.disabled = true;
  await vi.waitFor(() => expect(made.getAttribute("tabindex")).toBe("0"));
  button.disabled = false;
  await vi.waitFor(() => expect(made.hasAttribute("tabindex")).toBe(false));
  button.remove();
  await vi.waitFor(() => expect(made.getAttribute("tabindex")).toBe("0"));
  stop();
});
