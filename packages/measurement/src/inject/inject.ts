import { KitenError } from '@kiten/codec';
import { decimalsOf, rounded } from '../series/decimals.ts';
import type { Frame } from '../series/frame.ts';
import { gridOf } from '../series/grid.ts';
import { jitterOf } from '../series/jitter.ts';
import { alterations, type InjectedKind, usualSizes, type Victim } from './faults.ts';

/** A fault or an attack that is put into readings that had none. */
export interface Injection {
  readonly kind: InjectedKind;
  readonly channel: string;
  /** The first row that it touches, from 0. */
  readonly from: number;
  readonly rows: number;
  /**
   * How large it is. `bias`, `noise` (its deviation), `alias` (its amplitude) and `drift` (at its end): in standard
   * deviations of the channel; below 0: downwards. `gain`: by what its distance from its mean is multiplied. `replacement`: by what its noise is.
   */
  readonly size?: number;
  /** `replay`: the row that the recording begins with; it ends before `from`, unless given. */
  readonly source?: number;
  /** `swap`: the other channel. */
  readonly other?: string;
}

/** The column that says which rows were altered. */
export const attackLabel = 'attack';

/**
 * Readings with a fault in them. What they say stays on the grid of the sensor, so that rounding does not give the fault away;
 * only a sensor that replaces another has a grid of its own. The label `attack` is 1 where a row was altered.
 *
 * @param random between 0 and 1
 * @throws KitenError `measurement/injection-impossible`
 */
export function inject(frame: Frame, injection: Injection, random: () => number): Frame {
  const { kind, from, rows, size = usualSizes[kind] } = injection;
  const source = injection.source ?? Math.max(0, from - rows);
  const channel = positionOf(frame, injection.channel);
  if (kind === 'swap' && injection.other === undefined)
    throw impossible('it takes another channel to be swapped with');
  const other = kind === 'swap' ? positionOf(frame, injection.other ?? '') : undefined;
  if (!(rows > 0 && from >= 0 && from + rows <= frame.rows))
    throw impossible(
      `the table has ${frame.rows} rows, and not those from row ${from + 1} on, ${rows} of them`,
    );
  if (kind === 'replay' && (source < 0 || source + rows > from))
    throw impossible('what is played back has to be recorded before; begin later, or with fewer rows');
  if (!Number.isFinite(size) || size === 0) throw impossible('its size is no number other than 0');
  const columns = { channel, other };
  const values = frame.values.slice();
  write(values, frame, channel, from, alter(frame, columns, injection, { size, source, random }));
  if (other !== undefined)
    write(values, frame, other, from, columnOf(frame, channel).subarray(from, from + rows));
  const labels = new Float64Array(frame.rows);
  labels.set(frame.labels.get(attackLabel) ?? []);
  labels.fill(1, from, from + rows);
  return { ...frame, values, labels: new Map([...frame.labels, [attackLabel, labels]]) };
}

function alter(
  frame: Frame,
  columns: { readonly channel: number; readonly other: number | undefined },
  { kind, from, rows }: Injection,
  rest: { readonly size: number; readonly source: number; readonly random: () => number },
): Float64Array {
  const values = columnOf(frame, columns.channel);
  const other = columns.other === undefined ? undefined : columnOf(frame, columns.other);
  const told = alterations[kind](victimOf(values, other), { from, rows, ...rest });
  const altered = Float64Array.from({ length: rows }, (_, row) => told(row));
  // The grid is known to so many decimals; products of its step have more.
  return rounded(altered, Math.min(9, decimalsOf(values) + (kind === 'replacement' ? 2 : 0)));
}

function victimOf(values: Float64Array, other: Float64Array | undefined): Victim {
  const known = values.filter((value) => !Number.isNaN(value));
  const { step } = gridOf(known);
  return { values, ...spreadOfKnown(known), noise: jitterOf(known), step, other };
}

/** Of numbers, none of them missing. */
export function spreadOfKnown(known: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = known.reduce((sum, value) => sum + value / known.length, 0);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2 / known.length, 0);
  return { mean, deviation: Math.sqrt(variance) };
}

export function columnOf(frame: Frame, channel: number): Float64Array {
  const width = frame.channels.length;
  return Float64Array.from({ length: frame.rows }, (_, row) => frame.values[row * width + channel] as number);
}

function write(into: Float64Array, frame: Frame, channel: number, from: number, values: Float64Array): void {
  const width = frame.channels.length;
  for (const [row, value] of values.entries()) into[(from + row) * width + channel] = value;
}

function positionOf(frame: Frame, name: string): number {
  const found = frame.channels.indexOf(name);
  if (found >= 0) return found;
  throw impossible(`there is no channel “${name}”; there are ${frame.channels.join(', ')}`);
}

function impossible(why: string): KitenError {
  return new KitenError('measurement/injection-impossible', `The readings cannot be altered so: ${why}.`);
}
