import { KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeAttest,
  decodeCredentialFile,
  decodePcrSelections,
  decodePublicArea,
  decodeSizedDigest,
  decodeSizedPublicArea,
  decodeTpmSignature,
  encodeAttest,
  encodeCredentialFile,
  encodePcrSelections,
  encodePublicArea,
  encodeTpmSignature,
} from '../src/index.ts';
import { type TpmVector, tpmVector } from './tpm-vectors.ts';

/** Decodes and, so that nothing is read that cannot be said, encodes again. */
type Target = (bytes: Uint8Array) => Uint8Array | undefined;

const targets: readonly (readonly [TpmVector, Target])[] = [
  ['quote', (bytes) => encodeAttest(decodeAttest(bytes))],
  ['twoBankQuote', (bytes) => encodeAttest(decodeAttest(bytes))],
  ['certify', (bytes) => encodeAttest(decodeAttest(bytes))],
  ['time', (bytes) => encodeAttest(decodeAttest(bytes))],
  ['nvCertify', (bytes) => encodeAttest(decodeAttest(bytes))],
  ['eccSignature', (bytes) => encodeTpmSignature(decodeTpmSignature(bytes))],
  ['rsaSignature', (bytes) => encodeTpmSignature(decodeTpmSignature(bytes))],
  ['eccCredential', (bytes) => encodeCredentialFile(decodeCredentialFile(bytes))],
];

function attempt(target: Target, bytes: Uint8Array): void {
  let again: Uint8Array | undefined;
  try {
    again = target(bytes);
  } catch (error) {
    if (!(error instanceof KitenError) || !error.code.startsWith('wire/tpm-')) throw error;
    expect(error.message).not.toBe('');
    return;
  }
  // One value has one encoding.
  expect(Buffer.from(again ?? []).equals(bytes)).toBe(true);
}

function mutate(good: Uint8Array, target: Target): void {
  for (let index = 0; index < good.length; index += 1) {
    attempt(target, good.subarray(0, index));
    attempt(target, Uint8Array.of(...good.subarray(0, index), ...good.subarray(index + 1)));
    for (const change of [0x01, 0x80, 0xff]) attempt(target, good.with(index, good[index]! ^ change));
  }
  attempt(target, Uint8Array.of(...good, 0));
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (index, octet) =>
      attempt(target, good.with(index, octet)),
    ),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => attempt(target, bytes)),
    { numRuns: 300 },
  );
}

describe('octets from outside are decoded to what says them, or refused', () => {
  test.each(targets)('%s', (name, target) => mutate(tpmVector(name), target));

  // An exponent of 65537 may be written out or as 0: two encodings of one key, of which the name tells one.
  const withoutExponent: Target = (bytes) => {
    const area = decodePublicArea(bytes);
    const again = encodePublicArea(area);
    return area.type === 'rsa' && area.exponent === 65_537 ? bytes : again;
  };
  test.each(['eccKey', 'rsaKey', 'rsaEndorsementKey'] as const)('%s', (name) =>
    mutate(tpmVector(name).subarray(2), withoutExponent),
  );

  test('a selection', () => {
    const target: Target = (bytes) => encodePcrSelections(decodePcrSelections(bytes));
    mutate(Uint8Array.of(0, 0, 0, 2, 0, 11, 3, 1, 4, 0, 0, 12, 4, 0x81, 0, 0, 0), target);
  });
});

test('each kind of fault has a code of its own', () => {
  const code = (decode: () => unknown): string => {
    try {
      decode();
    } catch (error) {
      if (error instanceof KitenError) return error.code;
      throw error;
    }
    return 'accepted';
  };
  const quote = tpmVector('quote');
  const key = tpmVector('eccKey').subarray(2);
  expect(code(() => decodeAttest(quote.with(0, 0xfe)))).toBe('wire/tpm-magic');
  expect(code(() => decodeAttest(quote.with(5, 0x13)))).toBe('wire/tpm-attest-type');
  expect(code(() => decodeAttest(quote.subarray(0, -1)))).toBe('wire/tpm-truncated');
  expect(code(() => decodeAttest(Uint8Array.of(...quote, 0)))).toBe('wire/tpm-trailing-bytes');
  expect(code(() => decodePublicArea(key.with(1, 0x08)))).toBe('wire/tpm-algorithm');
  expect(code(() => decodePublicArea(key.with(4, 0xff)))).toBe('wire/tpm-reserved-bits');
  expect(code(() => decodePublicArea(key.with(17, 0x77)))).toBe('wire/tpm-curve');
  expect(code(() => decodeSizedPublicArea(Uint8Array.of(0, 90, ...key)))).toBe('wire/tpm-truncated');
  expect(code(() => decodeSizedDigest(Uint8Array.of(0, 65, ...new Uint8Array(65))))).toBe('wire/tpm-size');
  expect(code(() => decodePcrSelections(Uint8Array.of(0, 0, 0, 17)))).toBe('wire/tpm-count');
  expect(code(() => decodePcrSelections(Uint8Array.of(0, 0, 0, 1, 0, 11, 0)))).toBe('wire/tpm-pcr-map');
  expect(code(() => decodeTpmSignature(Uint8Array.of(0, 0x1a, 0, 11)))).toBe('wire/tpm-algorithm');
  expect(
    code(() =>
      encodePcrSelections([{ bank: { id: 11, name: 'sha256', bytes: 32 }, pcrs: [24], mapBytes: 3 }]),
    ),
  ).toBe('wire/tpm-pcr');
});
