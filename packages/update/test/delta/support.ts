import { createHash } from 'node:crypto';
import { concatBytes } from '@kiten/codec';
import {
  applyDelta,
  createDelta,
  type DeltaWindows,
  type Positioned,
  type SizedFile,
} from '../../src/index.ts';

export const sha256 = (octets: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(octets).digest());

export const inMemory = (octets: Uint8Array): SizedFile => ({
  length: octets.length,
  read: async (position, into) => {
    const part = octets.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  },
});

/** In pieces of a size that fits nothing. */
export async function* inPieces(octets: Uint8Array, size = 997): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

export async function deltaOf(
  base: Uint8Array,
  target: Uint8Array,
  windows?: Partial<DeltaWindows>,
): Promise<Uint8Array> {
  return gathered(createDelta(inMemory(base), inMemory(target), windows && { windows }));
}

export const applied = (
  delta: Uint8Array,
  base: Uint8Array | Positioned,
  options?: Parameters<typeof applyDelta>[2],
): Promise<Uint8Array> =>
  gathered(applyDelta(inPieces(delta), base instanceof Uint8Array ? inMemory(base) : base, options));

export async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const copies: Uint8Array[] = [];
  for await (const piece of pieces) copies.push(Uint8Array.from(piece));
  return concatBytes(...copies);
}

/** Seeded octets that no compression makes shorter. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state ^ (state >>> 13)) & 255;
  });
}
