import { Highest } from './highest.ts';
import { PeakFinder } from './peaks.ts';

/** Peaks of a stretch that are kept at most. */
const mostPeaks = 1 << 14;

/** What normal data say of one statistic, told of in the order of rows: as much as its limit and its tail are found by. */
export class Course {
  /** Its highest values: all of them, where there are not more than there is room for. */
  readonly highest: Highest;
  /** Of each stretch, the highest peaks. */
  readonly peaks: Highest[] = [];
  #finder: PeakFinder | undefined;
  /** Sums are of what values differ from the first by. */
  #first = Number.NaN;
  #before = 0;
  #sum = 0;
  #squares = 0;
  #products = 0;

  /** @param room values that are kept at most */
  constructor(room: number) {
    this.highest = new Highest(room);
  }

  /** A stretch begins: what is to come does not follow what was. */
  begin(row: number): void {
    this.#finder?.end();
    const peaks = new Highest(mostPeaks);
    this.peaks.push(peaks);
    this.#finder = new PeakFinder(0, row, (place, height) => peaks.push(place, height));
  }

  /**
   * The values of some rows that follow each other.
   *
   * @param row the first of them
   * @param values every `step`-th is one of them, from `at` on
   */
  push(row: number, values: Float64Array, at: number, step: number): void {
    const { highest } = this;
    const finder = this.#finder as PeakFinder;
    if (highest.all === 0) this.#first = values[at] as number;
    const first = this.#first;
    let [before, sum, squares, products] = [this.#before, 0, 0, 0];
    for (let place = at, now = row; place < values.length; place += step, now++) {
      const value = values[place] as number;
      highest.push(now, value);
      finder.push(now, value);
      const away = value - first;
      sum += away;
      squares += away * away;
      products += away * before;
      before = away;
    }
    this.#before = before;
    this.#sum += sum;
    this.#squares += squares;
    this.#products += products;
  }

  /** No more rows come. */
  end(): void {
    this.#finder?.end();
  }

  /** The correlation of a value with the one before; 1 of what never moved. */
  get lagOneCorrelation(): number {
    const count = this.highest.all;
    const mean = this.#sum / count;
    const squares = this.#squares - count * mean * mean;
    // Each value but the last is a first factor, and each but the first, which is 0, a second one.
    const products = this.#products - mean * (2 * this.#sum - this.#before) + (count - 1) * mean * mean;
    return squares <= 0 ? 1 : products / squares;
  }
}
