/** What can hold the keyboard's focus by itself. */
const FOCUSABLE =
  'a[href], button:not([disabled], [tabindex="-1"]), input, select, textarea, [tabindex]:not([tabindex="-1"])';

/** What of an element decides whether it can be focused, or how high the box's content is. */
const ATTRIBUTES = ["disabled", "tabindex", "href", "hidden", "open", "class"];

/**
 * Lets the arrow keys scroll a box: one that scrolls and holds nothing to be focused becomes a stop of the Tab key
 * itself, for as long as that is so.
 */
export function scrollable(box: HTMLElement): () => void {
  const look = (): void => {
    // In this order: heights make the browser lay the page out at once, and clocks change it all the time.
    const needed = box.querySelector(FOCUSABLE) === null && box.scrollHeight > box.clientHeight;
    if (needed === box.hasAttribute("tabindex")) return;
    if (needed) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  };
  const sizes = new ResizeObserver(look);
  const contents = new MutationObserver(look);
  sizes.observe(box);
  contents.observe(box, { childList: true, subtree: true, characterData: true, attributeFilter: ATTRIBUTES });
  look();
  return () => {
    sizes.disconnect();
    contents.disconnect();
  };
}
