/** Made once: comparing with a locale that is named each time costs a hundred times as much. */
const collator = new Intl.Collator("id", { numeric: true });

/** DAMKAR-2 before DAMKAR-10. */
export function byCallSign(a: { code: string }, b: { code: string }): number {
  return collator.compare(a.code, b.code);
}
