import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import { type Frame, FrameReader, type Readings, turned } from '@kiten/measurement';
import { byteProgress } from './byte-progress.ts';

/**
 * Reads a table of readings, piece by piece.
 *
 * @param isTurned it has a line for each channel, and a column for each moment
 * @throws KitenError `kiten/file-unreadable`, `measurement/table-malformed`, `measurement/table-empty`, `measurement/table-too-large`
 */
export async function readFrame(file: string, isTurned = false): Promise<Frame> {
  const reader = new FrameReader();
  try {
    const progress = byteProgress(`reading ${file}`, (await stat(file)).size);
    for await (const piece of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
      reader.push(piece as string);
      progress.add((piece as string).length);
    }
    progress.end();
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    throw new KitenError('kiten/file-unreadable', `${file} cannot be read.`, { cause });
  }
  return isTurned ? turned(reader.end()) : reader.end();
}

/** A field of CSV, in quotes where it needs them. */
export const csvField = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Where each channel stands in a table. @throws KitenError `kiten/channel-missing` */
export function columnsFor(names: readonly string[], { channels }: Pick<Frame, 'channels'>): number[] {
  return names.map((name) => {
    const column = channels.indexOf(name);
    if (column >= 0) return column;
    throw new KitenError(
      'kiten/channel-missing',
      `A channel “${name}” is needed; there are ${channels.join(', ')}.`,
      { detail: { channel: name } },
    );
  });
}

/** Some channels of a table, in an order of their own. */
export function readingsOf({ rows, channels, values }: Frame, columns: readonly number[]): Readings {
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
