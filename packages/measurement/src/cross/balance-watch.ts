import { Judge } from '../judge.ts';
import { type Balance, residualOf, sizeOf } from './balance.ts';
import type { CrossProfile } from './cross-profile.ts';

/** Rows running that a balance with a given tolerance has to be out of place: sensors that are sampled apart differ for one. */
const running = 3;

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
  readonly #last: readonly Float64Array[];
  #rows = 0;

  constructor({ balances, residuals, alarmsPerDay }: CrossProfile) {
    this.balances = balances;
    this.severities = new Float64Array(balances.length);
    this.#judge =
      residuals === undefined ? undefined : new Judge(residuals, { alarmsPerDay: alarmsPerDay / 2 });
    this.#learned = [...balances.keys()].filter((at) => balances[at]?.tolerance === undefined);
    this.#residuals = new Float64Array(this.#learned.length);
    this.#usual = residuals?.resolutions[0]?.standard.means ?? new Float64Array(0);
    this.#last = balances.map(() => new Float64Array(running));
  }

  /** @param row NaN is missing */
  push(row: Float64Array): void {
    const turn = this.#rows++ % running;
    for (const [at, balance] of this.balances.entries()) {
      const residual = residualOf(balance, row);
      const own = this.#learned.indexOf(at);
      // What is missing is taken for usual, so that nothing is made of it.
      if (own >= 0) this.#residuals[own] = Number.isNaN(residual) ? (this.#usual[own] as number) : residual;
      else {
        const last = this.#last[at] as Float64Array;
        const size = Math.max(Number.MIN_VALUE, sizeOf(balance, row) * (balance.tolerance as number));
        last[turn] = Math.abs(residual) / size;
        this.severities[at] = Math.min(...last);
      }
      if (Number.isNaN(residual)) this.severities[at] = Number.NaN;
      else if (own >= 0) this.severities[at] = 0;
    }
    if (this.#judge === undefined) return;
    this.#judge.push(this.#residuals);
    for (const [own, at] of this.#learned.entries())
      if (!Number.isNaN(this.severities[at] as number))
        this.severities[at] = this.#judge.bySeverity[own] as number;
  }
}
