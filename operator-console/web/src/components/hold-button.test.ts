import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import HoldButton from "./HoldButton.svelte";

const onheld = vi.fn();
let component: ReturnType<typeof mount>;
let button: HTMLButtonElement;

beforeEach(() => {
  vi.useFakeTimers();
  component = mount(HoldButton, { target: document.body, props: { label: "Selesai", onheld } });
  button = document.querySelector("button") as HTMLButtonElement;
});
afterEach(async () => {
  await unmount(component);
  onheld.mockReset();
  vi.useRealTimers();
});

function pointer(type: string): void {
  button.dispatchEvent(new MouseEvent(type, { button: 0, bubbles: true }));
  flushSync();
}

function key(type: "keydown" | "keyup", name: string, repeat = false): void {
  button.dispatchEvent(new KeyboardEvent(type, { key: name, repeat, bubbles: true, cancelable: true }));
  flushSync();
}

test("held until it is full it works once", () => {
  pointer("pointerdown");
  vi.advanceTimersByTime(799);
  expect(onheld).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  pointer("pointerup");
  vi.advanceTimersByTime(5_000);
  expect(onheld).toHaveBeenCalledOnce();
});

test("a tap, or a finger that slips off, only says what to do", () => {
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) {
    pointer("pointerdown");
    vi.advanceTimersByTime(300);
    pointer(end);
    expect(button.textContent).toContain("Tahan tombol sampai penuh.");
    vi.advanceTimersByTime(5_000);
  }
  expect(onheld).not.toHaveBeenCalled();
});

test("a key is held the same way, however often it repeats", () => {
  key("keydown", "Enter");
  vi.advanceTimersByTime(500);
  key("keydown", "Enter", true);
  key("keyup", "Enter");
  vi.advanceTimersByTime(5_000);
  expect(onheld).not.toHaveBeenCalled();
  key("keydown", " ");
  vi.advanceTimersByTime(800);
  key("keyup", " ");
  expect(onheld).toHaveBeenCalledOnce();
});

test("what can only press presses twice", () => {
  button.click();
  flushSync();
  expect(button.textContent).toContain("Tekan sekali lagi: Selesai");
  expect(onheld).not.toHaveBeenCalled();
  button.click();
  expect(onheld).toHaveBeenCalledOnce();
});
