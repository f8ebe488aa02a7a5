/** A choice of how a screen looks, kept on this machine. Whether somebody likes the map open is nobody's secret. */
export class Remembered<T extends string> {
  readonly #name: string;
  #current: T;

  constructor(name: string, values: readonly T[], usual: T) {
    this.#name = `siaga.look.${name}`;
    let kept: string | null = null;
    try {
      kept = localStorage.getItem(this.#name);
    } catch {
      // Without storage it holds for this tab only.
    }
    this.#current = $state(values.find((one) => one === kept) ?? usual);
  }

  get current(): T {
    return this.#current;
  }

  set current(value: T) {
    this.#current = value;
    try {
      localStorage.setItem(this.#name, value);
    } catch {
      // As above.
    }
  }
}
