import { type TableRules, type TimeUnit, timeUnits } from '@kiten/measurement';
import { type Command, InvalidArgumentError, Option } from 'commander';

type MissingValue = NonNullable<TableRules['missing']>[number];

/** What somebody says of a table, where it does not say so by itself. */
export interface TableOptions {
  readonly timeColumn?: string;
  readonly timeUnit?: TimeUnit;
  readonly unit?: ReadonlyMap<string, string>;
  readonly missing?: readonly MissingValue[];
  readonly turned?: boolean;
}

export function withTable(command: Command): Command {
  return command
    .option('--time-column <name>', 'the column of time; it is found by its name and values, unless given')
    .addOption(
      new Option(
        '--time-unit <unit>',
        'what its numbers count; by its name or their size, unless given',
      ).choices(Object.keys(timeUnits)),
    )
    .option(
      '--unit <channel=unit>',
      'what a channel is measured in, where its name does not say (level [m]); may be given again',
      parseUnit,
    )
    .option(
      '--missing <values>',
      'values that stand for a missing reading, of all channels (-999,-1) or of one (level=0); may be given again',
      parseMissing,
    )
    .option('--turned', 'the table has a line for each channel and a column for each moment');
}

export function rulesOf({ timeColumn, timeUnit, unit, missing }: TableOptions): TableRules {
  return {
    ...(timeColumn === undefined ? {} : { timeColumn }),
    ...(timeUnit === undefined ? {} : { timeUnit }),
    ...(unit === undefined ? {} : { units: unit }),
    ...(missing === undefined ? {} : { missing }),
  };
}

/** @throws InvalidArgumentError */
export function parseUnit(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const at = text.lastIndexOf('=');
  const [channel, unit] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at > 0 && channel !== '' && unit !== '' && unit.length <= 16)
    return new Map([...before, [channel, unit]]);
  throw new InvalidArgumentError('This is a channel and its unit, such as level=m.');
}

/** @throws InvalidArgumentError */
export function parseMissing(text: string, before: readonly MissingValue[] = []): readonly MissingValue[] {
  const said = text.split(',').map((each): MissingValue => {
    const at = each.lastIndexOf('=');
    const [channel, number] = [each.slice(0, Math.max(0, at)).trim(), each.slice(at + 1).trim()];
    const value = number === '' ? Number.NaN : Number(number);
    if (!Number.isFinite(value) || (at >= 0 && channel === ''))
      throw new InvalidArgumentError(
        'These are numbers such as -999, or channels with theirs, such as level=-1.',
      );
    return channel === '' ? { value } : { channel, value };
  });
  return [...before, ...said];
}
