import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { encodeUtf8, fromHex, toBase64Url } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decryptPayload, encryptPayload } from '../../src/index.ts';
import { asyncCodeOf } from './keys.ts';

const text = 'This is a real firmware image.';
const shared = { secret: encodeUtf8('a'.repeat(16)), keyIdentifier: encodeUtf8('kid-1') };
const coordinate = (hex: string) => toBase64Url(fromHex(hex));
const recipientKey = {
  keyIdentifier: encodeUtf8('kid-2'),
  privateKey: createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: coordinate('5886cd61dd875862e5aaa820e7a15274c968a9bc96048ddcace32f50c3651ba3'),
      y: coordinate('9eed8125e932cd60c0ead3650d0a485cf726d378d1b016ed4298b2961e258f1b'),
      d: coordinate('60fe6dd6d85d5740a5349b6f91267eeac5ba81b8cb53ee249e4b4eb102c476b3'),
    },
  }),
};
const keys = { shared: [shared], agreement: [recipientKey] };

async function open(
  info: Uint8Array,
  own: typeof keys | object,
  ...pieces: Uint8Array[]
): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  for await (const piece of decryptPayload(info, own, pieces)) found.push(piece);
  return new Uint8Array(Buffer.concat(found));
}

/**
 * Examples of draft-ietf-suit-firmware-encryption with its recipients' keys. Those left out derive their keys in a way
 * that its text no longer says, or protect a header that it says must be empty.
 */
describe('known answers', () => {
  test.each([
    [
      'AES-KW and AES-GCM',
      'd8608443a10101a105501de460e8b5b68d7222c0d6f20484d8abf6818341a0a2012204456b69642d315818a86200e4754733e4c00fc08c6a72cc1996e129922eab504f',
      '2b3765ff457dd98a4ba7130a40462b663c08198146d23f3a32094392ca5040c3121c8e5f4c04d5a3d1d6171bcf362b',
    ],
    [
      'AES-KW and AES-CBC',
      'd8608440a20139fffa055093702c81590f845d9ec866ccac767bd1f6818340a2012204456b69642d315818e198ff269626ec43299d33586fc7b2646b13292261160422',
      '9c09156cf4ace0401086d98586e0b09fa5b5cf78f2bccbf6c914ddb42bf0e21e',
    ],
    [
      'ECDH-ES with A128KW and AES-GCM',
      'd8608443a10101a10550dae613b2e0dc55f4322be38bdba9dc68f6818344a101381ca220a401022001215820ff6e266dabaf51b7207569e31cf72646183e94cee64fcdc8695ad9a505aefdea2258205fbc4a29844450b3ac22ab30c7f7004bb59d8bd60d7997734a9fa0124b65089504456b69642d325818b0e21628283f3e409f8158d8ffca567f340e379ac39e49c9',
      '344fa2d5ad2f43f6f363da6ff2c337fe69e33e3d63714d23985bf02499eb0e8b231d45c378245da3611c160cc511',
    ],
  ])('%s', async (_, info, payload) => {
    expect(
      Buffer.from(await open(fromHex(info), keys, fromHex(payload)))
        .toString()
        .trimEnd(),
    ).toBe(text);
  });
});

const agreementKeys = (privateKey: ReturnType<typeof generateKeyPairSync>['privateKey']) => ({
  agreement: [{ privateKey }],
});
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const x25519 = generateKeyPairSync('x25519');
const random = (octets: number) => new Uint8Array(randomBytes(octets));
const algorithms = [
  'A128GCM',
  'A192GCM',
  'A256GCM',
  'A128CTR',
  'A192CTR',
  'A256CTR',
  'A128CBC',
  'A192CBC',
  'A256CBC',
];
const secrets = [16, 24, 32].map((octets) => ({ secret: random(octets) }));

async function sealed(algorithm: string, plaintext: Uint8Array) {
  const recipients = [...secrets, { publicKey: p256.publicKey }, { publicKey: x25519.publicKey }];
  const { info, ciphertext } = encryptPayload([plaintext], { algorithm, recipients, random });
  const pieces: Uint8Array[] = [];
  for await (const piece of ciphertext) pieces.push(piece);
  return { info, payload: new Uint8Array(Buffer.concat(pieces)) };
}

describe.each(algorithms)('%s', (algorithm) => {
  test('each of several recipients opens the payload, in whatever pieces it comes', async () => {
    const plaintext = random(70_000);
    const { info, payload } = await sealed(algorithm, plaintext);
    const owners = [
      ...secrets.map((secret) => ({ shared: [secret] })),
      agreementKeys(p256.privateKey),
      agreementKeys(x25519.privateKey),
    ];
    for (const owner of owners) expect(await open(info, owner, payload)).toEqual(plaintext);
    const cut = fc.integer({ min: 0, max: payload.length });
    await fc.assert(
      fc.asyncProperty(cut, cut, async (one, two) => {
        const [low, high] = [Math.min(one, two), Math.max(one, two)];
        const pieces = [payload.subarray(0, low), payload.subarray(low, high), payload.subarray(high)];
        expect(Buffer.from(await open(info, { shared: [secrets[0]] }, ...pieces)).equals(plaintext)).toBe(
          true,
        );
      }),
      { numRuns: 20 },
    );
  });

  test('somebody else opens nothing', async () => {
    const { info, payload } = await sealed(algorithm, encodeUtf8(text));
    expect(await asyncCodeOf(() => open(info, {}, payload))).toBe('update/suit-no-recipient');
    const stranger = { shared: [{ secret: random(16) }] };
    expect(await asyncCodeOf(() => open(info, stranger, payload))).toBe('update/suit-key-unwrap-failed');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await asyncCodeOf(() => open(info, agreementKeys(other.privateKey), payload))).toBe(
      'update/suit-key-unwrap-failed',
    );
  });
});

describe('AES-GCM', () => {
  test('refuses a payload with a changed bit, cut short or too short', async () => {
    const { info, payload } = await sealed('A128GCM', encodeUtf8(text));
    const own = { shared: secrets };
    const failed = 'update/suit-decryption-failed';
    expect(
      await asyncCodeOf(() =>
        open(
          info,
          own,
          payload.map((octet, at) => (at === 3 ? octet ^ 1 : octet)),
        ),
      ),
    ).toBe(failed);
    expect(await asyncCodeOf(() => open(info, own, payload.slice(0, -1)))).toBe(failed);
    expect(await asyncCodeOf(() => open(info, own, payload.slice(0, 15)))).toBe(failed);
  });
});

describe('encryption info is refused', () => {
  const info =
    'd8608443a10101a1055093702c81590f845d9ec866ccac767bd1f6818341a0a2012204456b69642d315818ca0df4ee01796d12fe379165602e0ac2476391a4ef122a64';
  test.each([
    ['with an algorithm that is not known', info.replace('a10101a1', 'a1010aa1'), 'encryption-unsupported'],
    ['with its ciphertext attached', info.replace('d1f681', 'd14081'), 'malformed'],
    ['of another kind', info.replace('d860', 'd861'), 'malformed'],
    [
      'with a protected header that AES-CTR cannot authenticate',
      'd8608445a10139fffda1055093702c81590f845d9ec866ccac767bd1f6818341a0a2012204456b69642d315818ce34035ce5c2e2666e46d4c131fc561dd190a6d26cfa1990',
      'malformed',
    ],
    ['for nobody', `${info.slice(0, info.indexOf('f681'))}f680`, 'malformed'],
    ['cut short', info.slice(0, -2), 'truncated'],
  ])('%s', async (_, octets, code) => {
    expect(await asyncCodeOf(() => open(fromHex(octets), keys, new Uint8Array(40)))).toBe(
      `update/suit-${code}`,
    );
  });

  test('with an ephemeral key that is no point of its curve', async () => {
    const wrong =
      'd8608440a20139fffd0550dae613b2e0dc55f4322be38bdba9dc68f6818340a201381c20a401022001215820e27faa7a0b2c23daa4bad8239f52e3ce1248a2d263969a47c8f71f3a3ddc32c22258202255dad40bfc2c74f1ac72dfe3afe43c4d39ffce6661e5207265d961256912d65818016d93e9beaaf0239c793dc9618dac6a2289305bf5880ab8';
    expect(await asyncCodeOf(() => open(fromHex(wrong), keys, new Uint8Array(40)))).toBe(
      'update/suit-malformed',
    );
  });
});

test('what is not offered is not encrypted', () => {
  const options = { algorithm: 'A128GCM', recipients: secrets, random };
  expect(() => encryptPayload([], { ...options, algorithm: 'DES' })).toThrow('not encrypted with DES');
  expect(() => encryptPayload([], { ...options, recipients: [] })).toThrow('for nobody');
  expect(() => encryptPayload([], { ...options, recipients: [{ secret: random(20) }] })).toThrow(
    '16, 24 or 32',
  );
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  expect(() => encryptPayload([], { ...options, recipients: [{ publicKey }] })).toThrow('neither on P-256');
});
