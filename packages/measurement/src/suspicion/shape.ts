import type { FaultKind } from './kind.ts';

/** What one channel said and should have said, while it was not to be believed and before. Standardised. */
export interface Course {
  /** From some calm rows on. */
  readonly said: Float64Array;
  readonly expected: Float64Array;
  /** The row from which on it is not believed. */
  readonly began: number;
}

export interface Shape {
  readonly kind: FaultKind;
  readonly confidence: number;
}

/** Of the rows, without a change: it is held, if so many changes were due: a switch that rests is none. */
const held = 0.97;
const due = 3;
/** Fewer rows are a jump. */
const shortest = 4;
/** Of the power, in one row: detectors remember it for longer than it lasted. */
const lonely = 0.8;
/** Of the power, around one frequency: it is a line. */
const lineShare = 0.3;
/** Of what is out of place, unexplained by a shape: it is none. */
const mostLeft = 0.6;

/**
 * The kind of fault by the shape of what is out of place: constant, growing, in proportion to what is measured, at one
 * frequency, or none of these, and louder or quieter than before.
 */
export function shapeOf({ said, expected, began }: Course): Shape {
  const rows = said.length - began;
  const told = said.subarray(began);
  const away = told.map((value, row) => value - (expected[began + row] as number));
  if (isHeld(said, began)) return { kind: 'freeze', confidence: 0.95 };
  if (rows < shortest) return { kind: 'jump', confidence: 0.6 };
  const calm = variance(said.subarray(0, began).map((value, row) => value - (expected[row] as number)));
  const total = meanSquare(away);
  const ramp = away.map((_, row) => row + 1);
  const seen = told.map((_, row) => expected[began + row] as number);
  const fits: [FaultKind, number][] = [
    ['bias', left(away, [ones(rows)])],
    ['drift', left(away, [ramp])],
    ['gain', left(away, [seen])],
  ];
  const [kind, rest] = fits.reduce((best, next) => (next[1] < best[1] ? next : best));
  const floor = Math.min(calm, 0.5 * total);
  const unexplained = Math.max(0, rest - floor) / Math.max(1e-12, total - floor);
  if (unexplained < mostLeft) {
    const others = fits.filter(([other]) => other !== kind).map(([, other]) => Math.max(0, other - floor));
    const margin = 1 - Math.max(0, rest - floor) / Math.max(1e-12, Math.min(...others));
    return { kind, confidence: clamped(0.4 + 0.6 * (1 - unexplained) * margin) };
  }
  if (largest(away) > lonely * rows * total) return { kind: 'jump', confidence: 0.6 };
  const line = lineOf(away);
  if (line > lineShare) return { kind: 'alias', confidence: clamped(0.3 + line) };
  const louder = variance(away) / Math.max(1e-12, calm);
  if (louder > 8) return { kind: 'noise', confidence: 0.6 };
  if (louder > 1.5 || louder < 0.5) return { kind: 'replacement', confidence: 0.5 };
  return { kind: 'unknown', confidence: 0.2 };
}

function isHeld(said: Float64Array, began: number): boolean {
  const steps = said.length - began - 1;
  const usual = changesIn(said, 1, began) / Math.max(1, began - 1);
  return (
    steps >= shortest && changesIn(said, began + 1, said.length) <= (1 - held) * steps && usual * steps >= due
  );
}

function changesIn(said: Float64Array, from: number, to: number): number {
  let changes = 0;
  for (let row = from; row < to; row++) if (said[row] !== said[row - 1]) changes++;
  return changes;
}

/** The mean square that a least-squares fit of these leaves; at most one column that is not there before. */
function left(values: Float64Array, columns: readonly Float64Array[]): number {
  let rest = values;
  for (const column of columns) {
    let [products, squares] = [0, 1e-12];
    for (const [row, value] of rest.entries()) {
      products += value * (column[row] as number);
      squares += (column[row] as number) ** 2;
    }
    rest = rest.map((value, row) => value - (products / squares) * (column[row] as number));
  }
  return meanSquare(rest);
}

/** The largest share of power within two of the frequencies of a Fourier transform, without the slowest. */
function lineOf(values: Float64Array): number {
  const rows = Math.min(values.length, 256);
  const mean = values.subarray(0, rows).reduce((sum, value) => sum + value / rows, 0);
  const powers = Array.from({ length: Math.trunc(rows / 2) }, (_, cycle) => {
    let [real, imaginary] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const angle = (2 * Math.PI * cycle * row) / rows;
      real += ((values[row] as number) - mean) * Math.cos(angle);
      imaginary += ((values[row] as number) - mean) * Math.sin(angle);
    }
    return real * real + imaginary * imaginary;
  });
  const all = powers.reduce((sum, power) => sum + power, 1e-12);
  // White noise has an even share; a line that wanders covers some.
  const reach = Math.max(1, Math.trunc(rows / 64));
  let most = 0;
  for (let at = 2 + reach; at < powers.length - reach; at++) {
    const near = powers.slice(at - reach, at + reach + 1).reduce((sum, power) => sum + power, 0);
    most = Math.max(most, near / all - (2 * reach + 1) / powers.length);
  }
  return most;
}

const ones = (rows: number) => new Float64Array(rows).fill(1);
const clamped = (value: number) => Math.min(0.95, Math.max(0.05, value));

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + (value * value) / values.length, 0);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value * value), 0);
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
}
