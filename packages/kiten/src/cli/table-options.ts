import { type TableRules, type TimeUnit, timeUnits } from '@kiten/measurement';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** What somebody says of a table, where it does not say so by itself. */
export interface TableOptions {
  readonly timeColumn?: string;
  readonly timeUnit?: TimeUnit;
  readonly unit?: ReadonlyMap<string, string>;
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
    .option('--turned', 'the table has a line for each channel and a column for each moment');
}

export function rulesOf({ timeColumn, timeUnit, unit }: TableOptions): TableRules {
  return {
    ...(timeColumn === undefined ? {} : { timeColumn }),
    ...(timeUnit === undefined ? {} : { timeUnit }),
    ...(unit === undefined ? {} : { units: unit }),
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
