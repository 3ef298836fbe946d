import { KitenError } from '@kiten/codec';
import { carrierIn, demodulationTrace } from '@kiten/measurement';
import type { Command } from 'commander';
import { inputName } from '../input-file.ts';
import { columnsFor, readFrame, readingsOf } from '../measurement-files.ts';
import { counted, print, printJson } from '../output.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

/** Samples a second where nobody says, and fewer than which hold no voice. */
const [usualRate, leastRate] = [16_000, 4_000];
const leastSeconds = 0.5;

interface VoiceOptions extends TableOptions {
  readonly input: string;
  readonly rate?: number;
  readonly json?: boolean;
}

export function voiceCommand(measurement: Command): void {
  withTable(
    measurement
      .command('voice')
      .description('judge by physics whether a voice was spoken, or sent by ultrasound')
      .requiredOption('--input <file>', 'a table (CSV) whose first channel is the sound, sample by sample')
      .option(
        '--rate <hertz>',
        'samples a second; what the column of time says, or 16000 without one',
        parseAmount,
      )
      .option('--json', 'print JSON')
      .action(judgeVoiceFile),
  );
}

async function judgeVoiceFile(options: VoiceOptions): Promise<void> {
  const { input, rate, json } = options;
  const frame = await readFrame(input, options);
  const { values, rows } = readingsOf(frame, columnsFor(frame.channels.slice(0, 1), frame));
  const perSecond = rate ?? (frame.interval === undefined ? usualRate : 1 / frame.interval);
  if (perSecond < leastRate)
    throw new KitenError(
      'kiten/no-sound',
      `${inputName(input)} has ${Number(perSecond.toPrecision(3))} samples a second; a voice takes ${leastRate}. Say --rate if its time is not in seconds.`,
      { detail: { rate: perSecond } },
    );
  if (rows < perSecond * leastSeconds)
    throw new KitenError(
      'kiten/no-sound',
      `${inputName(input)} has ${counted(rows, 'sample', 'samples')}; ${Math.ceil(perSecond * leastSeconds)} are needed, half a second.`,
      { detail: { rows, rate: perSecond } },
    );
  const trace = demodulationTrace(values, perSecond);
  const carrier = carrierIn(values, perSecond);
  const isSent = trace.severity >= 1 || carrier !== undefined;
  if (json) return printJson({ rows, rate: perSecond, isSent, ...trace, carrier });
  print(`${inputName(input)}: ${counted(rows, 'sample', 'samples')} at ${perSecond.toFixed(0)} Hz`);
  print(
    `  ${isSent ? 'sent by ultrasound' : 'nothing speaks against a voice'}: score ${trace.severity.toFixed(2)}, its square below 50 Hz correlates at ${trace.correlation.toFixed(2)}, depth ${trace.depth.toFixed(3)}`,
  );
  if (carrier !== undefined) print(`  carrier at ${carrier.frequency.toFixed(0)} Hz`);
}
