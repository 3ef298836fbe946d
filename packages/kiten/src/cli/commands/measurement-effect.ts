import { KitenError } from '@kiten/codec';
import { decimalsOf, type Effect, effectOf, type Frame, Judge, parseProfile } from '@kiten/measurement';
import type { Command } from 'commander';
import { consumerFrom } from '../consumer-file.ts';
import { readBytes } from '../files.ts';
import { columnsFor, profileFrame, readFrame, readingsOf } from '../measurement-files.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { rowNumber } from '../row-number.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

interface EffectFileOptions extends TableOptions {
  readonly consumer: string;
  readonly honest: string;
  readonly input: string;
  readonly profile?: string;
  readonly harm?: number;
  readonly json?: boolean;
}

export function effectCommand(measurement: Command): void {
  withTable(
    measurement
      .command('effect')
      .description(
        'how far altered readings move a controller or a model, and whether they are noticed before harm',
      )
      .requiredOption(
        '--consumer <file>',
        'a module (outputs, start) or a model (.onnx) that reads the channels',
      )
      .requiredOption('--honest <file>', 'a table (CSV) of what the sensors would have said')
      .requiredOption('--input <file>', 'a table of as many rows of what they said')
      .option('--profile <file>', 'what `kiten measurement learn` wrote: when the lie is noticed')
      .option('--harm <amount>', 'how far an output may be moved before it does harm', parseAmount)
      .option('--json', 'print JSON')
      .action(effectFile),
  );
}

async function effectFile(options: EffectFileOptions): Promise<void> {
  const honest = await readFrame(options.honest, options);
  const said = await readFrame(options.input, options);
  if (honest.rows !== said.rows)
    throw new KitenError(
      'kiten/rows-differ',
      `There are ${said.rows} altered rows for ${honest.rows} honest ones; a row of one is a row of the other.`,
    );
  const consumer = await consumerFrom(options.consumer, honest.channels);
  const noticed =
    options.profile === undefined ? undefined : await noticedRows(options.profile, said, honest);
  const effect = numbered(
    await effectOf(consumer, honest, readingsOf(said, columnsFor(honest.channels, said)), {
      ...(options.harm === undefined ? {} : { harm: options.harm }),
      ...(noticed === undefined ? {} : { isNoticed: (row) => noticed.has(row) }),
    }),
  );
  const { lead } = effect;
  const { interval } = honest;
  const leadSeconds = lead === undefined || interval === undefined ? undefined : lead * interval;
  if (options.json) return printJson({ ...effect, leadSeconds });
  tell(effect, options, leadSeconds);
}

/** With rows as people count them. */
function numbered({ outputs, harmfulFrom, noticedAt, lead }: Effect): Effect {
  const named = (place: number | undefined) => (place === undefined ? undefined : rowNumber(place));
  return {
    outputs: outputs.map((each) => ({
      ...each,
      at: rowNumber(each.at),
      harmfulFrom: named(each.harmfulFrom),
    })),
    ...{ harmfulFrom: named(harmfulFrom), noticedAt: named(noticedAt), lead },
  };
}

/** The rows with an alarm, from the first on that differs from the honest ones. */
async function noticedRows(file: string, said: Frame, honest: Frame): Promise<ReadonlySet<number>> {
  const profile = parseProfile(await readBytes(file));
  const { values } = profileFrame(profile, said);
  const should = profileFrame(profile, honest).values;
  const judge = new Judge(profile, { decimals: decimalsOf(values) });
  const width = profile.channels.length;
  const first = values.findIndex((value, at) => !Object.is(value, should[at]));
  const noticed = new Set<number>();
  for (let row = 0; row < said.rows; row++) {
    const time = said.timeColumn === undefined ? undefined : said.times[row];
    const { isAlarm } = judge.push(values.subarray(row * width, (row + 1) * width), time);
    if (isAlarm && first >= 0 && (row + 1) * width > first) noticed.add(row);
  }
  return noticed;
}

function tell(
  { outputs, harmfulFrom, noticedAt, lead }: Effect,
  { harm, profile }: EffectFileOptions,
  leadSeconds: number | undefined,
): void {
  printTable(
    ['output', 'moved by', 'in row', 'typically'],
    outputs.map(({ output, most, at, typical }) => [
      output,
      most.toPrecision(4),
      String(at),
      typical.toPrecision(4),
    ]),
  );
  if (harm !== undefined)
    print(
      harmfulFrom === undefined ? `never moved by ${harm}` : `moved by ${harm} from row ${harmfulFrom} on`,
    );
  if (profile !== undefined) print(noticedAt === undefined ? 'not noticed' : `noticed in row ${noticedAt}`);
  if (lead === undefined) return;
  const time = leadSeconds === undefined ? '' : ` (${Number(Math.abs(leadSeconds).toPrecision(6))} s)`;
  print(`${counted(Math.abs(lead), 'row', 'rows')}${time} ${lead >= 0 ? 'before' : 'after'} harm`);
}
