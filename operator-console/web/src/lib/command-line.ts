import { idOf, isPossible, type Command, type CommandGroup } from "./commands.svelte.ts";
import { fold, search } from "./search.ts";

/** A command as the command line offers it, with the name of the group it belongs to. */
export interface Offer {
  command: Command;
  group: string;
}

export interface Section {
  title: string;
  offers: readonly Offer[];
}

/** More than a person reads in a list; the next word narrows it. */
const OFFERED_MAX = 60;

function possible(groups: readonly CommandGroup[], typed: string): Offer[] {
  // What came last on the screen (the card in hand) stands before what is always there.
  return [...groups]
    .reverse()
    .flatMap((group) =>
      [...group.commands, ...group.find(typed)]
        .filter((command) => !command.keyOnly && isPossible(command))
        .map((command) => ({ command, group: group.title() })),
    );
}

function textOf({ command }: Offer): string {
  return `${command.label()} ${command.words?.() ?? ""}`;
}

/**
 * What the command line offers. Nothing typed: what was used last, then everything by group. Words typed: what they
 * fit, the recently used first among equals.
 */
export function offer(
  groups: readonly CommandGroup[],
  typed: string,
  recent: readonly string[],
  recentTitle: string,
): Section[] {
  const all = possible(groups, typed.trim());
  const isRecent = ({ command }: Offer) => recent.includes(idOf(command));
  const age = ({ command }: Offer) => recent.indexOf(idOf(command));
  const byAge = (list: Offer[]) => list.sort((a, b) => age(a) - age(b));
  if (!typed.trim()) {
    const sections = [{ title: recentTitle, offers: byAge(all.filter(isRecent)) }];
    for (const one of all.filter((other) => !isRecent(other))) {
      const last = sections.at(-1);
      if (last && last.title === one.group) last.offers.push(one);
      else sections.push({ title: one.group, offers: [one] });
    }
    return sections.filter((section) => section.offers.length > 0);
  }
  const first = all.filter((one) => one.command.stands === "first");
  // When nothing fits, Enter should rather look (what the desk offers) than write something (what the card offers).
  const last = all.filter((one) => one.command.stands === "last").reverse();
  const rest = all.filter((one) => !one.command.stands);
  const fitting = [...byAge(rest.filter(isRecent)), ...rest.filter((one) => !isRecent(one))];
  const offers = [...first, ...search(fitting, typed, textOf, OFFERED_MAX), ...last];
  return offers.length > 0 ? [{ title: "", offers }] : [];
}

/** What was used last stands first; a command is there once. */
export function used(recent: readonly string[], id: string, max = 6): string[] {
  return [id, ...recent.filter((one) => one !== id)].slice(0, max);
}

/** What follows one of these words and a blank: `note smoke` → `smoke`; nothing when the text begins otherwise. */
export function argumentOf(typed: string, words: readonly string[]): string | undefined {
  const found = /^(\S+)\s+(\S.*)$/su.exec(typed.trim());
  return found && words.includes(fold(found[1] ?? "")) ? found[2] : undefined;
}
