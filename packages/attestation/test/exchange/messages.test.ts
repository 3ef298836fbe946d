import { decodeUtf8, encodeUtf8, KitenError, toBase64Url } from '@kiten/codec';
import { claimNames, tiers } from '@kiten/trust';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attestationTopic,
  type ChallengeMessage,
  decodeChallenge,
  decodeKeyActivation,
  decodeKeyConfirmation,
  decodeKeyConfirmed,
  decodeKeyRequest,
  decodeResult,
  encodeChallenge,
  encodeKeyActivation,
  encodeKeyConfirmation,
  encodeKeyConfirmed,
  encodeKeyRequest,
  encodeResult,
  type ResultMessage,
  runtimeParts,
} from '../../src/index.ts';

const octets = (least: number, most: number) => fc.uint8Array({ minLength: least, maxLength: most });
const time = fc.maxSafeNat();
const pcrs = fc.uniqueArray(fc.nat(23)).map((list) => list.toSorted((left, right) => left - right));
const identifier = fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/);

const keyRequest = fc.record(
  {
    endorsementKey: octets(1, 400),
    endorsementCertificate: octets(1, 400),
    attestationKey: octets(1, 400),
    intermediates: fc.array(octets(1, 100), { maxLength: 4 }),
  },
  { requiredKeys: ['endorsementKey', 'attestationKey'] },
);
const keyActivation = fc.record({
  activation: identifier,
  credential: octets(1, 200),
  secret: octets(1, 300),
  expiresAt: time,
});
const keyConfirmation = fc.record({ activation: identifier, secret: octets(1, 64) });
const keyConfirmed = fc.record({
  device: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
  attestationKey: octets(3, 66),
  endorsement: fc.oneof(
    fc.record({ vendor: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/) }),
    fc.record({ problem: fc.constantFrom('certificate-chain', 'another-tpm', 'certificate-missing') }),
  ),
});
const challenge: fc.Arbitrary<ChallengeMessage> = fc.record(
  {
    nonce: octets(32, 32),
    expiresAt: time,
    pcrs: fc.record({ sha256: pcrs, sha384: pcrs }, { requiredKeys: ['sha256'] }),
    ima: fc.option(fc.record({ offset: time, resetCount: fc.nat(0xffff_ffff) })),
    runtime: fc.record(
      { wants: fc.subarray([...runtimeParts]), eventsAfter: time, salt: octets(32, 32) },
      { requiredKeys: ['wants', 'eventsAfter'] },
    ),
    deadline: time,
  },
  { requiredKeys: ['nonce', 'expiresAt', 'pcrs', 'ima', 'runtime'] },
);
const finding = fc.record({
  code: fc.constantFrom('attestation/pcr-mismatch', 'attestation/nonce-expired'),
  claim: fc.constantFrom(...claimNames),
  value: fc.integer({ min: -128, max: 127 }),
  aspect: fc.string({ maxLength: 20, unit: 'grapheme-ascii' }),
  parameters: fc.dictionary(
    fc.stringMatching(/^[a-z][A-Za-z0-9]{0,31}$/),
    fc.oneof(fc.string({ maxLength: 20 }), fc.integer()),
    { maxKeys: 16, noNullPrototype: true },
  ),
  sentence: fc.string({ maxLength: 100 }),
});
const result: fc.Arbitrary<ResultMessage> = fc.record({
  device: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
  status: fc.constantFrom(...tiers),
  vector: fc.dictionary(fc.constantFrom(...claimNames), fc.integer({ min: -128, max: 127 }), {
    noNullPrototype: true,
  }),
  findings: fc.array(finding, { maxLength: 5 }),
  ear: fc.stringMatching(/^[A-Za-z0-9_.-]{0,100}$/),
  holdsUntil: fc.option(time),
  nextBefore: time,
});

const kinds = [
  { name: 'a request for a key', arbitrary: keyRequest, encode: encodeKeyRequest, decode: decodeKeyRequest },
  {
    name: 'an activation',
    arbitrary: keyActivation,
    encode: encodeKeyActivation,
    decode: decodeKeyActivation,
  },
  {
    name: 'a confirmation',
    arbitrary: keyConfirmation,
    encode: encodeKeyConfirmation,
    decode: decodeKeyConfirmation,
  },
  {
    name: 'a confirmed key',
    arbitrary: keyConfirmed,
    encode: encodeKeyConfirmed,
    decode: decodeKeyConfirmed,
  },
  { name: 'a challenge', arbitrary: challenge, encode: encodeChallenge, decode: decodeChallenge },
  { name: 'a result', arbitrary: result, encode: encodeResult, decode: decodeResult },
] as unknown as readonly {
  name: string;
  arbitrary: fc.Arbitrary<object>;
  encode: (message: object) => Uint8Array;
  decode: (bytes: Uint8Array) => object;
}[];

const refused = (decode: () => unknown): void =>
  expect(decode).toThrow(expect.objectContaining({ code: 'attestation/message-malformed' }));

describe.each(kinds)('$name', ({ arbitrary, encode, decode }) => {
  test('is decoded to what was encoded', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        expect(decode(encode(message))).toEqual(message);
      }),
    );
  });

  test('that is changed anywhere is another message, or refused with its code', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), fc.nat(255), (message, place, octet) => {
        const bytes = Uint8Array.from(encode(message));
        bytes[place % bytes.length] = octet;
        try {
          decode(bytes);
        } catch (error) {
          if (!(error instanceof KitenError) || error.code !== 'attestation/message-malformed') throw error;
        }
      }),
    );
  });

  test('that lacks a member it has to have, or is cut, is refused', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (message, place) => {
        const bytes = encode(message);
        refused(() => decode(bytes.subarray(0, place % bytes.length)));
      }),
    );
    refused(() => decode(encodeUtf8('{}')));
    refused(() => decode(encodeUtf8('null')));
    refused(() => decode(encodeUtf8('[]')));
  });
});

describe('what a device sends', () => {
  const request = { endorsementKey: Uint8Array.of(1), attestationKey: Uint8Array.of(2) };

  test('has no members that are not known', () => {
    const text = decodeUtf8(encodeKeyRequest(request));
    refused(() => decodeKeyRequest(encodeUtf8(text.replace('{', '{"device":"pump-2",'))));
    refused(() => decodeKeyRequest(encodeUtf8(text.replace('{', '{"__proto__":{},'))));
  });

  test('is bounded in each of its parts', () => {
    refused(() => decodeKeyRequest(encodeKeyRequest({ ...request, attestationKey: new Uint8Array(2049) })));
    refused(() =>
      decodeKeyRequest(encodeKeyRequest({ ...request, endorsementCertificate: new Uint8Array(8193) })),
    );
    const intermediates = Array.from({ length: 5 }, () => Uint8Array.of(1));
    refused(() => decodeKeyRequest(encodeKeyRequest({ ...request, intermediates })));
    refused(() => decodeKeyRequest(new Uint8Array(65_537)));
    const activation = 'A'.repeat(22);
    refused(() => decodeKeyConfirmation(encodeKeyConfirmation({ activation, secret: new Uint8Array(65) })));
  });

  test('is written with octets in base64url, Buffers too', () => {
    const message = encodeKeyRequest({ ...request, attestationKey: Buffer.from([251, 255]) });
    expect(JSON.parse(decodeUtf8(message))).toEqual({ endorsementKey: 'AQ', attestationKey: '-_8' });
  });
});

describe('what a site answers', () => {
  const message = {
    nonce: toBase64Url(new Uint8Array(32)),
    expiresAt: 1,
    pcrs: { sha256: [0, 4], sha512: [1] },
    ima: null,
    runtime: { wants: ['modules', 'something-later'], eventsAfter: 0 },
    later: true,
  };
  const written = (changes: object) => encodeUtf8(JSON.stringify({ ...message, ...changes }));

  test('may say more than is known', () => {
    expect(decodeChallenge(written({}))).toEqual({
      nonce: new Uint8Array(32),
      expiresAt: 1,
      pcrs: { sha256: [0, 4] },
      ima: null,
      runtime: { wants: ['modules'], eventsAfter: 0 },
    });
  });

  test.each([
    ['registers out of order', { pcrs: { sha256: [4, 0] } }],
    ['a register twice', { pcrs: { sha256: [4, 4] } }],
    ['a register that no TPM has', { pcrs: { sha256: [24] } }],
    ['a short salt', { runtime: { wants: [], eventsAfter: 0, salt: toBase64Url(new Uint8Array(31)) } }],
    ['a short nonce', { nonce: toBase64Url(new Uint8Array(31)) }],
    ['a time that is no whole number', { expiresAt: 1.5 }],
    ['an offset below zero', { ima: { offset: -1, resetCount: 0 } }],
  ])('is refused with %s', (_what, changes) => {
    refused(() => decodeChallenge(written(changes)));
  });
});

test('a device’s topics lie below its own name', () => {
  expect(attestationTopic('pump-1', 'challenge')).toBe('$kiten/pump-1/attest/challenge');
});
