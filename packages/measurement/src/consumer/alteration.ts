import { decimalsOf, mostDecimals } from '../series/decimals.ts';
import { gridOf } from '../series/grid.ts';
import type { Readings } from './consumer.ts';

/** How a lie grows over its rows. */
export const shapes = {
  /** At once, and it stays. */
  bias: () => 1,
  /** Evenly, until the last row. */
  drift: (share: number) => share,
  /** Up and down again, once. */
  swell: (share: number) => Math.sin(Math.PI * share),
} as const;

export type Shape = keyof typeof shapes;

/** What is added to honest readings. */
export interface Alteration {
  readonly shape: Shape;
  /** For each channel, what is added where the shape is 1, in the channel's own unit. */
  readonly amounts: Float64Array;
  readonly from: number;
  readonly rows: number;
}

/** Honest readings with something added; who lies keeps to the grid of each sensor, or rounding alone would give the lie away. */
export function altered(honest: Readings, { shape, amounts, from, rows }: Alteration): Readings {
  const values = honest.values.slice();
  const width = amounts.length;
  const written = writtenAs(honest, width);
  for (let row = 0; row < rows; row++) {
    const size = shapes[shape]((row + 1) / rows);
    for (let channel = 0; channel < width; channel++) {
      const at = (from + row) * width + channel;
      const { step, factor } = written[channel] as Written;
      const lie = size * (amounts[channel] as number);
      const told = (values[at] as number) + (step === 0 ? lie : Math.round(lie / step) * step);
      values[at] = step === 0 ? told : Math.round(told * factor) / factor;
    }
  }
  return { rows: honest.rows, values };
}

/** How a sensor's readings are written: steps of its grid, and 10 to the power of their decimals. */
interface Written {
  readonly step: number;
  readonly factor: number;
}

const known = new WeakMap<Readings, readonly Written[]>();

function writtenAs(honest: Readings, width: number): readonly Written[] {
  const found =
    known.get(honest) ??
    Array.from({ length: width }, (_, channel): Written => {
      const column = honest.values.filter((value, at) => at % width === channel && !Number.isNaN(value));
      const decimals = decimalsOf(column);
      const step = gridOf(column).step || (decimals < mostDecimals ? 10 ** -decimals : 0);
      return { step, factor: 10 ** decimals };
    });
  known.set(honest, found);
  return found;
}
