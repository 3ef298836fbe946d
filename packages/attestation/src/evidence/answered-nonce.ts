import { KitenError, toHex } from '@kiten/codec';
import { decodeAttest } from '@kiten/wire';
import { type Conclusion, conclude } from '../appraise/conclusion.ts';
import type { NonceProblem } from './challenges.ts';
import type { TpmEvidence } from './tpm-evidence.ts';

/**
 * The nonce that evidence says it answers, taken from its first quote. Nothing vouches for it yet: it tells which
 * challenge to use up, and the appraisal holds every part against it.
 *
 * @returns undefined if the quote cannot be read
 */
export function answeredNonce({ quotes }: TpmEvidence): Uint8Array | undefined {
  try {
    const [quote] = quotes;
    return quote === undefined ? undefined : decodeAttest(quote.message).extraData;
  } catch (error) {
    // Appraising it says so.
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

const words = {
  'unknown-or-used': 'nonce-unknown',
  expired: 'nonce-expired',
  'of-another-device': 'nonce-of-another',
} as const satisfies Record<NonceProblem, string>;

/** What it amounts to that a nonce doesn't count. */
export const nonceConclusion = (problem: NonceProblem, nonce: Uint8Array): Conclusion =>
  conclude(words[problem], 'quote', { nonce: toHex(nonce).slice(0, 64) });
