import type { AlgorithmName } from '@kiten/codec';
import { type Key, makeKey, sha256 } from './keys.ts';
import { type NoteSigner, verifierKey } from './note.ts';
import { ruleText } from './rules.ts';

export const origin = 'plant-7.example/log';

/** Who there is. Keys are made once for each test file. */
export interface People {
  readonly operator: Key;
  readonly verifier: Key;
  readonly manufacturer: Key;
  readonly chipMaker: Key;
  readonly laboratory: Key;
  readonly log: NoteSigner;
  readonly witnesses: readonly NoteSigner[];
}

/** What an algorithm each of them signs with; everything but ML-DSA is in WebCrypto, too. */
export function makePeople(postQuantum = true): People {
  const key = (algorithm: AlgorithmName) => makeKey(algorithm);
  const second: NoteSigner = postQuantum
    ? { name: 'witness-2.example', type: 0x06, key: key('ML-DSA-44') }
    : { name: 'witness-2.example', type: 0x04, key: key('EdDSA') };
  return {
    operator: key('ES256'),
    verifier: key('EdDSA'),
    manufacturer: key('ES384'),
    chipMaker: key(postQuantum ? 'ML-DSA-44' : 'ES256'),
    laboratory: key('EdDSA'),
    log: { name: origin, type: 0x01, key: key('EdDSA') },
    witnesses: [{ name: 'witness-1.example', type: 0x04, key: key('EdDSA') }, second],
  };
}

/** A trust file, whose members a test may have otherwise. */
export function trustFile(people: People): Record<string, unknown> {
  const root = (name: string, role: string, key: Key) => ({
    ...{ name, role, log: origin },
    key: Buffer.from(key.publicKey).toString('base64'),
  });
  return {
    format: 'kiten-trust',
    version: 1,
    logs: [{ origin, keys: [verifierKey(people.log)] }],
    roots: [
      root('plant-7.example', 'operator', people.operator),
      root('Pumps & Co', 'manufacturer', people.manufacturer),
      root('Chips & Co', 'chip-maker', people.chipMaker),
      root('Laboratory', 'laboratory', people.laboratory),
    ],
    rules: [{ digest: Buffer.from(sha256(ruleText)).toString('hex') }],
    witnesses: people.witnesses.map(verifierKey),
    threshold: people.witnesses.length,
    maximumAge: 86_400_000,
  };
}
