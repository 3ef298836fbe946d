import { KitenError } from '@kiten/codec';
import {
  type AccelerometerTone,
  accelerometerTones,
  type InertialFinding,
  type InertialReadings,
  type InertialRules,
  judgeInertial,
} from '@kiten/measurement';
import type { Command } from 'commander';
import { inputName } from '../input-file.ts';
import { readFrame } from '../measurement-files.ts';
import { counted, print, printJson } from '../output.ts';
import { axesOf } from '../table-axes.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

interface InertialOptions extends TableOptions {
  readonly input: string;
  readonly gyroscopeScale?: number;
  readonly accelerometerScale?: number;
  readonly json?: boolean;
}

export function inertialCommand(measurement: Command): void {
  withTable(
    measurement
      .command('inertial')
      .description('judge by physics whether sound moves a gyroscope or an accelerometer')
      .requiredOption(
        '--input <file>',
        'a table (CSV) with time, gyro… and acc… along three axes; units from the names, rad/s and m/s² where there are none',
      )
      .option(
        '--gyroscope-scale <amount>',
        'the most it can say, as the table counts: saturation is judged, too',
        parseAmount,
      )
      .option('--accelerometer-scale <amount>', 'the same of the accelerometer', parseAmount)
      .option('--json', 'print JSON')
      .action(judgeInertialFile),
  );
}

async function judgeInertialFile(options: InertialOptions): Promise<void> {
  const { input, gyroscopeScale, accelerometerScale, json } = options;
  const frame = await readFrame(input, options);
  const [gyroscope, accelerometer] = [axesOf(frame, /^gyro/i), axesOf(frame, /^acc/i)];
  const readings: InertialReadings = {
    times: frame.times,
    gyroscope: gyroscope.axes,
    accelerometer: accelerometer.axes,
  };
  const rules: InertialRules =
    gyroscopeScale === undefined && accelerometerScale === undefined
      ? {}
      : {
          fullScale: {
            gyroscope: (gyroscopeScale ?? Number.POSITIVE_INFINITY) * gyroscope.unit,
            accelerometer: (accelerometerScale ?? Number.POSITIVE_INFINITY) * accelerometer.unit,
          },
        };
  const began = frame.times[0] as number;
  const found = judgeInertial(readings, rules);
  if (found.length === 0)
    throw new KitenError(
      'measurement/too-few-rows',
      `${inputName(input)} has no two seconds with 32 rows in them: sound cannot be told from motion.`,
      { detail: { rows: frame.rows } },
    );
  const findings = found.map(({ from, to, ...rest }) => ({
    from: from - began,
    to: to - began,
    ...rest,
  }));
  const alarms = findings.filter(({ severity }) => severity >= 1);
  const highest = findings.reduce<InertialFinding | undefined>(
    (most, each) => (each.severity > (most?.severity ?? 0) ? each : most),
    undefined,
  );
  const tones = accelerometerTones(readings).map(({ from, to, ...rest }) => ({
    ...{ from: from - began, to: to - began, ...rest },
  }));
  if (json)
    return printJson({
      rows: frame.rows,
      channels: [...gyroscope.names, ...accelerometer.names],
      highest,
      alarms,
      tones,
    });
  print(
    `${inputName(input)}: ${counted(frame.rows, 'row', 'rows')}, ${counted(alarms.length, 'alarm', 'alarms')}`,
  );
  for (const { from, to, severity, check, sensor } of alarms)
    print(`  ${from.toFixed(1)}–${to.toFixed(1)} s  ${severity.toFixed(1)}  ${check}  ${sensor}`);
  if (highest !== undefined)
    print(
      `  highest: ${highest.severity.toFixed(2)} of an alarm, ${highest.check}, at ${highest.from.toFixed(1)} s`,
    );
  printTones(tones);
}

/** What may be an engine as well as sound is said, and no alarm. */
function printTones(tones: readonly AccelerometerTone[]): void {
  const strongest = tones.toSorted((one, other) => other.amplitude - one.amplitude)[0];
  if (strongest === undefined) return;
  const { frequency, amplitude, from } = strongest;
  print(
    `  unclear: the accelerometer says one tone that no gyroscope feels, in ${counted(tones.length, 'stretch', 'stretches')}; the strongest of ${amplitude.toFixed(2)} m/s² at ${frequency.toFixed(1)} Hz from ${from.toFixed(1)} s on. An engine says the same: sample at another rate, and a sound moves to another frequency`,
  );
}
