/** A sensor that says another unit than the one that it is compared in. */
export interface OtherUnit {
  /** `STREAM#CHANNEL` */
  readonly sensor: string;
  readonly says: string;
  readonly asked: string;
  /** Who asks for it: a declaration, what was learned, or what it said itself before. */
  readonly by: 'declared' | 'learned' | 'before';
}

/**
 * What the sensors of a relation are measured in: as declared; or else as in what it is judged by; or else as it was said first.
 * What comes in another unit is missing there. Nothing is converted: who changes the unit may have been changed.
 */
export class SensorUnits {
  readonly #names: readonly string[];
  readonly #declared: readonly string[];
  #learned: readonly string[] = [];
  /** What was said first since it is being learned. */
  readonly #heard: string[];
  /** What each says now. */
  readonly #now: string[];
  /** Sensors that are not judged, and not learned from. */
  #unjudged: readonly number[] = [];
  #unlearned: readonly number[] = [];

  /** @param heard in its lesson before, by sensor; '' where nobody says */
  constructor(names: readonly string[], declared: readonly string[], heard: readonly string[] = []) {
    this.#names = names;
    this.#declared = declared;
    this.#heard = names.map((_, at) => heard[at] ?? '');
    this.#now = names.map(() => '');
  }

  /** What is being learned is measured in. */
  get ofLesson(): readonly string[] {
    return this.#names.map((_, at) => this.#declared[at] || this.#heard[at] || '');
  }

  /** Of each sensor; '' where nobody says. */
  get now(): readonly string[] {
    return this.#names.map((_, at) => this.#declared[at] || this.#learned[at] || this.#heard[at] || '');
  }

  /** It is judged by this from now on. */
  judgeBy(units: readonly string[] = []): void {
    this.#learned = units;
    this.#weigh();
  }

  /**
   * What the channels of a stream say from now on.
   *
   * @param from the place of its first sensor
   * @returns whether something was said for the first time
   */
  hear(from: number, units: readonly string[]): boolean {
    if (units.every((unit, at) => unit === this.#now[from + at])) return false;
    let isFirst = false;
    for (const [at, unit] of units.entries()) {
      this.#now[from + at] = unit;
      if (unit === '' || this.#heard[from + at] !== '') continue;
      this.#heard[from + at] = unit;
      isFirst = true;
    }
    this.#weigh();
    return isFirst;
  }

  /** What a stream says that is not compared; '' where it does not say. */
  say(from: number, units: readonly string[]): void {
    for (const [at, unit] of units.entries()) if (unit !== '') this.#now[from + at] = unit;
    this.#weigh();
  }

  /** Those that are not judged. */
  get others(): readonly OtherUnit[] {
    const { now } = this;
    return this.#unjudged.map((at) => ({
      ...{ sensor: this.#names[at] as string, says: this.#now[at] as string, asked: now[at] as string },
      by: this.#declared[at] ? 'declared' : this.#learned[at] ? 'learned' : 'before',
    }));
  }

  /** The row without what is not judged. */
  judged(row: Float64Array): Float64Array {
    return without(row, this.#unjudged);
  }

  /** The row without what is not learned from. */
  learned(row: Float64Array): Float64Array {
    return without(row, this.#unlearned);
  }

  #weigh(): void {
    const odd = (known: readonly string[]): number[] =>
      [...known.keys()].filter(
        (at) => this.#now[at] !== '' && (known[at] || this.#now[at]) !== this.#now[at],
      );
    this.#unjudged = odd(this.now);
    this.#unlearned = odd(this.ofLesson);
  }
}

function without(row: Float64Array, sensors: readonly number[]): Float64Array {
  if (sensors.length === 0) return row;
  const left = row.slice();
  for (const sensor of sensors) left[sensor] = Number.NaN;
  return left;
}
