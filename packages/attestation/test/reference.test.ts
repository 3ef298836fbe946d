import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  CborTag,
  type CborValue,
  decodeCbor,
  ecdsaDerToRaw,
  ecdsaRawToDer,
  encodeCbor,
  KitenError,
  type Signer,
  type Verify,
} from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeCorim,
  encodeCorim,
  isSignedCorim,
  isValidAt,
  ReferenceFiles,
  SharedImaLog,
  signCorim,
  verifyCorim,
} from '../src/index.ts';
import { imaLog } from './support/logs.ts';
import { goodFiles, SimulatedDevice } from './support/simulated-device.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }));
const signer: Signer = {
  algorithm: 'ES256',
  publicKey,
  sign: (data) =>
    ecdsaDerToRaw(
      sign('sha256', data, createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))),
      32,
    ),
};
const nodeVerify: Verify = (_, key, data, signature) =>
  verify(
    'sha256',
    data,
    createPublicKey({ key: Buffer.from(key), type: 'spki', format: 'der' }),
    ecdsaRawToDer(signature),
  );

const device = new SimulatedDevice([11, 12]);
const corim = device.learnCorim();
const code = (decode: () => unknown): string => {
  try {
    decode();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('a CoRIM', () => {
  test('has what was learnt: registers of both banks, files, logs', () => {
    const image = decodeCorim(corim);
    expect(image.name).toBe('Acme gateway 1');
    expect(image.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect([...image.states[0]!.keys()].toSorted()).toEqual([11, 12]);
    expect(image.states[0]!.get(11)!.has(10)).toBe(false);
    expect(image.files.size).toBe(goodFiles.length);
    expect(image.files.knows('/bin/sh')).toBe(true);
    expect(image.bootLog?.log.events).toHaveLength(10);
    expect(image.imaLog?.entries).toBe(goodFiles.length + 1);
  });

  test('is named by its content: ten thousand devices share one copy', () => {
    expect(decodeCorim(device.learnCorim()).id).toBe(decodeCorim(corim).id);
    expect(decodeCorim(device.learnCorim('gateway 2')).id).not.toBe(decodeCorim(corim).id);
  });

  test('has the tags and labels of the draft', () => {
    const outer = decodeCbor(corim) as CborTag;
    expect(outer.tag).toBe(501);
    const map = outer.value as Map<CborValue, CborValue>;
    expect([...map.keys()]).toEqual([0, 1]);
    const [tag] = map.get(1) as CborTag[];
    expect(tag?.tag).toBe(506);
    const comid = decodeCbor(tag!.value as Uint8Array) as Map<CborValue, CborValue>;
    const [triple] = (comid.get(4) as Map<CborValue, CborValue>).get(0) as CborValue[][];
    const [environment, [registers]] = triple as [Map<CborValue, CborValue>, Map<CborValue, CborValue>[]];
    expect(environment).toEqual(
      new Map([
        [
          0,
          new Map([
            [1, 'Acme'],
            [2, 'gateway 1'],
          ]),
        ],
      ]),
    );
    const values = (registers!.get(1) as Map<CborValue, CborValue>).get(14) as Map<
      CborValue,
      [number, Uint8Array][]
    >;
    // SHA-256 and SHA-384 in IANA's Named Information registry.
    expect(values.get(4)?.map(([algorithm, digest]) => [algorithm, digest.length])).toEqual([
      [1, 32],
      [7, 48],
    ]);
  });

  test('of others has registers by number, each as a measurement of its own', () => {
    const digest = new Uint8Array(32).fill(7);
    const measured = new Map<CborValue, CborValue>([
      [0, 4],
      [1, new Map([[2, [[1, digest]]]])],
    ]);
    const triples = new Map([[0, [[new Map([[0, new Map([[1, 'Other']])]]), [measured]]]]]);
    const tag = new CborTag(
      506,
      encodeCbor(
        new Map<CborValue, CborValue>([
          [1, new Map([[0, 'x']])],
          [4, triples],
        ]),
      ),
    );
    const map = new Map<CborValue, CborValue>([
      [0, 'id'],
      [1, [tag]],
    ]);
    const image = decodeCorim(encodeCbor(new CborTag(500, new CborTag(501, map))));
    expect(image.states[0]?.get(11)?.get(4)).toEqual(['\x07'.repeat(32)]);
    // Up to draft 04 the octets were around the tag.
    const inside = decodeCbor(tag.value as Uint8Array);
    const old = new Map(map).set(1, [encodeCbor(new CborTag(506, inside))]);
    expect(decodeCorim(encodeCbor(new CborTag(501, old))).states).toEqual(image.states);
    const profiled = new CborTag(501, new Map<CborValue, CborValue>([...map, [3, 'tag:example.com,2026:p']]));
    expect(code(() => decodeCorim(encodeCbor(profiled)))).toBe('attestation/corim-profile');
    const empty = new CborTag(
      501,
      new Map<CborValue, CborValue>([
        [0, 'id'],
        [1, [new CborTag(505, new Uint8Array(1))]],
      ]),
    );
    expect(code(() => decodeCorim(encodeCbor(empty)))).toBe('attestation/corim-nothing');
  });

  test('counts from and until when it says', () => {
    const state = new Map([[11, new Map([[0, ['\0'.repeat(32)]]])]]);
    const fields = {
      id: 'x',
      vendor: 'v',
      model: 'm',
      states: [state],
      validFrom: 10_000,
      validUntil: 20_000,
    };
    const image = decodeCorim(encodeCorim(fields));
    expect([9_999, 10_000, 19_999, 20_000].map((at) => isValidAt(image, at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('that is changed anywhere is another one, or refused with a code of this package', () => {
    for (let index = 0; index < corim.length; index += 5) {
      for (const change of [1, 0x40]) {
        expect(code(() => decodeCorim(corim.with(index, corim[index]! ^ change)))).toMatch(
          /^accepted$|^attestation\//,
        );
      }
      expect(code(() => decodeCorim(corim.subarray(0, index)))).toBe('attestation/corim-malformed');
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(code(() => decodeCorim(bytes))).toMatch(/^attestation\//);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a signed CoRIM', () => {
  const signature = {
    issuer: 'acme.example',
    keyId: Buffer.from('k1'),
    issuedAt: 5_000_000,
    expiresAt: 9_000_000,
  };
  const signed = signCorim(corim, 'model:gateway-1', signature, signer);

  test('is verified and tells who signed it, and until when that counts', () => {
    expect(isSignedCorim(signed)).toBe(true);
    expect(isSignedCorim(corim)).toBe(false);
    const image = verifyCorim(signed, nodeVerify, publicKey);
    expect(image).toMatchObject({ issuer: 'acme.example', validUntil: 9_000_000, id: decodeCorim(corim).id });
  });

  test('under another key, or changed, counts for nothing', () => {
    const other = new Uint8Array(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' }),
    );
    expect(code(() => verifyCorim(signed, nodeVerify, other))).toBe('attestation/corim-signature');
    for (let index = 0; index < signed.length; index += 11) {
      expect(code(() => verifyCorim(signed.with(index, signed[index]! ^ 1), nodeVerify, publicKey))).toMatch(
        /^attestation\/corim-(signature|unverifiable)$/,
      );
    }
  });
});

describe('a list that an image has in common', () => {
  const files = new ReferenceFiles(decodeCorim(corim).files);
  const shared = new SharedImaLog(device.imaLog, files);

  test('is recognised entry by entry', () => {
    const entries = goodFiles.length + 1;
    expect(shared.sharedEntries(device.imaLog)).toBe(entries);
    const longer = Buffer.concat([device.imaLog, imaLog('/tmp/x')]);
    expect(shared.sharedEntries(longer)).toBe(entries);
    const changed = Buffer.from(longer);
    changed[shared.lengthOf(3) + 8]! ^= 1;
    expect(shared.sharedEntries(changed)).toBe(3);
    expect(shared.sharedEntries(device.imaLog.subarray(0, shared.lengthOf(2) + 5))).toBe(2);
    expect(shared.sharedEntries(Buffer.alloc(0))).toBe(0);
  });

  test('is shared as far as it is approved', () => {
    const log = imaLog('boot_aggregate', '/bin/sh', '/tmp/x', '/sbin/init');
    expect(new SharedImaLog(log, files).sharedEntries(log)).toBe(2);
    expect(new SharedImaLog(imaLog('/tmp/x'), files).sharedEntries(imaLog('/tmp/x'))).toBe(0);
    const violation = imaLog('boot_aggregate', { path: '/bin/sh', violation: true });
    expect(new SharedImaLog(violation, files).sharedEntries(violation)).toBe(1);
  });
});
