import type { Frame } from './frame.ts';

/** A value that a channel says where it has no reading, and in how many rows. */
export interface Filler {
  readonly channel: string;
  readonly value: number;
  readonly rows: number;
}

/** Bounds of integers of 16 and 32 bits: what overflows, and what a controller says of an input that is not connected. */
const bounds: readonly number[] = [
  ...[32_767, -32_768, 65_535],
  ...[2_147_483_647, -2_147_483_648, 4_294_967_295],
];
/** Historians write nines, sometimes eights or sevens. A level that ends at 99.9 % is a level. */
const leastDigits = 777;
const sameDigits = /^(7+|8+|9+)$/;
/** What no sensor measures, among it the greatest number of 32 bits. */
const beyondMeasure = 1e30;
/** Times the whole span of all others that a filler is away from them. */
const away = 3;
/** −1 is a reading of many sensors: so many rows say it, at least. */
const leastRows = 3;
/** Fewer different values are states of a switch, or set-points. */
const leastValues = 10;

/**
 * Takes for missing what a channel says where it has no reading: one of the values that are usual for it (−999, 9999, 32767, −1 …),
 * if it stands alone, away from all others by several times their whole span. What is left has to be measured: of states and
 * set-points none is a filler.
 */
export function withoutFillers(frame: Frame): Frame {
  const { channels, rows, values } = frame;
  const column = (channel: number) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * channels.length + channel] as number);
  return takenForMissing(
    frame,
    channels.map((_, channel) => fillersOf(column(channel))),
  );
}

/** @param fillers of each channel: what it says where it has no reading */
export function takenForMissing(frame: Frame, fillers: readonly (readonly number[])[]): Frame {
  if (fillers.every(({ length }) => length === 0)) return frame;
  const values = frame.values.slice();
  const width = frame.channels.length;
  const taken = fillers.flatMap((each, channel) =>
    each.map((value): Filler => {
      let rows = 0;
      for (let at = channel; at < values.length; at += width) {
        if (values[at] !== value) continue;
        values[at] = Number.NaN;
        rows++;
      }
      return { channel: frame.channels[channel] as string, value, rows };
    }),
  );
  return { ...frame, values, fillers: [...(frame.fillers ?? []), ...taken] };
}

/** Of each channel of a table, what was taken for missing. */
export function fillersByChannel({ channels, fillers = [] }: Frame): number[][] {
  return channels.map((channel) =>
    fillers.filter((each) => each.channel === channel).map(({ value }) => value),
  );
}

function fillersOf(values: Float64Array): number[] {
  const suspects = new Map<number, number>();
  for (const value of values) if (isUsual(value)) suspects.set(value, (suspects.get(value) ?? 0) + 1);
  while (suspects.size > 0) {
    const others = spanOf(values, suspects);
    const reading = [...suspects].find(([value, rows]) => !isAlone(value, rows, others));
    if (reading === undefined) break;
    // What turns out to be a reading is one of the others from then on.
    suspects.delete(reading[0]);
  }
  return [...suspects.keys()];
}

function isUsual(value: number): boolean {
  const size = Math.abs(value);
  return (
    value === -1 ||
    size >= beyondMeasure ||
    bounds.includes(value) ||
    (size >= leastDigits && sameDigits.test(String(size).replace('.', '')))
  );
}

interface Span {
  readonly least: number;
  readonly most: number;
  /** Whether there are enough different values for something that is measured. */
  readonly isMeasured: boolean;
}

function spanOf(values: Float64Array, without: ReadonlyMap<number, number>): Span {
  const different = new Set<number>();
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (Number.isNaN(value) || without.has(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
    if (different.size < leastValues) different.add(value);
  }
  return { least, most, isMeasured: different.size >= leastValues };
}

function isAlone(value: number, rows: number, { least, most, isMeasured }: Span): boolean {
  const distance = Math.max(least - value, value - most);
  return isMeasured && distance > away * (most - least) && (value !== -1 || rows >= leastRows);
}
