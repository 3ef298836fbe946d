import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Measured } from './header.ts';

/** Something that is read by position: a file, or a block device. */
export interface Positioned {
  /** Fills `into` with what stands from `position` on, as far as there is something. @returns how many octets. */
  read(position: number, into: Uint8Array): Promise<number>;
}

/** A file or block device that is open, and stays its owner’s to close. */
export const positionedFile = (handle: FileHandle): Positioned => ({
  async read(position, into) {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  },
});

const readBytes = 1024 ** 2;

/** The first `length` octets, or as many as there are, piece by piece. The pieces share their memory. */
export async function* piecesOf(file: Positioned, length: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(readBytes, length));
  for (let position = 0; position < length; ) {
    const count = await file.read(position, buffer.subarray(0, length - position));
    if (count === 0) return;
    yield buffer.subarray(0, count);
    position += count;
  }
}

/** @returns a shorter length if there is less. */
export async function measure(
  file: Positioned,
  length: number,
  onPiece: (octets: number) => void = () => undefined,
): Promise<Measured> {
  const hash = createHash('sha256');
  let found = 0;
  for await (const piece of piecesOf(file, length)) {
    hash.update(piece);
    found += piece.length;
    onPiece(piece.length);
  }
  return { length: found, sha256: new Uint8Array(hash.digest()) };
}
