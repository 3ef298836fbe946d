import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KitenError } from '@kiten/codec';
import { type ReceiverLog, ReceiverLogReader } from '@kiten/measurement';
import { byteProgress } from './byte-progress.ts';

/**
 * Reads the log of a satellite receiver piece by piece, as it is or compressed by gzip. Every octet is a character: logs have binary parts.
 *
 * @throws KitenError `kiten/file-unreadable`, `measurement/no-receiver-log`, `measurement/log-too-large`
 */
export async function readReceiverLog(file: string): Promise<ReceiverLog> {
  const reader = new ReceiverLogReader();
  try {
    const progress = byteProgress(`reading ${file}`, (await stat(file)).size);
    const octets = octetsOf(file, (count) => progress.add(count));
    // What goes wrong shows where it is read from.
    const plain = (await isCompressed(file))
      ? pipeline(Readable.from(octets), createGunzip(), () => undefined)
      : octets;
    for await (const piece of plain) reader.push((piece as Buffer).toString('latin1'));
    progress.end();
    return reader.end();
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

async function* octetsOf(file: string, read: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(file)) {
    read((piece as Buffer).length);
    yield piece as Buffer;
  }
}

async function isCompressed(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
