import { createHash, createHmac } from 'node:crypto';
import { toBase64Url } from '@kiten/codec';

/** Bytes nobody can guess, handed in where they are needed. */
export type Random = (bytes: number) => Uint8Array;

/** 256 bits behind a prefix that scanners for leaked secrets can recognise. */
export function newSecret(prefix: 'kto_' | 'ktl_' | 'kts_', random: Random): string {
  return prefix + toBase64Url(random(32));
}

/** What the store keeps of a secret: enough to recognise it, not enough to use it. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Shows that one knows which run of the site this is, without saying it. */
export function proofOfRun(run: string, nonce: string): string {
  return createHmac('sha256', run).update(nonce).digest('hex');
}
