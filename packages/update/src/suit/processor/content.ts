import { createHash } from 'node:crypto';
import { equalBytes } from '@kiten/codec';
import { equalDigests, type SuitDigest } from '../digest.ts';
import type { Pieces } from '../encryption/decrypt-payload.ts';
import { refusal } from '../refusal.ts';

/** Whether these are the octets with this digest, and with this length if one is given. */
export async function hasDigest(
  pieces: Pieces,
  digest: SuitDigest,
  size: number | undefined,
): Promise<boolean> {
  const running = createHash(digest.algorithm);
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (size !== undefined && length > size) return false;
    running.update(piece);
  }
  if (size !== undefined && length !== size) return false;
  return equalDigests({ algorithm: digest.algorithm, bytes: new Uint8Array(running.digest()) }, digest);
}

/** Whether these octets are exactly those; every one is looked at (draft-ietf-suit-manifest §8.4.9.3). */
export async function isContent(pieces: Pieces, content: Uint8Array): Promise<boolean> {
  let at = 0;
  let same = true;
  for await (const piece of pieces) {
    const expected = content.subarray(at, at + piece.length);
    same = equalBytes(piece, expected) && same;
    at += piece.length;
    if (at > content.length) return false;
  }
  return same && at === content.length;
}

/** All octets, as long as they aren't more than the limit. */
export async function gather(pieces: Pieces, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > maxBytes) {
      throw refusal(
        'update/suit-too-large',
        `A manifest that another one depends on is longer than ${maxBytes} octets.`,
      );
    }
    parts.push(piece);
  }
  return new Uint8Array(Buffer.concat(parts));
}
