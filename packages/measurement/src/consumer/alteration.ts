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

export function altered(honest: Readings, { shape, amounts, from, rows }: Alteration): Readings {
  const values = honest.values.slice();
  const width = amounts.length;
  for (let row = 0; row < rows; row++) {
    const size = shapes[shape]((row + 1) / rows);
    for (let channel = 0; channel < width; channel++) {
      const at = (from + row) * width + channel;
      values[at] = (values[at] as number) + size * (amounts[channel] as number);
    }
  }
  return { rows: honest.rows, values };
}
