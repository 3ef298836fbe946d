import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AttestationBundle,
  decodeAttestationBundle,
  encodeAttestationBundle,
  fromHex,
  KitenError,
  toHex,
  writeDer,
} from '../../src/index.ts';

const code = (decode: () => unknown): string => {
  try {
    decode();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
};

const octetString = fc
  .uint8Array({ maxLength: 40 })
  .map((octets) => writeDer((writer) => writer.octetString(octets)));
const sequence = octetString.map((inner) =>
  writeDer((writer) => {
    const mark = writer.begin(0x30);
    writer.raw(inner);
    writer.end(mark);
  }),
);
const bundles: fc.Arbitrary<AttestationBundle> = fc.record({
  statements: fc.array(
    fc.record({ type: fc.constantFrom('2.23.133.20.1', '1.3.6.1.5.5.7.1.35'), statement: octetString }),
    { minLength: 1, maxLength: 16 },
  ),
  certificates: fc.array(sequence, { maxLength: 16 }),
});

describe('an attestation bundle', () => {
  test('has the structure of the draft', () => {
    const statement = fromHex('0403010203');
    const bundle = { statements: [{ type: '2.23.133.20.1', statement }], certificates: [] };
    // SEQUENCE { SEQUENCE OF { SEQUENCE { OBJECT IDENTIFIER 2.23.133.20.1, OCTET STRING } } }
    expect(toHex(encodeAttestationBundle(bundle))).toBe('3010300e300c06056781051401' + '0403010203');
  });

  test('is decoded to what was encoded', () => {
    fc.assert(
      fc.property(bundles, (bundle) => {
        const bytes = encodeAttestationBundle(bundle);
        const plain = (each: AttestationBundle) => ({
          statements: each.statements.map(({ type, statement }) => [type, toHex(statement)]),
          certificates: each.certificates.map(toHex),
        });
        expect(plain(decodeAttestationBundle(bytes))).toEqual(plain(bundle));
      }),
    );
  });

  test('leaves out certificates in other formats, and takes no obsolete ones', () => {
    const certificates = [fromHex('3000'), fromHex('a3023000')];
    const bundle = { statements: [{ type: '1.2.3', statement: fromHex('0500') }], certificates };
    expect(decodeAttestationBundle(encodeAttestationBundle(bundle)).certificates.map(toHex)).toEqual([
      '3000',
    ]);
    const obsolete = encodeAttestationBundle({ ...bundle, certificates: [fromHex('a0023000')] });
    expect(code(() => decodeAttestationBundle(obsolete))).toBe('codec/x509-attestation');
  });

  test('has one statement at least and a bounded number', () => {
    const of = (count: number) =>
      encodeAttestationBundle({
        statements: Array.from({ length: count }, () => ({ type: '1.2.3', statement: fromHex('0500') })),
        certificates: [],
      });
    expect(code(() => decodeAttestationBundle(of(0)))).toBe('codec/x509-attestation');
    expect(code(() => decodeAttestationBundle(of(16)))).toBe('accepted');
    expect(code(() => decodeAttestationBundle(of(17)))).toBe('codec/x509-attestation');
  });

  test('that is changed anywhere is another one, or refused with a code', () => {
    const bytes = encodeAttestationBundle({
      statements: [{ type: '2.23.133.20.1', statement: fromHex('30060401010401020400'.slice(0, 16)) }],
      certificates: [fromHex('3000')],
    });
    const attempt = (octets: Uint8Array) => void code(() => decodeAttestationBundle(octets));
    for (let index = 0; index < bytes.length; index += 1) {
      attempt(bytes.subarray(0, index));
      for (let bit = 0; bit < 8; bit += 1) attempt(bytes.with(index, bytes[index]! ^ (1 << bit)));
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), attempt), { numRuns: 2000 });
  });
});
