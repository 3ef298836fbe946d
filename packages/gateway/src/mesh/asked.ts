/** What becomes of a message that another worker is to keep: it has it, has no room for it, or is gone. */
export type AskedOutcome = 'taken' | 'full' | 'lost';

/** Several things that are asked of others, and that an answer waits for. */
export class Asked {
  /** The worst so far. */
  outcome: AskedOutcome = 'taken';
  #left = 0;
  #done: ((outcome: AskedOutcome) => void) | undefined;

  /** One more. @returns what is to be called once it is known what became of it */
  one(): (outcome: AskedOutcome) => void {
    this.#left++;
    return (outcome) => {
      this.#left--;
      if (this.outcome !== 'lost' && outcome !== 'taken') this.outcome = outcome;
      if (this.#left === 0) this.#done?.(this.outcome);
    };
  }

  /** Calls once all of them are known. */
  whenDone(done: (outcome: AskedOutcome) => void): void {
    this.#done = done;
    if (this.#left === 0) done(this.outcome);
  }
}
