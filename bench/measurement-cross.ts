// How often sensors of three devices tell who of them lies, and how fast they are compared: on two simulated pumping stations, a
// bias, a drift and a freeze of each sensor, by what the others say alone, without its own detectors; and what lost readings make of it.
import {
  CrossJudge,
  type CrossJudgement,
  type CrossProfile,
  chance,
  type Frame,
  inject,
  jointFrame,
  learnCross,
  parseCrossCheck,
  pumpingStation,
  type StreamTable,
  sensorName,
  sensorsOf,
} from '@kiten/measurement';
import { threeDevices } from '../packages/measurement/test/station.ts';
import { print } from './figure.ts';

const alarmsPerDay = 0.1;
const learned = 8000;
const rows = 14_400;
const from = learned + 1000;
const lasts = 250;
const checks = [parseCrossCheck('equal net-1/net#outflow net-1/net#network_flow')];

const counts = { attacks: 0, right: 0, wrong: 0, undecided: 0, unseen: 0 };
/** Of the readings of each stream, so many are lost on their way. */
const lossShare = 0.01;
let [alarms, lossAlarms, seconds, compared] = [0, 0, 0, 0];
for (const seed of [3, 4]) {
  const station = pumpingStation(learned + rows, chance(seed));
  const profile = learnCross(threeDevices(station, 0, learned), { alarmsPerDay, checks });
  const began = performance.now();
  const calm = judged(profile, station, learned + rows);
  seconds += (performance.now() - began) / 1000;
  alarms += calm.alarms;
  compared += calm.rows;
  lossAlarms += judged(profile, station, learned + rows, chance(5)).alarms;
  for (const sensor of sensorsOf(profile))
    for (const kind of ['bias', 'drift', 'freeze'] as const) {
      const { channel } = sensor;
      const size = kind === 'drift' ? 3 : 1.5;
      const lied = inject(station, { kind, channel, from, rows: lasts, size }, chance(2));
      const { last } = judged(profile, lied, from + lasts - 5);
      counts.attacks++;
      if (last === undefined) counts.unseen++;
      else if (!last.isTold) counts.undecided++;
      else if (last.sensors[0]?.sensor === sensorName(sensor)) counts.right++;
      else counts.wrong++;
    }
}
for (const [name, value] of Object.entries(counts))
  print({ figure: `sensors of three devices, lies told by the others: ${name}`, value, unit: 'attacks' });
print({
  ...{ figure: 'alarms while nobody lies, at a budget of 0.1 a day', value: alarms, unit: 'alarms' },
  ...{ limit: 2 * alarmsPerDay * (rows / 1440) },
});
print({
  ...{ figure: 'the same with a hundredth of the readings lost', value: lossAlarms, unit: 'alarms' },
  ...{ limit: 2 * alarmsPerDay * (rows / 1440) },
});
print({ figure: 'joint rows of 12 sensors compared', value: Math.round(compared / seconds), unit: 'rows/s' });

/** @param random readings are lost by that chance; none, unless given */
function judged(profile: CrossProfile, station: Frame, to: number, random?: () => number) {
  const whole = threeDevices(station, learned, to);
  const tables = random === undefined ? whole : whole.map((table) => lossy(table, random));
  const joint = jointFrame(tables, profile);
  const judge = new CrossJudge(profile);
  const width = judge.sensors.length;
  let [count, isOpen] = [0, false];
  let last: CrossJudgement | undefined;
  for (let row = 0; row < joint.rows; row++) {
    judge.push(joint.times[row] as number, joint.values.subarray(row * width, (row + 1) * width));
    if (judge.alarm !== undefined && !isOpen) count++;
    isOpen = judge.alarm !== undefined;
    if (judge.isDue) last = judge.judgement();
  }
  return { alarms: count, last, rows: joint.rows };
}

function lossy({ stream, frame }: StreamTable, random: () => number): StreamTable {
  const width = frame.channels.length;
  const kept = [...frame.times.keys()].filter(() => random() >= lossShare);
  const times = Float64Array.from(kept, (row) => frame.times[row] as number);
  const values = Float64Array.from(
    kept.flatMap((row) => [...frame.values.subarray(row * width, (row + 1) * width)]),
  );
  return { stream, frame: { ...frame, rows: kept.length, times, values } };
}
