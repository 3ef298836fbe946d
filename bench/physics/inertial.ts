import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  chance,
  type Frame,
  type InertialReadings,
  judgeInertial,
  type MemsSound,
  originOfLines,
  originUnderJitter,
  simulatedMems,
  simulatedMemsSensor,
  strongestLine,
} from '@kiten/measurement';
import { print } from '../figure.ts';
import { frameFrom } from '../support/frames.ts';

const runs = 50;
const irregularRuns = 20;
/** rad/s: the sway of the simulated device, and a fifth. */
const loudest = 0.2 * 2 * Math.PI * 0.5 * 1.2;
/** Hz. */
const rates = [200, 187, 179];
const { resonance, fullScale } = simulatedMemsSensor;

export function physicsOfInertialSensors(folder: string | undefined): void {
  if (folder !== undefined && existsSync(join(folder, 'imu/xio_sensor_data.csv')))
    recorded(
      'hand-held sensor',
      frameFrom(join(folder, 'imu/xio_sensor_data.csv')),
      'Gyroscope',
      'Accelerometer',
      [Math.PI / 180, 9.80665],
    );
  passive('no sound', () => undefined);
  passive('gyroscope, tone of 0.3 rad/s', (random) => near('gyroscope', 0.3, 3 + 90 * random()));
  passive('gyroscope, slow turn of 1.5 rad/s', (random) => near('gyroscope', 1.5, 0.05 + 0.1 * random()));
  passive('accelerometer, tone of 3 m/s²', (random) => near('accelerometer', 3, 3 + 90 * random()));
  passive('accelerometer, slow weight of 40 m/s²', (random) =>
    near('accelerometer', 40, 0.05 + 0.1 * random()),
  );
  active('gyroscope', 0.3);
  active('accelerometer', 3);
}

/** A multiple of the rate near the resonance, and so much more. */
function near(target: MemsSound['target'], amplitude: number, offset: number): MemsSound {
  const multiple = Math.round(resonance[target] / 200) * 200;
  return { target, amplitude, frequency: multiple + offset, from: 0 };
}

function passive(name: string, soundOf: (random: () => number) => MemsSound | undefined): void {
  let [alarms, loud] = [0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const random = chance(seed);
    const sound = soundOf(random);
    const readings = simulatedMems(
      { seconds: 10, rate: 200, ...(sound === undefined ? {} : { sound }) },
      random,
    );
    if (judgeInertial(readings, { fullScale }).some(({ severity }) => severity >= 1)) alarms++;
    if (readings.gyroscope.some((axis) => axis.some((value) => Math.abs(value) > loudest))) loud++;
  }
  const tell = (what: string, value: number) =>
    print({
      figure: `simulated, unasked, ${name}: ${what}`,
      value: value / runs,
      unit: 'of 1',
      rounds: runs,
    });
  tell('alarms', alarms);
  tell('alarms of the simplest there is, a fifth above what a calm gyroscope says', loud);
}

function active(target: MemsSound['target'], amplitude: number): void {
  let [found, mistaken, foundIrregular, mistakenIrregular] = [0, 0, 0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const random = chance(1000 + seed);
    const sound = { target, amplitude, frequency: resonance[target] + 200 * (random() - 0.5), from: 0 };
    const moves = 5 + 60 * random();
    const sampled = (rate: number, isSound: boolean, seconds: number, jitter: number) => {
      const plan = { seconds, rate, jitter, sway: 0.02, ...(isSound ? { sound } : {}) };
      const { times, ...readings } = simulatedMems(plan, random);
      const shaken = (value: number, row: number) =>
        isSound ? value : value + amplitude * Math.sin(2 * Math.PI * moves * (times[row] as number));
      return { times, samples: readings[target][0].map(shaken) };
    };
    const lines = (isSound: boolean) =>
      rates.map((rate) => ({
        rate,
        frequency: strongestLine(sampled(rate, isSound, 4, 0).samples, rate, 3)?.frequency ?? 0,
      }));
    if (originOfLines(lines(true), 0.3).origin === 'sound') found++;
    if (originOfLines(lines(false), 0.3).origin === 'sound') mistaken++;
    if (seed > irregularRuns) continue;
    const origin = (isSound: boolean) => {
      const { times, samples } = sampled(400, isSound, 0.6, 0.5);
      const band = { from: resonance[target] - 150, to: resonance[target] + 150 };
      return originUnderJitter(times, samples, { from: 2, to: 190 }, band)?.origin;
    };
    if (origin(true) === 'sound') foundIrregular++;
    if (origin(false) === 'sound') mistakenIrregular++;
  }
  const tell = (what: string, value: number, rounds: number) =>
    print({ figure: `simulated, ${target}: ${what}`, value: value / rounds, unit: 'of 1', rounds });
  tell('sound that a change of rate shows', found, runs);
  tell('vibration that a change of rate takes for sound', mistaken, runs);
  tell('sound that irregular sampling shows', foundIrregular, irregularRuns);
  tell('vibration that irregular sampling takes for sound', mistakenIrregular, irregularRuns);
}

function recorded(
  name: string,
  frame: Frame,
  gyroscope: string,
  accelerometer: string,
  units: readonly [number, number],
): void {
  const axes = (of: string, unit: number) =>
    ['X', 'Y', 'Z'].map((axis) => {
      const at = frame.channels.findIndex((channel) => channel.startsWith(`${of} ${axis}`));
      return Float64Array.from(
        { length: frame.rows },
        (_, row) => unit * (frame.values[row * frame.channels.length + at] as number),
      );
    }) as unknown as InertialReadings['gyroscope'];
  const readings = {
    times: frame.times,
    gyroscope: axes(gyroscope, units[0]),
    accelerometer: axes(accelerometer, units[1]),
  };
  const findings = judgeInertial(readings);
  for (const check of ['rotation', 'gravity', 'line'] as const) {
    const value = Math.max(
      0,
      ...findings.filter((each) => each.check === check).map(({ severity }) => severity),
    );
    print({ figure: `${name}, recorded, no sound: highest ${check}, 1 is an alarm`, value, unit: 'of 1' });
  }
}
