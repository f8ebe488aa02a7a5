import type { Lang } from "../../i18n/lang.svelte.ts";

/**
 * What the hub answered, in the reader's language when it said so in both: "422 {...}" becomes its title with its
 * code. The words of another hub stay as they are.
 */
export function answerText(raw: string, lang: Lang): string {
  const begin = raw.indexOf("{");
  if (begin < 0) return raw;
  try {
    const problem: unknown = JSON.parse(raw.slice(begin));
    if (typeof problem !== "object" || problem === null) return raw;
    const said = problem as Record<string, unknown>;
    const word = (name: string): string => (typeof said[name] === "string" ? said[name] : "");
    const title = (lang === "en" && word("title_en")) || word("title");
    if (!title) return raw;
    const name = [raw.slice(0, begin).trim(), word("code")].filter(Boolean).join(", ");
    return name ? `${title} (${name})` : title;
  } catch {
    // Cut off, or no JSON at all.
    return raw;
  }
}
