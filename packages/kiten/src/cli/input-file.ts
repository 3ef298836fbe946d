import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KitenError } from '@kiten/codec';
import { byteProgress } from './byte-progress.ts';

const pieceOctets = 1 << 20;
const standardInput = '-';

/** What people are told that a file is called; `-` is standard input. */
export const inputName = (file: string): string => (file === standardInput ? 'standard input' : file);

/**
 * Reads a file, or standard input if that is `-`, piece by piece, as it is or compressed by gzip, and shows how far it is.
 *
 * @param take what becomes of the pieces
 * @throws KitenError `kiten/file-unreadable`; what `take` throws, with the name of the file before it
 */
export async function readInput<T>(
  file: string,
  take: (pieces: AsyncGenerator<Buffer>) => Promise<T>,
): Promise<T> {
  const name = inputName(file);
  try {
    const total = file === standardInput ? undefined : (await stat(file)).size;
    const progress = byteProgress(`reading ${name}`, total);
    const taken = await take(plain(octetsOf(file, (octets) => progress.add(octets))));
    progress.end();
    return taken;
  } catch (cause) {
    if (!(cause instanceof KitenError))
      throw new KitenError('kiten/file-unreadable', `${name} cannot be read.`, { cause });
    const { code, detail, message } = cause;
    throw new KitenError(code, `${name}: ${message}`, { cause, ...(detail === undefined ? {} : { detail }) });
  }
}

async function* plain(octets: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = (await octets.next()).value ?? Buffer.alloc(0);
  if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* again(first, octets);
  const unpacked = createGunzip();
  // What goes wrong shows where it is read from.
  pipeline(Readable.from(again(first, octets)), unpacked, () => undefined);
  yield* unpacked as AsyncIterable<Buffer>;
}

async function* octetsOf(file: string, read: (octets: number) => void): AsyncGenerator<Buffer> {
  const source =
    file === standardInput ? process.stdin : createReadStream(file, { highWaterMark: pieceOctets });
  for await (const piece of source) {
    read((piece as Buffer).length);
    yield piece as Buffer;
  }
}

async function* again(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
