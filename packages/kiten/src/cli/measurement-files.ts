import { KitenError } from '@kiten/codec';
import {
  conversionOf,
  convertedColumn,
  type Frame,
  FrameReader,
  learnedGrid,
  type Profile,
  type Readings,
  takenForMissing,
  turned,
  withoutUnit,
} from '@kiten/measurement';
import { readInput } from './input-file.ts';
import { rulesOf, type TableOptions } from './table-options.ts';
import { tableText } from './table-text.ts';

/**
 * Reads a table of readings, piece by piece, from a file or, by the name `-`, from standard input.
 *
 * @param channels that it has to have, whatever stands in its first rows
 * @throws KitenError `kiten/file-unreadable`, `kiten/no-table`, `measurement/table-malformed`, `measurement/table-empty`,
 *   `measurement/table-too-large`, `measurement/column-missing`
 */
export function readFrame(
  file: string,
  options: TableOptions = {},
  channels: readonly string[] = [],
): Promise<Frame> {
  return readInput(file, async (pieces) => {
    const reader = new FrameReader({ ...rulesOf(options), channels });
    for await (const text of tableText(pieces)) reader.push(text);
    return options.turned ? turned(reader.end()) : reader.end();
  });
}

/** A field of CSV, in quotes where it needs them. */
export const csvField = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * Where each channel stands in a table, by its name as it is, or else by its name without its unit.
 *
 * @throws KitenError `kiten/channel-missing`
 */
export function columnsFor(names: readonly string[], { channels }: Pick<Frame, 'channels'>): number[] {
  const bare = channels.map(withoutUnit);
  return names.map((name) => {
    const column = channels.indexOf(name);
    if (column >= 0) return column;
    const [alike, another] = [...bare.keys()].filter((at) => bare[at] === withoutUnit(name));
    if (alike !== undefined && another === undefined) return alike;
    throw new KitenError(
      'kiten/channel-missing',
      `A channel “${name}” is needed; there are ${channels.join(', ')}.`,
      { detail: { channel: name } },
    );
  });
}

/** What a table says of the channels of a profile. */
export interface ProfileFrame extends Frame {
  /** What was told in another unit than it was learned in. */
  readonly converted: readonly { readonly channel: string; readonly from: string; readonly to: string }[];
}

/**
 * What a table says of the channels of a profile, in their order and units, and of no others.
 *
 * @throws KitenError `kiten/channel-missing`; `kiten/units-differ` if one was learned in a unit of something else
 */
export function profileFrame(profile: Profile, frame: Frame): ProfileFrame {
  const columns = columnsFor(profile.channels, frame);
  const channels = columns.map((column) => frame.channels[column] as string);
  const { unread = [], fillers = [], ...rest } = frame;
  const isThere = ({ channel }: { readonly channel: string }) => channels.includes(channel);
  const picked = {
    ...rest,
    ...{ channels, values: readingsOf(frame, columns).values },
    units: columns.map((column) => frame.units?.[column] ?? ''),
    unread: unread.filter(isThere),
    fillers: fillers.filter(isThere),
  };
  // What stands for a missing reading is written as it is, whatever the unit.
  const known = profile.silences?.map((silence) => silence.fillers) ?? [];
  return { ...inLearnedUnits(profile, takenForMissing(picked, known)), channels: profile.channels };
}

/** @throws KitenError `kiten/units-differ` */
function inLearnedUnits(profile: Profile, frame: Frame): ProfileFrame {
  const values = frame.values.slice();
  const width = frame.channels.length;
  const converted: ProfileFrame['converted'][number][] = [];
  const units = frame.channels.map((channel, at) => {
    const [learned = '', here = ''] = [profile.units?.[at], frame.units?.[at]];
    if (learned === '' || here === '' || learned === here) return here;
    const conversion = conversionOf(here, learned);
    if (conversion === undefined)
      throw new KitenError(
        'kiten/units-differ',
        `“${profile.channels[at]}” was learned in ${learned}, and here it is in ${here}. If it is not, say --unit "${channel}=${learned}".`,
        { detail: { channel, learned, here } },
      );
    if (conversion.factor === 1 && conversion.offset === 0) return learned;
    const column = values.filter((_, place) => place % width === at);
    for (const [row, value] of convertedColumn(column, conversion, learnedGrid(profile, at)).entries())
      values[row * width + at] = value;
    converted.push({ channel, from: here, to: learned });
    return learned;
  });
  return { ...frame, values, units, converted };
}

/** Some channels of a table, in an order of their own. */
export function readingsOf({ rows, channels, values }: Frame, columns: readonly number[]): Readings {
  if (columns.length === channels.length && columns.every((column, at) => column === at))
    return { rows, values };
  const picked = new Float64Array(rows * columns.length);
  for (let row = 0; row < rows; row++)
    for (const [at, column] of columns.entries())
      picked[row * columns.length + at] = values[row * channels.length + column] as number;
  return { rows, values: picked };
}

/** Readings as CSV: the column of time as it was read, in seconds, then channels, then labels. */
export async function* tableOf(frame: Frame): AsyncGenerator<Uint8Array> {
  const width = frame.channels.length;
  const labels = [...frame.labels];
  const header = ['time', ...frame.channels, ...labels.map(([name]) => name)];
  let text = `${header.map(csvField).join(',')}\n`;
  const written = (value: number) => (Number.isNaN(value) ? '' : String(value));
  for (let row = 0; row < frame.rows; row++) {
    const values = frame.values.subarray(row * width, (row + 1) * width);
    const told = labels.map(([, values]) => written(values[row] as number));
    text += `${[frame.times[row], ...Array.from(values, written), ...told].join(',')}\n`;
    if (text.length < 1 << 16) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}
