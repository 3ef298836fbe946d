import { concatBytes, encodeUtf8, equalBytes, KitenError } from '@kiten/codec';
import type { PieceReader } from './piece-reader.ts';
import { VarintWriter } from './varint.ts';

/** The length of a file and its SHA-256. */
export interface Measured {
  readonly length: number;
  readonly sha256: Uint8Array;
}

/** What a delta says before it begins. */
export interface DeltaHeader {
  readonly base: Measured;
  readonly target: Measured;
  /** Octets of the target in each section; the last one has what is left. */
  readonly sectionBytes: number;
  /** Octets of the base that a section looks at, at most. */
  readonly windowBytes: number;
}

/** With the version of the format at its end. */
const magic = encodeUtf8('KITENDELTA\0\x01');
const hashBytes = 32;

export function encodeHeader({ base, target, sectionBytes, windowBytes }: DeltaHeader): Uint8Array {
  const [lengths, windows] = [new VarintWriter(), new VarintWriter()];
  lengths.add(base.length);
  lengths.add(target.length);
  windows.add(sectionBytes);
  windows.add(windowBytes);
  return concatBytes(magic, lengths.bytes(), base.sha256, target.sha256, windows.bytes());
}

/** @throws KitenError `update/delta-malformed`, `update/delta-truncated`. */
export async function readHeader(reader: PieceReader): Promise<DeltaHeader> {
  if (!equalBytes(await reader.take(magic.length), magic)) {
    throw new KitenError('update/delta-malformed', 'This is no delta, or one of another version.');
  }
  const [baseLength, targetLength] = [await reader.varint(), await reader.varint()];
  const base = { length: baseLength, sha256: await reader.take(hashBytes) };
  const target = { length: targetLength, sha256: await reader.take(hashBytes) };
  const [sectionBytes, windowBytes] = [await reader.varint(), await reader.varint()];
  if (sectionBytes === 0) throw new KitenError('update/delta-malformed', 'The delta has empty sections.');
  return { base, target, sectionBytes, windowBytes };
}
