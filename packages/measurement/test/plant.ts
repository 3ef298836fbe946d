import { type Frame, FrameReader } from '../src/index.ts';

/** Numbers as by chance, the same ones each time (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A pump, the flow it makes, the pressure behind it and the temperature of the room: three that belong together, one that doesn't. */
export function plant(
  rows: number,
  seed: number,
  alter: (row: number, values: number[]) => void = () => undefined,
): Frame {
  const random = chance(seed);
  const noise = () => (random() + random() + random() + random() - 2) * 0.87;
  const lines = ['time,speed,flow,pressure,temperature'];
  let speed = 0;
  for (let row = 0; row < rows; row++) {
    speed = 0.95 * speed + 0.3 * noise();
    const flow = 40 + 8 * speed + 0.5 * noise();
    const values = [
      1500 + 120 * speed + 3 * noise(),
      flow,
      2 + 0.03 * flow + 0.02 * noise(),
      20 + 0.3 * noise(),
    ];
    alter(row, values);
    lines.push([row, ...values.map((value) => value.toFixed(4))].join(','));
  }
  const reader = new FrameReader();
  reader.push(lines.join('\n'));
  return reader.end();
}
