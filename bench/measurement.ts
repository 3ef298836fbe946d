// How many rows a second one core learns and judges: fifty channels as they come from a plant, by all detectors together
// and by some alone, and eight channels of each of ten thousand streams.
import { decimalsOf, type Frame, Judge, learn, type Profile, rowsOf } from '@kiten/measurement';
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
function plant(channels: number, rows: number): Frame {
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

const frame = plant(channels, rows);
let profile: Profile | undefined;
const learning = await cpuSeconds(() => {
  profile = learn(frame, { alarmsPerDay: 1 });
});
print({
  figure: `learning from ${rows} rows of ${channels} channels, ${decimalsOf(frame.values)} decimals and three coarser`,
  ...{ value: learning, unit: 's' },
});

/** @param detectors those that judge; all that were learned, unless given */
async function rate(frame: Frame, profile: Profile, detectors?: readonly string[]): Promise<number> {
  const width = frame.channels.length;
  const perSecond: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const judge = new Judge(profile, detectors === undefined ? {} : { detectors });
    const spent = await cpuSeconds(() => {
      for (let row = 0; row < frame.rows; row++)
        judge.push(frame.values.subarray(row * width, (row + 1) * width));
    });
    perSecond.push(frame.rows / spent);
  }
  return median(perSecond);
}

print({
  figure: `rows of ${channels} channels judged by all detectors together`,
  value: await rate(frame, profile as Profile),
  ...{ unit: 'rows per CPU second', floor: 15_000, goal: 20_000, rounds },
});
const charts = learn(frame, {
  alarmsPerDay: 1,
  detectors: ['level', 'cusum', 'mewma', 'relation', 'gain', 'allan'],
});
for (const [name, detectors, floor] of [
  ['the conditional residual', ['relation'], 15_000],
  ['MEWMA', ['mewma'], 75_000],
  ['EWMA and CUSUM', ['level', 'cusum'], 150_000],
  ['the slope of residuals', ['gain'], 15_000],
  ['the slope of the Allan variance', ['allan'], 15_000],
] as const)
  print({
    figure: `rows of ${channels} channels judged by ${name} alone`,
    value: await rate(frame, charts, detectors),
    ...{ unit: 'rows per CPU second', floor, rounds },
  });

const long = plant(1, 24_000);
print({
  figure: 'points judged by the matrix profile over 10,000 points of history',
  value: await rate(
    rowsOf(long, 12_000, 24_000),
    learn(rowsOf(long, 0, 12_000), { alarmsPerDay: 1, detectors: ['shape'] }),
  ),
  ...{ unit: 'points per CPU second', floor: 3000, rounds },
});

// Ten thousand streams of eight channels, a row of each in turn: what caches hold of one is gone when its next row comes.
const streams = 10_000;
const few = plant(8, 2000);
const small = learn(few, { alarmsPerDay: 1 });
const judges = Array.from({ length: streams }, () => new Judge(small));
const turns = 5;
const spent = await cpuSeconds(() => {
  for (let turn = 0; turn < turns; turn++)
    for (const [at, judge] of judges.entries()) {
      const row = (at + turn) % few.rows;
      judge.push(few.values.subarray(row * 8, (row + 1) * 8));
    }
});
print({
  figure: `rows of 8 channels of ${streams} streams judged by all detectors together`,
  ...{ value: (turns * streams) / spent, unit: 'rows per CPU second', floor: 20_000 },
});
