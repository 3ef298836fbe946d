import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import { type Frame, FrameReader } from '@kiten/measurement';
import { byteProgress } from './byte-progress.ts';

/**
 * Reads a table of readings, piece by piece.
 *
 * @throws KitenError `kiten/file-unreadable`, `measurement/table-malformed`, `measurement/table-empty`, `measurement/table-too-large`
 */
export async function readFrame(file: string): Promise<Frame> {
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
  return reader.end();
}

/** A field of CSV, in quotes where it needs them. */
export const csvField = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
