import { Judge } from '../judge.ts';
import { type Balance, residualOf, sizeOf } from './balance.ts';
import type { CrossProfile } from './cross-profile.ts';

/**
 * Rows running that a balance with a given tolerance has to be out of place: sensors that are sampled apart differ for one. Fewer
 * in which a sensor is missing are passed over: who leaves out every third reading is not to be believed for that.
 */
const running = 3;

/** How far a balance was out of place in the newest rows in which that could be said. */
class Running {
  readonly #last = new Float64Array(running);
  #rows = 0;
  #missing = 0;

  /** @param own NaN: it cannot be said */
  push(own: number): number {
    if (Number.isNaN(own)) {
      if (++this.#missing === running) this.#last.fill(0);
      return Number.NaN;
    }
    this.#missing = 0;
    this.#last[this.#rows++ % running] = own;
    return Math.min(...this.#last);
  }
}

/** How far each balance is out of place, row after row; 1 is where an alarm begins. */
export class BalanceWatch {
  readonly balances: readonly Balance[];
  /** Of the row that was pushed last; NaN where a sensor is missing. */
  readonly severities: Float64Array;
  readonly #judge: Judge | undefined;
  /** Positions of the balances with a learned tolerance. */
  readonly #learned: readonly number[];
  readonly #residuals: Float64Array;
  readonly #usual: Float64Array;
  readonly #running: readonly Running[];

  constructor({ balances, residuals, alarmsPerDay }: CrossProfile) {
    this.balances = balances;
    this.severities = new Float64Array(balances.length);
    this.#judge =
      residuals === undefined ? undefined : new Judge(residuals, { alarmsPerDay: alarmsPerDay / 2 });
    this.#learned = [...balances.keys()].filter((at) => balances[at]?.tolerance === undefined);
    this.#residuals = new Float64Array(this.#learned.length);
    this.#usual = residuals?.resolutions[0]?.standard.means ?? new Float64Array(0);
    this.#running = balances.map(() => new Running());
  }

  /** @param row NaN is missing */
  push(row: Float64Array): void {
    for (const [at, balance] of this.balances.entries()) {
      const residual = residualOf(balance, row);
      const own = this.#learned.indexOf(at);
      // What is missing is taken for usual, so that nothing is made of it.
      if (own >= 0) this.#residuals[own] = Number.isNaN(residual) ? (this.#usual[own] as number) : residual;
      else {
        const size = Math.max(Number.MIN_VALUE, sizeOf(balance, row) * (balance.tolerance as number));
        this.severities[at] = (this.#running[at] as Running).push(Math.abs(residual) / size);
      }
      if (own >= 0) this.severities[at] = Number.isNaN(residual) ? Number.NaN : 0;
    }
    if (this.#judge === undefined) return;
    this.#judge.push(this.#residuals);
    for (const [own, at] of this.#learned.entries())
      if (!Number.isNaN(this.severities[at] as number))
        this.severities[at] = this.#judge.bySeverity[own] as number;
  }
}
