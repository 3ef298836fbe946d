import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { KitenError } from '@kiten/codec';
import type { PieceReader } from './piece-reader.ts';
import { VarintWriter } from './varint.ts';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** What a section consists of, each compressed for itself, since what is alike stands together. */
export interface SectionStreams {
  /** For each instruction: octets added, octets new, and how far the base is skipped or taken back. */
  readonly instructions: Uint8Array;
  /** Of the octets that are added to the base: how many stay as they are, and how many differ, by turns. */
  readonly runs: Uint8Array;
  /** What is added to those that differ, modulo 256. */
  readonly differences: Uint8Array;
  /** The octets that are new. */
  readonly extra: Uint8Array;
}

const names = ['instructions', 'runs', 'differences', 'extra'] as const;

/** So that what a small section needs isn’t too much for it. */
const leastRoom = 4096;

/** The lengths of the streams as they are and as they stand in the delta, and then the streams (RFC 7932). */
export async function packStreams(streams: SectionStreams): Promise<readonly Uint8Array[]> {
  const packed = await Promise.all(names.map((name) => pack(streams[name])));
  const lengths = new VarintWriter();
  names.forEach((name, index) => {
    lengths.add(streams[name].length);
    lengths.add(packed[index]!.length);
  });
  return [lengths.bytes(), ...packed];
}

/** The streams of a section as they stand in the delta. */
export interface PackedStreams {
  readonly lengths: Readonly<
    Record<keyof SectionStreams, { readonly whole: number; readonly packed: number }>
  >;
  readonly octets: Readonly<Record<keyof SectionStreams, Uint8Array>>;
}

/**
 * @param targetBytes how much the section makes. What is added and what is new make no more than that, and how they
 * come together takes less.
 * @throws KitenError `update/delta-bomb`, `update/delta-truncated`, `update/delta-malformed`.
 */
export async function readStreams(reader: PieceReader, targetBytes: number): Promise<PackedStreams> {
  const lengths: { whole: number; packed: number }[] = [];
  const most = 2 * targetBytes + leastRoom;
  let declared = 0;
  while (lengths.length < names.length) {
    const [whole, packed] = [await reader.varint(), await reader.varint()];
    lengths.push({ whole, packed });
    declared += whole;
    if (declared > most || packed > whole) {
      throw new KitenError(
        'update/delta-bomb',
        `A section of the delta declares ${declared} octets and more for ${targetBytes} octets of the target.`,
        { detail: { declared, targetBytes } },
      );
    }
  }
  const octets: Uint8Array[] = [];
  for (const { packed } of lengths) octets.push(await reader.take(packed));
  return { lengths: named(lengths), octets: named(octets) };
}

/** @throws KitenError `update/delta-bomb`, `update/delta-malformed`. */
export async function unpackStreams({ lengths, octets }: PackedStreams): Promise<SectionStreams> {
  return named(await Promise.all(names.map((name) => unpack(octets[name], lengths[name].whole))));
}

function named<Value>(values: readonly Value[]): Readonly<Record<keyof SectionStreams, Value>> {
  const [instructions, runs, differences, extra] = values as [Value, Value, Value, Value];
  return { instructions, runs, differences, extra };
}

async function pack(octets: Uint8Array): Promise<Uint8Array> {
  if (octets.length === 0) return octets;
  const packed = await compress(octets, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: octets.length,
    },
  });
  return packed.length < octets.length ? packed : octets;
}

async function unpack(octets: Uint8Array, length: number): Promise<Uint8Array> {
  // What didn’t become shorter stands as it is.
  if (octets.length === length) return octets;
  const whole = await decompressed(octets, length);
  if (whole.length === length) return whole;
  throw new KitenError('update/delta-malformed', 'A stream of the delta is shorter than it declares.');
}

async function decompressed(octets: Uint8Array, length: number): Promise<Uint8Array> {
  try {
    return await decompress(octets, { maxOutputLength: length });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
      throw new KitenError('update/delta-malformed', 'A stream of the delta cannot be decompressed.', {
        cause,
      });
    }
    throw new KitenError('update/delta-bomb', 'A stream of the delta is longer than it declares.', { cause });
  }
}
