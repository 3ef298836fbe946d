/** Lets one after the other do what only one may do at a time. What fails stops nobody behind it. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Value>(turn: () => Promise<Value>): Promise<Value> {
    const outcome = this.#last.then(turn);
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }
}
