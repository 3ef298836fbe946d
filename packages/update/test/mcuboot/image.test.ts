import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fromHex, KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeMcubootImage,
  isMcubootImage,
  showMcubootVersion,
  verifyMcubootImage,
} from '../../src/index.ts';
import { codeOf, mcubootVerify } from '../suit/keys.ts';
import { buildImage, type ImageFields } from './build.ts';
import { imgtoolImage, imgtoolKey } from './imgtool-image.ts';

const spki = (key: KeyObject) => new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const rsa3072 = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;
const trust = { publicKeys: [p256, p384, ed25519, rsa, rsa3072].map(spki), verify: mcubootVerify };

const counter = (value: number): [number, Uint8Array] => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value);
  return [0x50, octets];
};
/** Image 1 in version 2.0.0 at least. */
const dependency: [number, Uint8Array] = [0x40, fromHex('010000000200000000000000')];

describe('an image signed by imgtool', () => {
  const octets = fromHex(imgtoolImage);
  const own = { publicKeys: [fromHex(imgtoolKey)], verify: mcubootVerify };

  test('is one, and of whom it says', () => {
    const { image, publicKey } = verifyMcubootImage(octets, own);
    expect(publicKey).toEqual(own.publicKeys[0]);
    expect(showMcubootVersion(image.version)).toBe('1.0.0');
    expect(image).toMatchObject({
      bodyBytes: 1023,
      headerBytes: 32,
      flags: [],
      totalBytes: octets.length,
      padded: false,
    });
    expect(image.tlvs.map(({ name }) => name)).toEqual(['sha256', 'keyHash', 'rsa2048']);
  });

  test('is refused with any octet changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: octets.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = octets.map((octet, index) => (index === at ? octet ^ bits : octet));
        expect(codeOf(() => verifyMcubootImage(changed, own))).toMatch(/^update\/mcuboot-/);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each<[string, ImageFields]>([
  ['ECDSA P-256', { key: p256 }],
  ['ECDSA P-384', { key: p384, hash: 'sha384' }],
  ['Ed25519', { key: ed25519 }],
  ['Ed25519 over SHA-512', { key: ed25519, hash: 'sha512' }],
  ['Ed25519 over the image itself', { key: ed25519, pure: true }],
  ['RSA-2048', { key: rsa }],
  ['RSA-3072', { key: rsa3072 }],
])('%s', (_, fields) => {
  const octets = buildImage({ ...fields, protectedTlvs: [counter(5)] });

  test('an image is taken from whoever is trusted, and from nobody else', () => {
    expect(verifyMcubootImage(octets, trust).publicKey).toEqual(spki(fields.key!));
    const others = trust.publicKeys.filter((key) => !Buffer.from(key).equals(spki(fields.key!)));
    expect(codeOf(() => verifyMcubootImage(octets, { ...trust, publicKeys: others }))).toBe(
      'update/mcuboot-signature-invalid',
    );
  });

  test('a signature of another image does not hold', () => {
    const moved = buildImage({ ...fields, protectedTlvs: [counter(6)] }).slice();
    const { tlvs, totalBytes } = decodeMcubootImage(octets);
    const signature = tlvs.at(-1)!.value;
    moved.set(
      signature.subarray(0, moved.length - (totalBytes - signature.length)),
      totalBytes - signature.length,
    );
    expect(codeOf(() => verifyMcubootImage(moved, trust))).toMatch(/signature-invalid|tlv-malformed/);
  });
});

describe('an image says', () => {
  test('its counter, its dependencies and its flags', () => {
    const image = decodeMcubootImage(buildImage({ protectedTlvs: [counter(7), dependency], flags: 0x30 }));
    expect(image).toMatchObject({
      securityCounter: 7,
      flags: ['nonBootable', 'ramLoad'],
      dependencies: [{ image: 1, version: { major: 2, minor: 0, revision: 0, build: 0 } }],
    });
    expect(showMcubootVersion(image.version)).toBe('1.2.3+4');
  });

  test('whether it fills a slot', () => {
    const slot = new Uint8Array(1024).fill(0xff);
    slot.set(buildImage({ key: p256 }));
    slot.set(fromHex('77c295f360d2ef7f3552500f2cb67980'), 1008);
    expect(verifyMcubootImage(slot, trust).image.padded).toBe(true);
  });

  test('that it is one', () => {
    expect(isMcubootImage(buildImage())).toBe(true);
    expect(isMcubootImage(new Uint8Array(100))).toBe(false);
  });
});

describe('an image is refused', () => {
  const good = buildImage({ key: p256, protectedTlvs: [counter(5), dependency] });
  const at = (offset: number, value: number) =>
    good.map((octet, index) => (index === offset ? value : octet));
  const versions = (major: number) => new Map([[1, { major, minor: 0, revision: 0, build: 0 }]]);

  test.each<[string, Uint8Array, object, string]>([
    ['that is none', new Uint8Array(64), {}, 'no-image'],
    ['cut short', good.slice(0, 100), {}, 'truncated'],
    ['cut short in its TLVs', good.slice(0, -1), {}, 'tlv-malformed'],
    ['with octets behind it', Uint8Array.of(...good, 0), {}, 'trailing-bytes'],
    ['with a header that is too short', at(8, 16), {}, 'malformed'],
    ['with a flag that nobody knows', at(17, 0x80), {}, 'malformed'],
    ['with protected TLVs of another size', at(10, 4), {}, 'malformed'],
    ['with a changed body', at(40, 99), {}, 'hash-mismatch'],
    ['without a signature', buildImage(), {}, 'unsigned'],
    ['with a second hash', buildImage({ key: p256, more: [[0x11, new Uint8Array(48)]] }), {}, 'hash-missing'],
    [
      'with its counter outside the protected area',
      buildImage({ key: p256, more: [counter(9)] }),
      {},
      'tlv-unprotected',
    ],
    [
      'with an unknown TLV outside the protected area',
      buildImage({ key: p256, more: [[0x99, new Uint8Array(1)]] }),
      {},
      'tlv-unprotected',
    ],
    [
      'with two counters',
      buildImage({ key: p256, protectedTlvs: [counter(1), counter(9)] }),
      {},
      'malformed',
    ],
    [
      'with a counter of two octets',
      buildImage({ key: p256, protectedTlvs: [[0x50, new Uint8Array(2)]] }),
      {},
      'malformed',
    ],
    [
      'with a dependency cut short',
      buildImage({ key: p256, protectedTlvs: [[0x40, new Uint8Array(2)]] }),
      {},
      'malformed',
    ],
    [
      'that names another key',
      buildImage({ key: p256, keyHash: new Uint8Array(32) }),
      {},
      'signature-invalid',
    ],
    [
      'that is encrypted',
      buildImage({ key: p256, flags: 0x4, more: [[0x32, new Uint8Array(113)]] }),
      {},
      'encrypted',
    ],
    ['larger than its slot', good, { slotBytes: good.length - 1 }, 'too-large'],
    ['with no room for the trailer', good, { slotBytes: good.length + 10, trailerBytes: 11 }, 'too-large'],
    ['with a lower counter', good, { securityCounter: 6 }, 'rollback'],
    [
      'without the counter that the device counts by',
      buildImage({ key: p256 }),
      { securityCounter: 0 },
      'rollback',
    ],
    ['of an older version', good, { version: { major: 1, minor: 2, revision: 3, build: 5 } }, 'rollback'],
    ['that needs what is not there', good, { images: new Map() }, 'dependency-unmet'],
    ['that needs what is too old', good, { images: versions(1) }, 'dependency-unmet'],
  ])('%s', (_, octets, more, code) => {
    expect(codeOf(() => verifyMcubootImage(octets, { ...trust, ...more }))).toBe(`update/mcuboot-${code}`);
  });

  test('unless all is as it has to be', () => {
    const installed = {
      securityCounter: 5,
      version: { major: 1, minor: 2, revision: 3, build: 4 },
      images: versions(2),
    };
    const room = { slotBytes: good.length + 10, trailerBytes: 10 };
    expect(verifyMcubootImage(good, { ...trust, ...installed, ...room }).image.securityCounter).toBe(5);
  });
});

test('whatever octets follow the magic, they are read or refused with a code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 28, maxLength: 200 }), (octets) => {
      const image = Uint8Array.of(0x3d, 0xb8, 0xf3, 0x96, ...octets);
      try {
        decodeMcubootImage(image);
      } catch (error) {
        expect(error).toBeInstanceOf(KitenError);
        expect((error as KitenError).code).toMatch(/^update\/mcuboot-/);
      }
    }),
    { numRuns: 2000 },
  );
});
