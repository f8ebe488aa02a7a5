import { messages, t, type Key } from "../i18n/index.ts";

/** What a command of the contract is called, as people say it: `siaga.v1.IncidentService/AddNote`. */
export function commandWord(method: string): string {
  const key = `command.${method.split("/").at(-1) ?? ""}`;
  return key in messages ? t(key as Extract<Key, "command.AddNote">) : t("outbox.command");
}

const TEXTS = ["text", "narrative", "reason", "what", "note"] as const;

/** A few of its words, so that its person knows which one it is; empty when it has none. */
export function commandText(body: string): string {
  try {
    const request = JSON.parse(body) as Record<string, unknown>;
    const found = TEXTS.map((name) => request[name]).find((text) => typeof text === "string" && text);
    return typeof found === "string" ? found : "";
  } catch {
    return "";
  }
}
