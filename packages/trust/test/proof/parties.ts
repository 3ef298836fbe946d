import type { Signer } from '@kiten/codec';
import {
  type Atom,
  appointmentFacts,
  defineProfile,
  type Finding,
  readUnverifiedFacts,
  type SignedFacts,
  signFacts,
} from '../../src/index.ts';
import { makeFinding } from '../arbitraries.ts';
import { newKey, sha256 } from '../keys.ts';

/** Somebody with a key. */
export interface Party {
  readonly signer: Signer;
  readonly keyId: Uint8Array;
}

export function party(): Party {
  const { signer } = newKey('EdDSA');
  return { signer, keyId: sha256(signer.publicKey) };
}

export const operator = party();
export const verifier = party();
export const maker = party();
export const device = party();
export const now = 1_900_000_000_000;
export const profile = defineProfile({ name: 'field', required: ['hardware'] });

/** A statement of a party, as the log holds it. */
export function say(
  { signer, keyId }: Party,
  facts: readonly Atom[],
  subject = 'device:pump-1',
): SignedFacts {
  const statement = { issuer: 'plant-7.example', subject, issuedAt: now / 1000, keyId, facts };
  return readUnverifiedFacts(signFacts(statement, signer), sha256);
}

export const appointment = say(operator, appointmentFacts(verifier.keyId, 'verifier'), 'verifier');

/** A finding on the pump; an affirming one holds for a minute. */
export function finding(fields: Parameters<typeof makeFinding>[0]): Finding {
  return makeFinding({ at: now - 1000, ...fields }, 60_000);
}
