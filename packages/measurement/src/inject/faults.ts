import { gaussian } from '@kiten/numerics';

/** What can be done to the readings of one channel. */
export const injectedKinds = [
  'bias',
  'drift',
  'freeze',
  'gain',
  'replacement',
  'noise',
  'alias',
  'replay',
  'swap',
] as const;

export type InjectedKind = (typeof injectedKinds)[number];

/** The channel that something is done to, as it is over all of the table. */
export interface Victim {
  readonly values: Float64Array;
  readonly mean: number;
  readonly deviation: number;
  /** The deviation of its noise: of what changes from row to row and not back slowly. */
  readonly noise: number;
  /** Readings are multiples of it, beside an offset. */
  readonly step: number;
  /** The channel that it is swapped with. */
  readonly other: Float64Array | undefined;
}

export interface Stretch {
  readonly from: number;
  readonly rows: number;
  readonly size: number;
  /** The row that a recording begins with. */
  readonly source: number;
  readonly random: () => number;
}

type Alteration = (victim: Victim, stretch: Stretch) => (row: number) => number;

/** Cycles a row that what is folded down begins with, and how far it moves from row to row. */
const aliasFrequency = 0.07;
const aliasWander = 0.002;
/** The grid of a sensor that replaces another, in steps of that. */
const otherStep = 1.37;

/** How large a fault is unless somebody says: mild ones, of the size of what the channel does by itself. */
export const usualSizes: Readonly<Record<InjectedKind, number>> = {
  bias: 1,
  drift: 2,
  freeze: 1,
  gain: 1.5,
  replacement: 2,
  noise: 1,
  alias: 1,
  replay: 1,
  swap: 1,
};

/** What each kind of fault makes of a row, counted from the first that it touches. */
export const alterations: Readonly<Record<InjectedKind, Alteration>> = {
  bias: (victim, { from, size }) => {
    const shift = size * victim.deviation;
    return (row) => onGrid(at(victim, from + row) + shift, victim.step);
  },
  drift: (victim, { from, rows, size }) => {
    const slope = (size * victim.deviation) / rows;
    return (row) => onGrid(at(victim, from + row) + slope * (row + 1), victim.step);
  },
  freeze: (victim, { from }) => {
    const held = at(victim, from);
    return () => held;
  },
  gain: (victim, { from, size }) => {
    const { mean, step } = victim;
    return (row) => onGrid(mean + size * (at(victim, from + row) - mean), step);
  },
  replacement: (victim, { from, size, random }) => {
    const normal = gaussian(random);
    const more = victim.noise * Math.sqrt(Math.max(0, size ** 2 - 1));
    const step = victim.step * otherStep;
    return (row) => onGrid(at(victim, from + row) + more * normal(), step);
  },
  noise: (victim, { from, size, random }) => {
    const normal = gaussian(random);
    return (row) => onGrid(at(victim, from + row) + size * victim.deviation * normal(), victim.step);
  },
  alias: (victim, { from, size, random }) => {
    const normal = gaussian(random);
    let [phase, frequency] = [2 * Math.PI * random(), aliasFrequency];
    return (row) => {
      frequency = Math.min(0.45, Math.max(0.02, frequency + aliasWander * normal()));
      phase += 2 * Math.PI * frequency;
      return onGrid(at(victim, from + row) + size * victim.deviation * Math.sin(phase), victim.step);
    };
  },
  replay:
    (victim, { source }) =>
    (row) =>
      at(victim, source + row),
  swap:
    (victim, { from }) =>
    (row) =>
      (victim.other ?? victim.values)[from + row] as number,
};

function at(victim: Victim, row: number): number {
  return victim.values[row] as number;
}

function onGrid(value: number, step: number): number {
  return step === 0 ? value : Math.round(value / step) * step;
}
