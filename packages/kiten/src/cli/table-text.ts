import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KitenError } from '@kiten/codec';

const pieceOctets = 1 << 20;

/**
 * The text of a table, piece by piece: UTF-8, or UTF-16 with a mark at its beginning, as it is or compressed by gzip.
 *
 * @param read is told how many octets of the file were read
 * @throws KitenError `kiten/no-table` for what is no text
 */
export async function* tableText(file: string, read: (octets: number) => void): AsyncGenerator<string> {
  const octets = octetsOf(file, read);
  const first = (await octets.next()).value ?? Buffer.alloc(0);
  if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* textOf(file, again(first, octets));
  const plain = createGunzip();
  // What goes wrong shows where it is read from.
  pipeline(Readable.from(again(first, octets)), plain, () => undefined);
  yield* textOf(file, plain);
}

async function* octetsOf(file: string, read: (octets: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(file, { highWaterMark: pieceOctets })) {
    read((piece as Buffer).length);
    yield piece as Buffer;
  }
}

async function* again(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* textOf(file: string, pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece));
    const text = decoder.decode(piece, { stream: true });
    if (text.includes('\0')) throw noText(file, piece);
    yield text;
  }
  yield decoder?.decode() ?? '';
}

function encodingOf(piece: Buffer): string {
  if (piece[0] === 0xff && piece[1] === 0xfe) return 'utf-16le';
  return piece[0] === 0xfe && piece[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function noText(file: string, piece: Buffer): KitenError {
  const isArchive = piece.toString('latin1', 0, 2) === 'PK';
  return new KitenError(
    'kiten/no-table',
    isArchive
      ? `${file} is an archive or a workbook. Save the sheet as CSV.`
      : `${file} is no text, and so no table (CSV).`,
  );
}
