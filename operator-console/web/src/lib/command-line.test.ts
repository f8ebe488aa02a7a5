import { describe, expect, test } from "vitest";
import { argumentOf, offer, used } from "./command-line.ts";
import { addCommands, commandGroups, commandOf, type Command, type CommandGroup } from "./commands.svelte.ts";
import { handleKey } from "./keys.ts";

const command = (label: string, more: Partial<Command> = {}): Command => ({
  id: label,
  label: () => label,
  run: () => undefined,
  ...more,
});
const group = (title: string, commands: Command[], find: CommandGroup["find"] = () => []): CommandGroup => ({
  title: () => title,
  commands,
  find,
});
const desk = group(
  "Desk",
  [command("answer"), command("impossible", { when: () => false }), command("my card 1", { keyOnly: true })],
  (typed) =>
    typed
      ? [command(`search ${typed}`, { stands: "last" }), command("0012 fire", { words: () => "12" })]
      : [],
);
const card = group(
  "Card",
  [command("close the incident", { words: () => "finish" }), command("mark prank")],
  (typed) => (typed.includes(" ") ? [command(`note ${typed}`, { stands: "last" })] : []),
);
const labels = (typed: string, recent: string[] = []) =>
  offer([desk, card], typed, recent, "Recent").map((section) => [
    section.title,
    ...section.offers.map((one) => one.command.label()),
  ]);

describe("the command line", () => {
  test("with nothing typed offers what was used last, then what came last on the screen", () => {
    expect(labels("", ["mark prank", "gone", "answer"])).toEqual([
      ["Recent", "mark prank", "answer"],
      ["Card", "close the incident"],
    ]);
  });
  test("finds by the words of the label and by further words, and what is possible only", () => {
    expect(labels("fin")).toEqual([["", "close the incident", "search fin"]]);
    expect(labels("imp")).toEqual([["", "search imp"]]);
    expect(labels("12")).toEqual([["", "0012 fire", "search 12"]]);
  });
  test("when nothing fits, looks for it rather than writing it down", () => {
    expect(labels("smoke in the lane")).toEqual([["", "search smoke in the lane", "note smoke in the lane"]]);
  });
  test("puts the recently used first among those that fit alike", () => {
    expect(labels("a").flat()).toEqual(["", "answer", "search a"]);
    const two = offer(
      [group("G", [command("mark ghost"), command("mark prank")])],
      "mark",
      ["mark prank"],
      "",
    );
    expect(two[0]?.offers.map((one) => one.command.label())).toEqual(["mark prank", "mark ghost"]);
  });
  test("remembers each command once, the last first", () => {
    expect(used(["a", "b", "c"], "c", 3)).toEqual(["c", "a", "b"]);
    expect(used(["a", "b", "c"], "d", 3)).toEqual(["d", "a", "b"]);
  });
  test("takes what follows a command's own word", () => {
    expect(argumentOf("Catatan  listrik sudah padam ", ["catatan", "note"])).toBe("listrik sudah padam");
    expect(argumentOf("catatan", ["catatan"])).toBeUndefined();
    expect(argumentOf("listrik sudah", ["catatan"])).toBeUndefined();
  });
});

describe("the registry", () => {
  const press = (key: string, more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
    document.body.dispatchEvent(event);
    return { ran: handleKey(event), kept: event.defaultPrevented };
  };
  test("runs the command of a key while it is registered and possible; the later one wins", () => {
    const ran: string[] = [];
    const remove = addCommands(() => "A", [command("first", { combo: "F9", run: () => ran.push("first") })]);
    let open = true;
    const removeLater = addCommands(
      () => "B",
      [command("later", { combo: "F9", run: () => ran.push("later"), when: () => open })],
    );
    press("F9");
    expect(commandOf("later")?.label()).toBe("later");
    open = false;
    press("F9");
    expect(commandOf("later")).toBeUndefined();
    removeLater();
    remove();
    expect(press("F9")).toEqual({ ran: false, kept: false });
    expect(ran).toEqual(["later", "first"]);
    expect(commandGroups()).toEqual([]);
  });
  test("a dialog keeps the keys from the screen below, and from the browser", () => {
    const remove = addCommands(
      () => "A",
      [command("answer", { combo: "F1" }), command("next", { combo: "j" })],
    );
    const dialog = document.createElement("dialog");
    dialog.setAttribute("open", "");
    document.body.append(dialog);
    expect(press("F1")).toEqual({ ran: false, kept: true });
    expect(press("j")).toEqual({ ran: false, kept: false });
    dialog.remove();
    expect(press("F1")).toEqual({ ran: true, kept: true });
    remove();
  });
});
