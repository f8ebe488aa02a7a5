import type { Page } from "@playwright/test";

/**
 * Words that only English has. What both languages or the field share (unit, operator, dispatcher,
 * hub, prank, ghost, alarm, shift) cannot tell.
 */
const TELLTALE = [
  "the",
  "and",
  "not",
  "from",
  "with",
  "yet",
  "your",
  "you",
  "this",
  "that",
  "call",
  "caller",
  "calls",
  "incident",
  "incidents",
  "dispatch",
  "dispatched",
  "agency",
  "assignment",
  "close",
  "closed",
  "open",
  "opened",
  "save",
  "saved",
  "cancel",
  "search",
  "send",
  "sent",
  "search",
  "delivered",
  "acknowledged",
  "accepted",
  "declined",
  "withdrawn",
  "completed",
  "ready",
  "scene",
  "route",
  "password",
  "account",
  "unknown",
  "none",
  "error",
  "loading",
  "connected",
  "disconnected",
  "place",
  "verified",
  "answered",
  "missing",
  "required",
  "people",
  "vehicles",
  "equipment",
  "fire",
  "flood",
  "ambulance",
  "police",
  "undefined",
  "null",
  "NaN",
];

/** English words that somebody sees or hears on the screen: texts, names, titles and placeholders. */
export async function englishOn(page: Page): Promise<string[]> {
  const said = await page.evaluate(() => {
    const names = ["aria-label", "title", "placeholder", "alt"];
    const spoken = [...document.querySelectorAll("*")].flatMap((one) =>
      names.map((name) => one.getAttribute(name) ?? "").filter(Boolean),
    );
    return [document.title, document.body.innerText, ...spoken].join("\n");
  });
  const words = new Set(said.toLowerCase().match(/[a-z]+/g));
  return [...new Set(TELLTALE)].filter((word) => words.has(word.toLowerCase()));
}
