import { fromBase64, toBase64, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeVerifierKey,
  parseNote,
  parseVerifierKey,
  type SignatureKind,
  verifierKey,
  verifyNote,
} from '../../src/index.ts';
import { verifySignature } from '../../src/verify-signature.ts';
import { latticeSigner } from '../signers.ts';
import { origin, signer, testSigner } from '../support.ts';
import { arche, coachAndHorses, goChecksums, specification } from './vectors.ts';

const malformed = expect.objectContaining({ code: 'ledger/verifier-key-malformed' });
const unsuitable = expect.objectContaining({ code: 'ledger/key-unsuitable' });

describe('a verifier key', () => {
  it.each([
    ['of the specification', specification.key, 'ed25519'],
    ['of a log', goChecksums.key, 'ed25519'],
    ['of a witness', arche.witnesses[0]!, 'ed25519-cosignature'],
    ['of a witness with ML-DSA-44', coachAndHorses.witness, 'ml-dsa-44-cosignature'],
    // From the tests of transparency-dev/formats.
    [
      'with a plus sign in its base64',
      'TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6',
      'ed25519',
    ],
  ])('%s is read and written as it was', (_, text, kind) => {
    const key = parseVerifierKey(text);
    expect(key.kind).toBe(kind);
    expect(encodeVerifierKey(key)).toBe(text);
  });

  it('of the specification verifies the note of the specification', () => {
    const { name, publicKey, keyId } = parseVerifierKey(specification.key);
    expect(toHex(keyId)).toBe('530d903a');
    expect(verifyNote(parseNote(Buffer.from(specification.note)), name, publicKey, verifySignature)).toBe(
      true,
    );
  });

  it('comes back as it was made, whatever its kind', () => {
    const keys: [SignatureKind, Uint8Array][] = [
      ['ed25519', signer.publicKey],
      ['ed25519-cosignature', signer.publicKey],
      ['ml-dsa-44-cosignature', latticeSigner().publicKey],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.webAuthority(), ([kind, publicKey], name) => {
        const key = verifierKey(name, kind, publicKey);
        expect(parseVerifierKey(encodeVerifierKey(key))).toMatchObject({
          ...{ name, kind, keyId: key.keyId },
          publicKey: new Uint8Array(publicKey),
        });
      }),
      { numRuns: 100 },
    );
  });

  it('has another id in another role', () => {
    const id = (kind: SignatureKind) => toHex(verifierKey(origin, kind, signer.publicKey).keyId);
    expect(id('ed25519')).not.toBe(id('ed25519-cosignature'));
  });

  const [name, id, encoded] = specification.key.split('+') as [string, string, string];
  const withType = (type: number) => {
    const bytes = fromBase64(encoded);
    bytes[0] = type;
    return toBase64(bytes);
  };
  it.each([
    ['nothing in it', ''],
    ['no id', `${name}+${encoded}`],
    ['the id of another key', `${name}+530d903b+${encoded}`],
    ['the id of another name', `example.com/bar+${id}+${encoded}`],
    ['an id in capitals', `${name}+${id.toUpperCase()}+${encoded}`],
    ['a short id', `${name}+${id.slice(1)}+${encoded}`],
    ['no name', `+${id}+${encoded}`],
    ['a space in its name', `a b+${id}+${encoded}`],
    ['a lone surrogate in its name', `\ud800+${id}+${encoded}`],
    ['base64 without padding', `${name}+${id}+${encoded.slice(0, -1)}`],
    ['base64 in the alphabet for URLs', `${name}+${id}+${encoded.slice(0, -1)}_`],
    ['a line break behind it', `${specification.key}\n`],
    ['a type that is not known', `${name}+${id}+${withType(0x02)}`],
    ['a type for longer keys', `${name}+${id}+${withType(0x06)}`],
    ['no key', `${name}+${id}+AQ==`],
    ['more than it may hold', `${'x'.repeat(4096)}+${id}+${encoded}`],
  ])('with %s is refused', (_, text) => {
    expect(() => parseVerifierKey(text)).toThrow(malformed);
  });

  it('of any text is a key or refused with our own error', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.string({ maxLength: 3 }), (other, at, inserted) => {
        const place = at % specification.key.length;
        for (const text of [
          other,
          specification.key.slice(0, place) + inserted + specification.key.slice(place + 1),
        ]) {
          try {
            expect(encodeVerifierKey(parseVerifierKey(text))).toBe(text);
          } catch (error) {
            expect(error).toEqual(malformed);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['another kind of key', () => verifierKey(origin, 'ml-dsa-44-cosignature', signer.publicKey)],
    ['a key cut short', () => verifierKey(origin, 'ed25519', signer.publicKey.subarray(1))],
    [
      'a key with more behind it',
      () => verifierKey(origin, 'ed25519', Buffer.concat([signer.publicKey, Buffer.of(0)])),
    ],
    ['no name', () => verifierKey('', 'ed25519', testSigner(3).publicKey)],
    ['a name with a plus sign', () => verifierKey('a+b', 'ed25519', signer.publicKey)],
    ['a name of 256 bytes', () => verifierKey('é'.repeat(128), 'ed25519', signer.publicKey)],
  ])('is not made of %s', (_, make) => {
    expect(make).toThrow(unsuitable);
  });
});
