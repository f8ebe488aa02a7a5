import type { Snippet } from "svelte";

/** What the open screen puts into the top bar: the name of the house, and chips of its own. */
class TopBar {
  title = $state("");
  extra = $state.raw<Snippet | undefined>();
}

export const topBar = new TopBar();
