import type { OtherUnit, SensorUnits } from './sensor-units.ts';

/**
 * Why a sensor takes no part in what is compared:
 *
 * | | |
 * | --- | --- |
 * | `silent` | nothing came of it for three rows |
 * | `unit` | it says another unit than the one that it is compared in |
 * | `apart` | it says something, and not at the time of the others: its clock is off |
 */
export const missingReasons = ['silent', 'unit', 'apart'] as const;

/** A sensor that takes no part; the others are compared on. */
export interface MissingSensor {
  /** `STREAM#CHANNEL` */
  readonly sensor: string;
  readonly why: (typeof missingReasons)[number];
  /** When it took part last, in milliseconds since the Unix epoch; `undefined`: not since it is being compared. */
  readonly since: number | undefined;
  /** Of `unit`. */
  readonly unit: OtherUnit | undefined;
}

/** Which sensors of a relation take no part now, and since when. Times in milliseconds. */
export class MissingSensors {
  readonly #names: readonly string[];
  readonly #hold: number;
  readonly #units: SensorUnits;
  /** By our clock, when something came; NaN: never. */
  readonly #heard: Float64Array;
  /** In which row it counted last, and whether it did in the newest. */
  readonly #counted: Float64Array;
  #newest: Float64Array | undefined;
  #began: number;
  #now: number;

  /**
   * @param hold for so long what a sensor said counts
   * @param now NaN: nobody has said yet what time it is
   */
  constructor(names: readonly string[], hold: number, units: SensorUnits, now: number) {
    this.#began = now;
    this.#now = now;
    this.#names = names;
    this.#hold = hold;
    this.#units = units;
    this.#heard = new Float64Array(names.length).fill(Number.NaN);
    this.#counted = this.#heard.slice();
  }

  get now(): readonly MissingSensor[] {
    const units = new Map(this.#units.others.map((each) => [each.sensor, each]));
    return this.#names.flatMap((sensor, at) => {
      const [unit, isSilent] = [units.get(sensor), this.#isSilent(at)];
      if (!isSilent && unit === undefined && !Number.isNaN(this.#newest?.[at] ?? 0)) return [];
      const isUnheard = Number.isNaN(this.#heard[at] as number);
      const why = isSilent || isUnheard ? 'silent' : unit === undefined ? 'apart' : 'unit';
      const last = (why === 'silent' ? this.#heard : this.#counted)[at] as number;
      return [
        {
          ...{ sensor, why, since: Number.isNaN(last) ? undefined : last },
          unit: why === 'unit' ? unit : undefined,
        },
      ];
    });
  }

  /** How many are not missing. */
  get present(): number {
    return this.#names.length - this.now.length;
  }

  look(now: number): void {
    if (Number.isNaN(this.#began)) this.#began = now;
    this.#now = now;
  }

  /** @param from the place of the first of these sensors */
  heard(from: number, values: Float64Array): void {
    for (const [at, value] of values.entries()) if (!Number.isNaN(value)) this.#heard[from + at] = this.#now;
  }

  /** Something came of so many sensors that cannot be compared. @param from the place of the first of them */
  spoke(from: number, sensors: number): void {
    this.#heard.fill(this.#now, from, from + sensors);
  }

  /** @param row what is compared of it; NaN is missing */
  row(at: number, row: Float64Array): void {
    this.#newest = row.slice();
    for (const [sensor, value] of row.entries()) if (!Number.isNaN(value)) this.#counted[sensor] = at;
  }

  #isSilent(sensor: number): boolean {
    const heard = this.#heard[sensor] as number;
    return this.#now - (Number.isNaN(heard) ? this.#began : heard) > this.#hold;
  }
}
