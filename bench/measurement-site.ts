// What judging readings inside a site takes: 10,000 streams of 8 channels at 1 Hz through the thread that judges, and what
// the tap costs the gateway for each message. With FOLLOW=1, what is normal of all of them is followed.
import { encodeUtf8 } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  BatchingTap,
  defaultFollowRules,
  encodeProfile,
  type Frame,
  learn,
  StreamBoard,
  type StreamReport,
  type TapBatch,
  type TapOrder,
} from '@kiten/measurement';
import { cpuSeconds, median, print } from './figure.ts';

const streams = Number(process.env['STREAMS'] ?? 10_000);
const channels = 8;
const seconds = Number(process.env['SECONDS'] ?? 12);
const lesson = 2_000;

let state = 7;
const random = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const noise = (): number => (random() + random() + random() + random() - 2) * 0.87;
const names = Array.from({ length: channels }, (_, at) => `c${at}`);

/** Two things that move, and eight sensors that see mixtures of them. */
function plant(rows: number): Float64Array {
  const mix = Array.from({ length: channels * 2 }, (_, at) => Math.sin(at + 1));
  const values = new Float64Array(rows * channels);
  let [one, other] = [0, 0];
  for (let row = 0; row < rows; row++) {
    one = 0.95 * one + 0.3 * noise();
    other = 0.95 * other + 0.3 * noise();
    for (let at = 0; at < channels; at++) {
      const value = (mix[2 * at] as number) * one + (mix[2 * at + 1] as number) * other + 0.2 * noise();
      values[row * channels + at] = Number(value.toFixed(3));
    }
  }
  return values;
}

const values = plant(lesson);
const frame: Frame = {
  ...{ channels: names, rows: lesson, values, interval: 1, timeColumn: 'time', leftOut: [] },
  ...{ times: Float64Array.from({ length: lesson }, (_, row) => row), labels: new Map() },
};
const text = encodeUtf8(encodeProfile(learn(frame, { alarmsPerDay: 0.1 })));
const payloads = Array.from({ length: lesson }, (_, row) =>
  encodeUtf8(
    JSON.stringify(Object.fromEntries(names.map((name, at) => [name, values[row * channels + at]]))),
  ),
);

const reports: StreamReport[] = [];
const board = new StreamBoard({ tell: (report) => reports.push(report), verify: nodeVerify });
board.declare([
  {
    ...{ id: 'plant', filter: 'd/+/plant', form: 'json', fields: names.map((name) => `/${name}`) },
    ...{ alarmsPerDay: 0.1, silenceSeconds: 300 },
    ...(process.env['FOLLOW'] === '1' ? { follow: defaultFollowRules } : {}),
  },
]);
const before = process.memoryUsage();
for (let at = 0; at < streams; at++)
  board.put({
    ...{
      stream: `device-${at}/plant`,
      device: `device-${at}`,
      topic: `d/device-${at}/plant`,
      declaration: 'plant',
    },
    profile: { text, digest: 'ab' },
  });

const inlet = board.inlet();
let order: (order: TapOrder) => void = () => undefined;
let waiting: TapBatch[] = [];
const tap = new BatchingTap({ later: () => undefined });
tap.connect({
  postMessage: (batch: TapBatch) => waiting.push(batch),
  on: (event: string, listener: (order: TapOrder) => void) => {
    if (event === 'message') order = listener;
  },
});
const subjects = Array.from({ length: streams }, (_, at) => ({
  kind: 'device' as const,
  id: `device-${at}`,
}));
const topics = subjects.map(({ id }) => `d/${id}/plant`);

const judging: number[] = [];
const tapping: number[] = [];

const start = Date.UTC(2030, 0, 1);
for (let second = 0; second < seconds; second++) {
  let copied = 0;
  let judged = 0;
  // As many at a time as a turn of the loop may bring.
  for (let from = 0; from < streams; from += 500) {
    const many = Math.min(500, streams - from);
    copied += await cpuSeconds(() => {
      for (let at = from; at < from + many; at++)
        tap.see({
          ...{ publisher: subjects[at] as (typeof subjects)[0], topic: topics[at] as string },
          payload: payloads[(second * 7 + at) % lesson] as Uint8Array,
          ...{ retain: false, duplicate: false, passed: true, at: start + second * 1000 },
        });
      tap.flush();
    });
    judged += await cpuSeconds(() => {
      for (const batch of waiting) {
        inlet.take(batch);
        order({ kind: 'room', buffer: batch.buffer });
      }
      waiting = [];
    });
  }
  judged += await cpuSeconds(() => {
    for (let look = 0; look < 4; look++) board.look(start + second * 1000);
  });
  judging.push(judged);
  tapping.push((copied / streams) * 1e9);
}
const after = process.memoryUsage();
if (board.gauges.dropped > 0 || board.gauges.messages !== streams * seconds)
  throw new Error(`Messages were lost: ${JSON.stringify(board.gauges)}`);

print({
  figure: `cores for ${streams} streams of ${channels} channels at 1 Hz: JSON read, judged by all detectors, kept for people to see`,
  ...{ value: median(judging), unit: 's per second', floor: 0.5, goal: 0.25, rounds: seconds },
});
print({
  figure: 'what the tap takes of the gateway for each message of a declared topic: noted and copied',
  ...{ value: median(tapping), unit: 'ns', rounds: seconds },
});
print({
  figure: `memory of ${streams} streams that are judged, with what was read last`,
  ...{ value: (after.rss - before.rss) / 2 ** 20 / streams, unit: 'MiB per stream' },
});
