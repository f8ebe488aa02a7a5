/**
 * What a person can do on the screen at the moment: components register their commands while they are there.
 * The keys, the `?` page, the command line (Ctrl+K) and the menus all read this one registry, so that they
 * cannot say different things.
 */
export interface Command {
  /** Names it for menus and for "used recently", so it says nothing of people; left out: its key. */
  id?: string;
  /** The key that does it at once: `F1`, `Ctrl+Enter`, `n`, `?`, as `comboOf` writes it. */
  combo?: string;
  /** What it does, in few words; read when shown, so that it follows the language. */
  label: () => string;
  /** What will happen when it is done now, with the call or card in hand named; left out: the label says it. */
  says?: () => string;
  /** Further words by which somebody would look for it. */
  words?: () => string;
  /** Beside the label: a state, a number. */
  detail?: () => string;
  danger?: boolean;
  /** A key's work only: choosing by position means nothing in a list. */
  keyOnly?: boolean;
  /** Where it stands in the command line whatever is typed; left out: where the words put it. */
  stands?: "first" | "last";
  /** Brings further choices instead of doing something. */
  more?: () => Promise<readonly Command[]>;
  run: () => void;
  /** Left out: always. */
  when?: () => boolean;
}

export interface CommandGroup {
  title: () => string;
  commands: readonly Command[];
  /** Commands that depend on what is there and what is typed: an incident to go to, an agency to send. */
  find: (typed: string) => readonly Command[];
}

let nextId = 0;
let groups = $state.raw<readonly (CommandGroup & { id: number })[]>([]);

/** Registers commands, and such as are found by typing; returns what removes them. Later groups win over earlier ones. */
export function addCommands(
  title: () => string,
  commands: readonly Command[],
  find: CommandGroup["find"] = () => [],
): () => void {
  const id = ++nextId;
  groups = [...groups, { id, title, commands, find }];
  return () => (groups = groups.filter((group) => group.id !== id));
}

export function commandGroups(): readonly CommandGroup[] {
  return groups;
}

export function idOf(command: Command): string {
  return command.id ?? command.combo ?? command.label();
}

export function isPossible(command: Command): boolean {
  return command.when?.() ?? true;
}

/** The registered command of that id, when it can be done now. */
export function commandOf(id: string): Command | undefined {
  for (const group of groups) {
    const found = group.commands.find((one) => idOf(one) === id);
    if (found && isPossible(found)) return found;
  }
  return undefined;
}
