import { onMount } from "svelte";
import { t } from "../../i18n/index.ts";
import { addCommands } from "../../lib/commands.svelte.ts";

interface RoomKeys {
  search: () => void;
  /** Left out: nothing new can be made here. */
  make?: () => void;
  move: (step: number) => void;
  refresh: () => void;
}

/** The keys that every list of the administration has, while its room is open. */
export function roomKeys({ search, make, move, refresh }: RoomKeys): void {
  onMount(() =>
    addCommands(
      () => t("admin.keys"),
      [
        { combo: "/", label: () => t("admin.searchKey"), run: search },
        ...(make ? [{ combo: "n", label: () => t("admin.newKey"), run: make }] : []),
        { combo: "j", label: () => t("admin.nextKey"), run: () => move(1) },
        { combo: "k", label: () => t("admin.previousKey"), run: () => move(-1) },
        { combo: "r", label: () => t("admin.refreshKey"), run: refresh },
      ],
    ),
  );
}
