/**
 * A room's messages: key → [Indonesian, English]. Being a pair makes a missing
 * translation impossible; `const` keeps the texts as types, so that `t` knows the holes.
 */
export function catalogue<const T extends Record<string, readonly [string, string]>>(entries: T): T {
  return entries;
}
