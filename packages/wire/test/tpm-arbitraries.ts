import fc from 'fast-check';
import type { Attest, Attested, ClockInfo, PcrSelection, PublicArea, TpmSignature } from '../src/index.ts';
import { objectAttributes, tpmCurves, tpmHashFunctions } from '../src/index.ts';

const octets = (maxLength: number) => fc.uint8Array({ maxLength });
const uint16 = fc.nat(0xffff);
const uint32 = fc.nat(0xffffffff);
const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const hash = fc.constantFrom(...tpmHashFunctions);

export const pcrSelection: fc.Arbitrary<PcrSelection> = fc
  .record({ bank: hash, mapBytes: fc.integer({ min: 1, max: 4 }) })
  .chain(({ bank, mapBytes }) =>
    fc
      .uniqueArray(fc.nat(mapBytes * 8 - 1), { maxLength: 32 })
      .map((pcrs) => ({ bank, mapBytes, pcrs: pcrs.toSorted((one, other) => one - other) })),
  );

const clockInfo: fc.Arbitrary<ClockInfo> = fc.record({
  clock: uint64,
  resetCount: uint32,
  restartCount: uint32,
  safe: fc.boolean(),
});

const digest = octets(64);
const name = octets(66);

const attested: fc.Arbitrary<Attested> = fc.oneof(
  fc.record({
    type: fc.constant('quote' as const),
    selections: fc.array(pcrSelection, { maxLength: 16 }),
    pcrDigest: digest,
  }),
  fc.record({ type: fc.constant('certify' as const), name, qualifiedName: name }),
  fc.record({ type: fc.constant('creation' as const), objectName: name, creationHash: digest }),
  fc.record({
    type: fc.constant('command-audit' as const),
    auditCounter: uint64,
    hash,
    auditDigest: digest,
    commandDigest: digest,
  }),
  fc.record({ type: fc.constant('session-audit' as const), exclusive: fc.boolean(), sessionDigest: digest }),
  fc.record({ type: fc.constant('time' as const), time: uint64, clockInfo, firmware: uint64 }),
  fc.record({ type: fc.constant('nv' as const), indexName: name, offset: uint16, contents: octets(200) }),
  fc.record({ type: fc.constant('nv-digest' as const), indexName: name, nvDigest: digest }),
);

export const attest: fc.Arbitrary<Attest> = fc.record({
  qualifiedSigner: name,
  extraData: name,
  clockInfo,
  firmwareVersion: uint64,
  attested,
});

export const tpmSignature: fc.Arbitrary<TpmSignature> = fc.oneof(
  fc.record({
    scheme: fc.constantFrom('rsassa' as const, 'rsapss' as const),
    hash,
    signature: octets(512),
  }),
  fc.record({ scheme: fc.constant('ecdsa' as const), hash, r: octets(80), s: octets(80) }),
);

const common = {
  nameHash: fc.option(hash, { nil: undefined }),
  attributes: fc.nat(0xfffff).map((bits) => objectAttributes(bits & 0x000f0ff6)),
  authPolicy: digest,
  symmetric: fc.option(
    fc.record({ algorithm: fc.constantFrom(0x06, 0x13, 0x26), bits: uint16, mode: uint16 }),
    { nil: undefined },
  ),
};

const scheme = (...algorithms: number[]) =>
  fc.option(fc.record({ algorithm: fc.constantFrom(...algorithms), hash }), { nil: undefined });

export const publicArea: fc.Arbitrary<PublicArea> = fc.oneof(
  fc.constantFrom(1024, 2048, 3072, 4096).chain((bits) =>
    fc.record({
      type: fc.constant('rsa' as const),
      ...common,
      scheme: fc.oneof(scheme(0x14, 0x16, 0x17), fc.constant({ algorithm: 0x15, hash: undefined })),
      bits: fc.constant(bits),
      exponent: fc.constantFrom(3, 17, 65_537, 0xfffffffb),
      modulus: fc.oneof(
        fc.constant(new Uint8Array(0)),
        fc
          .uint8Array({ minLength: bits / 8, maxLength: bits / 8 })
          .map((modulus) => modulus.with(0, modulus[0]! | 0x80)),
      ),
    }),
  ),
  fc.constantFrom(...Object.entries(tpmCurves)).chain(([curve, { bytes }]) =>
    fc.record({
      type: fc.constant('ecc' as const),
      ...common,
      scheme: fc.oneof(
        scheme(0x18, 0x19, 0x1b, 0x1c, 0x1d),
        fc.record({ algorithm: fc.constant(0x1a), hash, count: uint16 }),
      ),
      curve: fc.constant(Number(curve)),
      kdf: scheme(0x07, 0x20, 0x21, 0x22),
      x: octets(bytes),
      y: octets(bytes),
    }),
  ),
);
