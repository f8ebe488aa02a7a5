/** Commands on their way, so that the screen can say how many still wait for the server. */
class Outbox {
  #tickets = $state<{ id: number; waiting: boolean }[]>([]);
  #next = 0;

  /** Commands that could not be delivered at the first try and are being repeated. */
  get waiting(): number {
    return this.#tickets.filter((one) => one.waiting).length;
  }

  open(): number {
    const id = ++this.#next;
    this.#tickets.push({ id, waiting: false });
    return id;
  }

  wait(id: number): void {
    const ticket = this.#tickets.find((one) => one.id === id);
    if (ticket) ticket.waiting = true;
  }

  done(id: number): void {
    this.#tickets = this.#tickets.filter((one) => one.id !== id);
  }
}

export const outbox = new Outbox();
