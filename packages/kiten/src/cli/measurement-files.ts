import { stat } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import {
  type Frame,
  FrameReader,
  type Profile,
  type Readings,
  takenForMissing,
  turned,
  withoutUnit,
} from '@kiten/measurement';
import { byteProgress } from './byte-progress.ts';
import { rulesOf, type TableOptions } from './table-options.ts';
import { tableText } from './table-text.ts';

/**
 * Reads a table of readings, piece by piece.
 *
 * @param channels that it has to have, whatever stands in its first rows
 * @throws KitenError `kiten/file-unreadable`, `kiten/no-table`, `measurement/table-malformed`, `measurement/table-empty`,
 *   `measurement/table-too-large`, `measurement/column-missing`
 */
export async function readFrame(
  file: string,
  options: TableOptions = {},
  channels: readonly string[] = [],
): Promise<Frame> {
  const reader = new FrameReader({ ...rulesOf(options), channels });
  try {
    const progress = byteProgress(`reading ${file}`, (await stat(file)).size);
    for await (const piece of tableText(file, (octets) => progress.add(octets))) reader.push(piece);
    progress.end();
    return options.turned ? turned(reader.end()) : reader.end();
  } catch (cause) {
    if (!(cause instanceof KitenError))
      throw new KitenError('kiten/file-unreadable', `${file} cannot be read.`, { cause });
    const { code, detail } = cause;
    throw new KitenError(code, `${file}: ${cause.message}`, {
      cause,
      ...(detail === undefined ? {} : { detail }),
    });
  }
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

/**
 * Where each channel of a profile stands in a table.
 *
 * @throws KitenError `kiten/channel-missing`; `kiten/units-differ` if one was learned in another unit
 */
export function profileColumns(
  { channels, units }: Pick<Profile, 'channels' | 'units'>,
  frame: Frame,
): number[] {
  const columns = columnsFor(channels, frame);
  for (const [at, column] of columns.entries()) {
    const [learned = '', here = ''] = [units?.[at], frame.units?.[column]];
    if (learned === '' || here === '' || learned === here) continue;
    const name = frame.channels[column] as string;
    throw new KitenError(
      'kiten/units-differ',
      `“${channels[at]}” was learned in ${learned}, and here it is in ${here}. If it is not, say --unit "${name}=${learned}".`,
      { detail: { channel: name, learned, here } },
    );
  }
  return columns;
}

/**
 * What a table says of the channels of a profile, in their order, and of no others.
 *
 * @throws KitenError as `profileColumns`
 */
export function profileFrame(profile: Pick<Profile, 'channels' | 'units' | 'silences'>, frame: Frame): Frame {
  const columns = profileColumns(profile, frame);
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
  const known = profile.silences?.map((silence) => silence.fillers) ?? [];
  return { ...takenForMissing(picked, known), channels: profile.channels };
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
