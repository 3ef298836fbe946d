// How many rows a second one core learns and judges: fifty channels as they come from a plant, by all detectors together.
import { decimalsOf, type Frame, Judge, learn, type Profile } from '@kiten/measurement';
import { cpuSeconds, median, print } from './figure.ts';

const channels = 50;
const rows = 10_000;
const rounds = 5;

let state = 7;
const random = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const noise = (): number => (random() + random() + random() + random() - 2) * 0.87;

/** Five things that move, and fifty sensors that see mixtures of them. */
function plant(): Frame {
  const mix = Array.from({ length: channels * 5 }, noise);
  const state = new Float64Array(5);
  const values = new Float64Array(rows * channels);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < 5; at++) state[at] = 0.95 * (state[at] as number) + 0.3 * noise();
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0.2 * noise();
      for (let at = 0; at < 5; at++) sum += (mix[channel * 5 + at] as number) * (state[at] as number);
      values[row * channels + channel] = sum;
    }
  }
  const names = Array.from({ length: channels }, (_, at) => `sensor ${at}`);
  const times = Float64Array.from({ length: rows }, (_, row) => row);
  return {
    ...{ channels: names, rows, values, times, interval: 1 },
    timeColumn: 'time',
    labels: new Map(),
    leftOut: [],
  };
}

const frame = plant();
let profile: Profile | undefined;
const learning = await cpuSeconds(() => {
  profile = learn(frame, { alarmsPerDay: 1 });
});
print({
  figure: `learning from ${rows} rows of ${channels} channels, ${decimalsOf(frame.values)} decimals and three coarser`,
  ...{ value: learning, unit: 's' },
});

const perSecond: number[] = [];
for (let round = 0; round < rounds; round++) {
  const judge = new Judge(profile as Profile);
  const spent = await cpuSeconds(() => {
    for (let row = 0; row < rows; row++)
      judge.push(frame.values.subarray(row * channels, (row + 1) * channels));
  });
  perSecond.push(rows / spent);
}
print({
  figure: `rows of ${channels} channels judged by all detectors together`,
  ...{ value: median(perSecond), unit: 'rows per CPU second', floor: 15_000, goal: 20_000, rounds },
});
