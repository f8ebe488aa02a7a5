/** Lower case without accents: what people type quickly finds what is spelled properly. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * Type-ahead: keeps the items in which every typed word begins a word, those where the first
 * one begins the text before the rest, else in their own order; at most `limit`.
 */
export function search<T>(items: readonly T[], query: string, textOf: (item: T) => string, limit = 50): T[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return items.slice(0, limit);
  const ranked: { item: T; rank: number }[] = [];
  for (const item of items) {
    const text = fold(textOf(item));
    const parts = text.split(/[^\p{L}\p{N}]+/u);
    if (!words.every((word) => parts.some((part) => part.startsWith(word)) || text.includes(` ${word}`)))
      continue;
    ranked.push({ item, rank: text.startsWith(words[0] ?? "") ? 0 : 1 });
  }
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map((one) => one.item);
}
