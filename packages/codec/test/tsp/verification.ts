import { hash as nodeHash } from 'node:crypto';
import type { Verify } from '../../src/signer.ts';
import type { HashFunction } from '../../src/tsp/signed-attributes.ts';
import { parseTimeStampToken } from '../../src/tsp/token.ts';
import {
  type VerifiedTimeStamp,
  type VerifyTimeStampOptions,
  verifyTimeStamp,
} from '../../src/tsp/verify-time-stamp.ts';
import { verify as nodeVerify } from '../keys.ts';
import { asyncRefusalOf } from '../refusal.ts';

/** Hashes with Node. */
export const hash: HashFunction = (name, data) =>
  new Uint8Array(nodeHash(name.replace('-', '').toLowerCase(), data, 'buffer'));

/** Verifies with Node, to which a key that is none is an error: here it verifies nothing, as `Verify` has it. */
export const verify: Verify = (...signed) => {
  try {
    return nodeVerify(...signed);
  } catch {
    return false;
  }
};

/** As {@link verify}, and counts how often it was asked. */
export function countingVerify(): { verify: Verify; count: () => number } {
  let asked = 0;
  return {
    verify: (...signed) => {
      asked += 1;
      return verify(...signed);
    },
    count: () => asked,
  };
}

export type Expectations = Omit<VerifyTimeStampOptions, 'verify' | 'hash'> & { readonly verify?: Verify };

/** Decodes and verifies a token with Node's cryptography. */
export const verified = async (token: Uint8Array, options: Expectations): Promise<VerifiedTimeStamp> =>
  verifyTimeStamp(parseTimeStampToken(token), { verify, ...options, hash });

/** The code with which a token is refused. */
export const refused = async (token: Uint8Array, options: Expectations): Promise<string> =>
  (await asyncRefusalOf(() => verified(token, options))).code;
