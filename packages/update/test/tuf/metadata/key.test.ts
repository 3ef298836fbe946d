import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyIdOf, keyObjectOf, parseMetadata, verifyThreshold } from '../../../src/index.ts';
import { ed25519Signer, nodeVerify, rsaSigner } from '../../support/keys.ts';
import { encoded, Simulator } from '../../support/simulator.ts';

describe('the id of a key', () => {
  // The four keys of the example of TUF §4.3.
  it.each([
    [
      '1bf1c6e3cdd3d3a8420b19199e27511999850f4b376c4547b2f32fba7e80fca3',
      '72378e5bc588793e58f81c8533da64a2e8f1565c1fcc7f253496394ffc52542c',
    ],
    [
      '135c2f50e57ff11e744d234a62cebad8c38daf399604a7655661cc9199c69164',
      '68ead6e54a43f8f36f9717b10669d1ef0ebb38cee6b05317669341309f1069cb',
    ],
    [
      'cb3fbd83df4ba2471a736b065650878280964a98843ec13b457a99b2a21cc3b4',
      '66dd78c5c2a78abc6fc6b267ff1a8017ba0e8bfc853dd97af351949bba021275',
    ],
    [
      '66676daa73bdfb4804b56070c8927ae491e2a6c2314f05b854dea94de8ff6bfc',
      '01c61f8dc7d77fcef973f4267927541e355e8ceda757e2c402818dad850f856e',
    ],
  ])('%s is that of the standard’s example', (keyId, key) => {
    expect(keyIdOf({ keytype: 'ed25519', scheme: 'ed25519', keyval: { public: key } })).toBe(keyId);
  });
});

describe('a signature made elsewhere', () => {
  // A key and a timestamp of the repository that tuf-conformance serves as it is (static_data/tuf-on-ci-0.11).
  const keyId = 'a54e905f3e03bb0cccdc954bd40d4d29b5c1a2a95c2777f10f9c63a503c7f777';
  const key = {
    keytype: 'ecdsa',
    keyval: {
      public:
        '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEu+ebm3VUg6U2b0IIeR6NFZU7uxkL\nR1sVLxV8SEW7G+AMXMasEQf5daxfwVMP1kuEkhGs3mBYLkYXlWDh9BNSxg==\n-----END PUBLIC KEY-----\n',
    },
    scheme: 'ecdsa-sha2-nistp256',
    'x-tuf-on-ci-online-uri':
      'gcpkms:projects/python-tuf-kms/locations/global/keyRings/git-repo-demo/cryptoKeys/online/cryptoKeyVersions/1',
  };
  const timestamp = {
    signatures: [
      {
        keyid: keyId,
        sig: '304402200168ff4eda848db6b7719b721279c9fe1c2573a2dbc2bfcd49e8cfe73033dfd40220782d2445c6d5ab914f7d4bca14ae6016bbb0b76ef7ba571343decff172c65df6',
      },
    ],
    signed: {
      _type: 'timestamp',
      expires: '2044-08-10T10:21:51Z',
      meta: { 'snapshot.json': { version: 2 } },
      spec_version: '1.0.31',
      version: 2,
    },
  };

  it('holds over the canonical form, under a key whose id holds', () => {
    const repository = new Simulator();
    repository.root.keys[keyId] = key;
    repository.root.roles.timestamp.keyids = [keyId];
    const { keys, roles } = parseMetadata('root', encoded(repository.sign('root')), 1e6).metadata;
    const role = { name: 'timestamp', keys, ...roles.get('timestamp')! };
    const signed = parseMetadata('timestamp', encoded(timestamp), 1e6);
    expect(() => verifyThreshold(signed, role, nodeVerify)).not.toThrow();
    const changed = { ...timestamp, signed: { ...timestamp.signed, version: 3 } };
    expect(() =>
      verifyThreshold(parseMetadata('timestamp', encoded(changed), 1e6), role, nodeVerify),
    ).toThrow(expect.objectContaining({ code: 'update/unsigned' }));
  });
});

describe('a key in metadata', () => {
  it('is written as the standard says', () => {
    const { publicKey } = ed25519Signer();
    expect(keyObjectOf('EdDSA', publicKey)).toEqual({
      ...{ keytype: 'ed25519', scheme: 'ed25519' },
      keyval: { public: Buffer.from(publicKey.subarray(-32)).toString('hex') },
    });
    expect(keyObjectOf('PS256', rsaSigner().publicKey)).toMatchObject({
      ...{ keytype: 'rsa', scheme: 'rsassa-pss-sha256' },
    });
  });

  it('is one that TUF has a scheme for', () => {
    const { publicKey } = ed25519Signer();
    for (const algorithm of ['ES256', 'ML-DSA-44'] as const) {
      expect(() => keyObjectOf(algorithm, publicKey)).toThrow(
        expect.objectContaining({ code: 'update/key-unsupported' }),
      );
    }
  });
});

describe('a key of another implementation', () => {
  const keyOf = (keyId: string, key: object) => {
    const repository = new Simulator();
    repository.root.keys[keyId] = key;
    return parseMetadata('root', encoded(repository.sign('root')), 1e6).metadata.keys.get(keyId);
  };

  // The root of go-tuf’s client/python_interop/testdata/python-tuf-v3.0.0.
  it('has the id that python-tuf made with a member that it left out', () => {
    const keyval = { public: '0cb442e869c9aead667909ba27ce7ed2c87d396fb92a180ec02b37c64f0f0404' };
    const keyId = 'c3fcd2035fd2d29b36a29c9e9a52b199f85492b7cf8f9730b865dfa989eb47c8';
    expect(keyOf(keyId, { keytype: 'ed25519', scheme: 'ed25519', keyval })?.material?.algorithm).toBe(
      'EdDSA',
    );
    expect(() => keyOf(keyId, { keytype: 'ed25519', scheme: 'rsassa-pss-sha256', keyval })).toThrow(
      expect.objectContaining({ code: 'update/key-id-mismatch' }),
    );
  });

  it.each(['P-256', 'P-384', 'P-521'])(
    'is a point of %s in hexadecimal, as go-tuf wrote it',
    (namedCurve) => {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve });
      const spki = publicKey.export({ format: 'der', type: 'spki' });
      const coordinates = Math.ceil(Number(namedCurve.slice(2)) / 8);
      const point = spki.subarray(-1 - 2 * coordinates).toString('hex');
      const scheme = `ecdsa-sha2-nist${namedCurve.replace('-', '').toLowerCase()}`;
      const key = { keytype: 'ecdsa', scheme, keyval: { public: point } };
      expect(Buffer.from(keyOf(keyIdOf(key), key)!.material!.publicKey)).toEqual(spki);
      const other = { ...key, keyval: { public: `05${point.slice(2)}` } };
      expect(keyOf(keyIdOf(other), other)).not.toHaveProperty('material');
    },
  );
});
