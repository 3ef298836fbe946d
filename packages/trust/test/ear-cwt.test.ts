import {
  CborTag,
  type CborValue,
  decodeCbor,
  decodeSign1,
  encodeCbor,
  encodeSign1,
  toBase64Url,
} from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  composeVerdict,
  earClaims,
  earToCbor,
  parseEar,
  parseEarCbor,
  signEarCwt,
  verifyEarCwt,
} from '../src/index.ts';
import { anyHistory, anyProfile, edges, pump } from './arbitraries.ts';
import { newKey, verifyWithNode } from './keys.ts';

const key = newKey();
const now = 1_900_000_000_000;
const site = { issuer: 'plant-7.example', developer: 'https://kiten.example', build: 'kiten 0.1.0' };
const code = (code: string) => expect.objectContaining({ code });
const read = (bytes: Uint8Array, publicKey = key.signer.publicKey) =>
  verifyEarCwt(bytes, verifyWithNode, publicKey, { now });

/** Figure 5 of draft-ietf-rats-ear-03. */
const figure5 = new Map<CborValue, CborValue>([
  [265, 'tag:ietf.org,2026:rats/ear#03'],
  [6, 1666529184],
  [
    1004,
    new Map([
      [0, 'https://veraison-project.org'],
      [1, 'vts 0.0.1'],
    ]),
  ],
  [1002, new Uint8Array(11)],
  [
    266,
    new Map([
      [
        'PSA',
        new Map<CborValue, CborValue>([
          [1000, 96],
          [
            1001,
            new Map([
              [0, 2],
              [2, 96],
              [4, 2],
            ]),
          ],
          [1003, ['https://veraison.example/policy/1/60a0068d']],
        ]),
      ],
    ]),
  ],
]);

test('the example of the draft says in CBOR what it says in JSON', () => {
  expect(parseEarCbor(figure5)).toEqual(
    parseEar({
      eat_profile: 'tag:ietf.org,2026:rats/ear#03',
      iat: 1666529184,
      ear_verifier_id: { developer: 'https://veraison-project.org', build: 'vts 0.0.1' },
      submods: {
        PSA: {
          ear_status: 'contraindicated',
          ear_trustworthiness_vector: { 'instance-identity': 2, executables: 96, hardware: 2 },
          ear_appraisal_policy_ids: ['https://veraison.example/policy/1/60a0068d'],
        },
      },
    }),
  );
});

test('any verdict comes back as it was signed', () => {
  fc.assert(
    fc.property(
      anyHistory,
      anyProfile,
      fc.uint8Array({ minLength: 8, maxLength: 64 }),
      (findings, profile, nonce) => {
        const verdict = composeVerdict({ subject: pump, findings, edges, profile, now });
        const claims = earClaims(verdict, {
          ...site,
          policyId: 'p',
          issuedAt: now,
          nonce: toBase64Url(nonce),
        });
        const { expiresAt: _, ...lasting } = claims;
        expect(parseEarCbor(decodeCbor(encodeCbor(earToCbor(claims))))).toEqual(claims);
        expect(read(signEarCwt(lasting, key.signer))).toEqual(lasting);
      },
    ),
    { numRuns: 50 },
  );
});

describe('a CWT that is no EAR of ours', () => {
  const sign = (payload: CborValue, header: [CborValue, CborValue][] = []) =>
    encodeSign1({ protectedHeader: new Map(header), payload: encodeCbor(payload) }, key.signer);

  test('is refused with what is wrong', () => {
    const good = sign(figure5);
    expect(read(good).issuedAt).toBe(1666529184);
    const tagged = encodeCbor(new CborTag(61, decodeCbor(good)));
    expect(read(tagged).issuedAt).toBe(1666529184);
    expect(() => read(good.with(good.length - 1, good.at(-1)! ^ 1))).toThrow(code('trust/ear-signature'));
    expect(() => read(good, newKey().signer.publicKey)).toThrow(code('trust/ear-signature'));
    expect(() => read(good.subarray(2))).toThrow(code('trust/ear-malformed'));
    expect(() => read(new Uint8Array(70_000))).toThrow(code('trust/ear-too-long'));
    expect(() => read(sign(figure5, [[16, 'application/at+cwt']]))).toThrow(code('trust/ear-type'));
    expect(() => read(sign([1]))).toThrow(code('trust/ear-malformed'));
    expect(() => read(sign(new Map<CborValue, CborValue>([...figure5, [4, 1]])))).toThrow(
      code('trust/ear-expired'),
    );
    expect(() => read(sign(new Map<CborValue, CborValue>([...figure5, [6, 4e9]])))).toThrow(
      code('trust/ear-not-yet-valid'),
    );
    expect(() => read(sign(new Map<CborValue, CborValue>([...figure5, [265, 'x']])))).toThrow(
      code('trust/ear-profile'),
    );
    expect(() => read(sign(new Map<CborValue, CborValue>([...figure5, [1000, 2]])))).toThrow(
      code('trust/ear-status-too-good'),
    );
    expect(decodeSign1(good).payload).toEqual(encodeCbor(figure5));
  });

  test('whatever its octets are, is refused with a code of this package', () => {
    const good = sign(figure5);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        expect(() => read(good.with(index, good[index]! ^ change))).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^trust\/ear-/) }),
        );
      }),
      { numRuns: 300 },
    );
  });
});
