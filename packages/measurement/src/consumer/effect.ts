import { type Consumer, outputsOf, type Readings } from './consumer.ts';

/** How far a lie moved one output. */
export interface OutputShift {
  readonly output: string;
  /** In the output's own unit, with its sign, where it is largest. */
  readonly most: number;
  /** The row of `most`. */
  readonly at: number;
  /** Root of the mean square over all rows. */
  readonly typical: number;
  /** The first row that is moved by `harm` or more, either way. */
  readonly harmfulFrom: number | undefined;
}

export interface Effect {
  readonly outputs: readonly OutputShift[];
  /** The first row with harm on any output. */
  readonly harmfulFrom: number | undefined;
  /** The first row from `from` on that was noticed. */
  readonly noticedAt: number | undefined;
  /** Rows from being noticed to harm; negative if harm came first. */
  readonly lead: number | undefined;
}

export interface EffectOptions {
  /** How far an output may be moved before it does harm: one for all, in the outputs' units. */
  readonly harm?: number;
  /** Whether a row was noticed, by its number. */
  readonly isNoticed?: (row: number) => boolean;
}

/**
 * How far altered readings move what a consumer makes of them, and whether the lie was noticed before it did harm. The loop
 * is open: the plant does not answer to what the consumer does.
 *
 * @param honest what the sensors would have said
 * @throws KitenError `measurement/consumer-output`, `measurement/consumer-failed`
 */
export async function effectOf(
  consumer: Consumer,
  honest: Readings,
  altered: Readings,
  options: EffectOptions = {},
): Promise<Effect> {
  const { harm = Number.POSITIVE_INFINITY, isNoticed = () => false } = options;
  const should = await outputsOf(consumer, honest);
  const does = await outputsOf(consumer, altered);
  const outputs = consumer.outputs.map((output, at) =>
    shiftOf(output, harm, honest.rows, (row) => {
      const place = row * consumer.outputs.length + at;
      return (does[place] as number) - (should[place] as number);
    }),
  );
  const harmful = outputs.flatMap(({ harmfulFrom }) => harmfulFrom ?? []);
  const harmfulFrom = harmful.length === 0 ? undefined : Math.min(...harmful);
  const noticed = firstRow(honest.rows, isNoticed);
  const noticedAt = noticed < 0 ? undefined : noticed;
  const lead = harmfulFrom === undefined || noticedAt === undefined ? undefined : harmfulFrom - noticedAt;
  return { outputs, harmfulFrom, noticedAt, lead };
}

function shiftOf(output: string, harm: number, rows: number, shiftAt: (row: number) => number): OutputShift {
  let [most, at, squares] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const shift = shiftAt(row);
    squares += shift * shift;
    if (Math.abs(shift) > Math.abs(most)) [most, at] = [shift, row];
  }
  const first = firstRow(rows, (row) => Math.abs(shiftAt(row)) >= harm);
  return {
    ...{ output, most, at, typical: Math.sqrt(squares / Math.max(1, rows)) },
    harmfulFrom: first < 0 ? undefined : first,
  };
}

function firstRow(rows: number, holds: (row: number) => boolean): number {
  for (let row = 0; row < rows; row++) if (holds(row)) return row;
  return -1;
}
