/** Things beyond this many are forgotten and made anew: a shift's worth of cases, or a city's units. */
const KEPT_MAX = 5_000;

/** Makes a thing anew only when something that it is made of is another object than the last time. */
export class Kept<From extends readonly unknown[], Made> {
  readonly #make: (...from: From) => Made;
  readonly #kept = new Map<string, { words: unknown; from: From; made: Made }>();

  constructor(make: (...from: From) => Made) {
    this.#make = make;
  }

  /** `id` names the thing; `words` is what it depends on besides, as one object that is another when that changes. */
  of(id: string, words: unknown, ...from: From): Made {
    const have = this.#kept.get(id);
    if (have && have.words === words && from.every((one, index) => one === have.from[index]))
      return have.made;
    const made = this.#make(...from);
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    this.#kept.set(id, { words, from, made });
    return made;
  }
}
