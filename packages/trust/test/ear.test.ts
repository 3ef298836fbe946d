import { createPublicKey } from 'node:crypto';
import { type AlgorithmName, encodeUtf8, fromBase64Url, type Signer, toBase64Url } from '@kiten/codec';
import fc from 'fast-check';
import { compactVerify, jwtVerify, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  composeVerdict,
  defineProfile,
  type EarClaims,
  earClaims,
  earProfile,
  earVerdictClaim,
  signEar,
  veraisonEarProfile,
  verifyEar,
} from '../src/index.ts';
import { anyHistory, anyProfile, edges, makeFinding, pump } from './arbitraries.ts';
import { newKey, type TestKey, verifyWithNode } from './keys.ts';

const key = newKey();
const site = { issuer: 'plant-7.example', developer: 'https://kiten.example', build: 'kiten 0.1.0' };
const now = 1_900_000_000_000;
const verdict = composeVerdict({
  subject: pump,
  findings: [
    makeFinding({ value: 2, at: now - 5 }, 60_000),
    makeFinding({ value: 32, claim: 'configuration', aspect: 'a', code: 'gateway/default-credential' }),
    makeFinding({ value: 32, claim: 'configuration', aspect: 'b', code: 'gateway/default-credential' }),
  ],
  edges: [],
  profile: defineProfile({ name: 'pumps', required: [] }),
  now,
});
const claims = earClaims(verdict, { ...site, policyId: 'sha256:policy' });
const code = (code: string) => expect.objectContaining({ code });
const read = (jwt: string, publicKey = key.signer.publicKey) =>
  verifyEar(jwt, verifyWithNode, publicKey, { now });

/** Figure 3 of draft-ietf-rats-ear-03. */
const figure3 = {
  eat_profile: 'tag:ietf.org,2026:rats/ear#03',
  iat: 1666529184,
  ear_verifier_id: { developer: 'https://veraison-project.org', build: 'vts 0.0.1' },
  ear_raw_evidence: 'NzQ3MjY5NzM2NTYzNzQK',
  submods: {
    PSA: {
      ear_status: 'contraindicated',
      ear_trustworthiness_vector: { 'instance-identity': 2, executables: 96, hardware: 2 },
      ear_appraisal_policy_ids: ['https://veraison.example/policy/1/60a0068d'],
    },
  },
};
const submod = figure3.submods.PSA;

/** The same in the older profile, with dots and one policy. */
const veraison = {
  eat_profile: 'tag:github.com,2023:veraison/ear',
  iat: 1666529184,
  'ear.verifier-id': figure3.ear_verifier_id,
  submods: {
    PSA: {
      'ear.status': 96,
      'ear.trustworthiness-vector': submod.ear_trustworthiness_vector,
      'ear.appraisal-policy-id': 'https://veraison.example/policy/1/60a0068d',
    },
  },
};

async function signWithJose(payload: object, header: object = {}, by: TestKey = key): Promise<string> {
  const alg = by.signer.algorithm;
  return new SignJWT(payload as Record<string, unknown>)
    .setProtectedHeader({ alg, ...header })
    .sign(by.privateKey);
}

describe('what we sign', () => {
  test('jose verifies, and finds the claims of the draft in it', async () => {
    const { payload, protectedHeader } = await jwtVerify(
      signEar(claims, key.signer, 'site-1'),
      key.publicKey,
      {
        currentDate: new Date(now),
      },
    );
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'eat+jwt', kid: 'site-1' });
    expect(payload).toEqual({
      eat_profile: earProfile,
      iss: 'plant-7.example',
      iat: now / 1000,
      exp: now / 1000 + 59,
      ear_verifier_id: { developer: site.developer, build: site.build },
      submods: {
        'device:pump-1': {
          ear_status: 'warning',
          ear_trustworthiness_vector: verdict.vector,
          ear_appraisal_policy_ids: ['sha256:policy'],
          [earVerdictClaim]: {
            epoch: 1,
            overdue: false,
            profile: 'pumps',
            findings: [
              {
                code: 'gateway/default-credential',
                claim: 'configuration',
                value: 32,
                subject: 'device:pump-1',
              },
              { code: 'attestation/measured', claim: 'executables', value: 2, subject: 'device:pump-1' },
            ],
            omitted: 0,
          },
        },
      },
    });
  });

  test('we read back, whatever the verdict', () => {
    fc.assert(
      fc.property(anyHistory, anyProfile, fc.nat(11), (findings, profile, at) => {
        const verdict = composeVerdict({ subject: pump, findings, edges, profile, now: at });
        const { expiresAt: _, ...ear }: EarClaims = earClaims(verdict, site);
        const jwt = signEar(ear, key.signer);
        expect(verifyEar(jwt, verifyWithNode, key.signer.publicKey, { now: at })).toEqual(ear);
      }),
      { numRuns: 40 },
    );
  });

  test('is a token even if the findings are thousands', () => {
    const findings = Array.from({ length: 5000 }, (_, index) =>
      makeFinding({ value: 32 + (index % 60), aspect: `${index}`, code: `gateway/finding-${index}` }),
    );
    const many = composeVerdict({
      subject: pump,
      findings,
      edges,
      profile: { name: 'x', required: [] },
      now,
    });
    const told = read(signEar(earClaims(many, site), key.signer)).submods['device:pump-1']?.verdict;
    expect(told?.findings).toHaveLength(64);
    expect(told?.omitted).toBe(5000 - 64);
    expect(told?.findings[0]?.value).toBe(91);
  });

  test('is refused if it promises more than its vector', () => {
    const submods = {
      'device:pump-1': { status: 'affirming' as const, vector: verdict.vector, policyIds: [] },
    };
    expect(() => signEar({ ...claims, submods }, key.signer)).toThrow(code('trust/ear-status-too-good'));
  });

  test('is signed with ES256 and nothing else', () => {
    expect(() => signEar(claims, newKey('EdDSA').signer)).toThrow(code('trust/ear-algorithm'));
  });
});

describe('what jose signs', () => {
  const expected = {
    issuedAt: 1666529184,
    verifierId: { developer: 'https://veraison-project.org', build: 'vts 0.0.1' },
    nonces: [],
    submods: {
      PSA: {
        status: 'contraindicated',
        vector: {
          'instance-identity': 2,
          configuration: 0,
          executables: 96,
          'file-system': 0,
          hardware: 2,
          'runtime-opaque': 0,
          'storage-opaque': 0,
          'sourced-data': 0,
        },
        policyIds: ['https://veraison.example/policy/1/60a0068d'],
      },
    },
  };

  test('we verify: the example of the draft', async () => {
    expect(read(await signWithJose(figure3))).toEqual({ profile: earProfile, ...expected });
  });

  test('we verify: the older profile, its status a number', async () => {
    expect(read(await signWithJose(veraison))).toEqual({ profile: veraisonEarProfile, ...expected });
  });

  test('we verify with Ed25519 too', async () => {
    const other = newKey('EdDSA');
    expect(read(await signWithJose(figure3, { typ: 'JWT' }, other), other.signer.publicKey).issuedAt).toBe(
      1666529184,
    );
  });

  test('nonces come through, one or several', async () => {
    const nonce = toBase64Url(new Uint8Array(32));
    expect(read(await signWithJose({ ...figure3, eat_nonce: nonce })).nonces).toEqual([nonce]);
    expect(read(await signWithJose({ ...figure3, eat_nonce: [nonce, nonce] })).nonces).toEqual([
      nonce,
      nonce,
    ]);
  });

  test('a vector may be left out, and none says less than affirming', async () => {
    const { ear_trustworthiness_vector: _, ...bare } = submod;
    expect(read(await signWithJose({ ...figure3, submods: { a: bare } })).submods.a?.vector).toBeUndefined();
    const humble = { ear_status: 'none', ear_trustworthiness_vector: { hardware: 2 } };
    expect(read(await signWithJose({ ...figure3, submods: { a: humble } })).submods.a?.status).toBe('none');
  });
});

describe('claims that are refused', () => {
  const withSubmod = (change: object) => ({ ...figure3, submods: { PSA: { ...submod, ...change } } });
  const vector = (change: object) => withSubmod({ ear_trustworthiness_vector: change });
  const extension = (change: object) =>
    withSubmod({
      [earVerdictClaim]: { epoch: 1, overdue: false, profile: 'x', findings: [], omitted: 0, ...change },
    });

  test.each<[string, object]>([
    ['trust/ear-profile', { ...figure3, eat_profile: 'tag:ietf.org,2026:rats/ear#04' }],
    ['trust/ear-profile', { ...figure3, eat_profile: undefined }],
    ['trust/ear-profile', { ...figure3, eat_profile: [earProfile] }],
    ['trust/ear-issuer', { ...figure3, iss: '' }],
    ['trust/ear-issued-at', { ...figure3, iat: undefined }],
    ['trust/ear-issued-at', { ...figure3, iat: 1666529184.5 }],
    ['trust/ear-validity', { ...figure3, exp: 1999999999.5 }],
    ['trust/ear-validity', { ...figure3, nbf: 'now' }],
    ['trust/ear-verifier-id', { ...figure3, ear_verifier_id: { developer: 'x' } }],
    [
      'trust/ear-verifier-id',
      { ...veraison, 'ear.verifier-id': undefined, ear_verifier_id: figure3.ear_verifier_id },
    ],
    ['trust/ear-nonce', { ...figure3, eat_nonce: 'short' }],
    ['trust/ear-nonce', { ...figure3, eat_nonce: [] }],
    ['trust/ear-submods', { ...figure3, submods: undefined }],
    ['trust/ear-submods', { ...figure3, submods: {} }],
    ['trust/ear-submods', { ...figure3, submods: [submod] }],
    ['trust/ear-submods', { ...figure3, submods: { PSA: 'affirming' } }],
    [
      'trust/ear-submods',
      { ...figure3, submods: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, submod])) },
    ],
    ['trust/ear-status', withSubmod({ ear_status: undefined })],
    ['trust/ear-status', withSubmod({ ear_status: 'Affirming' })],
    ['trust/ear-status', withSubmod({ ear_status: 33 })],
    ['trust/ear-status-too-good', withSubmod({ ear_status: 'affirming' })],
    ['trust/ear-status-too-good', withSubmod({ ear_status: 'warning' })],
    ['trust/ear-status-too-good', withSubmod({ ear_status: 'none' })],
    ['trust/ear-status-too-good', withSubmod({ ear_status: 2, ear_trustworthiness_vector: { hardware: 0 } })],
    ['trust/ear-status-too-good', { ...figure3, ear_status: 'affirming' }],
    ['trust/ear-vector', vector({})],
    ['trust/ear-vector', vector({ hardware: 128 })],
    ['trust/ear-vector', vector({ hardware: -129 })],
    ['trust/ear-vector', vector({ hardware: 2.5 })],
    ['trust/ear-vector', vector({ hardware: '2' })],
    ['trust/ear-vector', vector({ hardware: 2, morale: 2 })],
    ['trust/ear-policy-id', withSubmod({ ear_appraisal_policy_ids: [] })],
    ['trust/ear-policy-id', withSubmod({ ear_appraisal_policy_ids: 'one' })],
    ['trust/ear-verdict', extension({ epoch: -1 })],
    ['trust/ear-verdict', extension({ overdue: 'no' })],
    [
      'trust/ear-verdict',
      extension({ findings: [{ code: 'x', claim: 'hardware', value: 2, subject: 'lot:1' }] }),
    ],
    ['trust/ear-verdict', extension({ findings: Array(65).fill({}) })],
  ])('%s: %j', async (expected, payload) => {
    const jwt = await signWithJose(payload);
    expect(() => read(jwt)).toThrow(code(expected));
  });
});

describe('tokens that are refused', () => {
  const jwt = signEar(claims, key.signer);
  const [header, payload, signature] = jwt.split('.') as [string, string, string];
  const encode = (value: unknown) =>
    toBase64Url(encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)));
  const forge = (head: unknown, body = payload, by: Signer = key.signer) => {
    const signed = `${encode(head)}.${body}`;
    return `${signed}.${toBase64Url(by.sign(encodeUtf8(signed)))}`;
  };

  test.each<[string, string]>([
    ['trust/ear-algorithm', `${encode({ alg: 'none' })}.${payload}.`],
    ['trust/ear-algorithm', forge({ alg: 'HS256' })],
    ['trust/ear-algorithm', forge({ alg: 'RS256' })],
    ['trust/ear-algorithm', forge({ alg: 'es256' })],
    ['trust/ear-algorithm', forge({ typ: 'JWT' })],
    ['trust/ear-key', forge({ alg: 'EdDSA' })],
    ['trust/ear-key', forge({ alg: 'ES384' })],
    ['trust/ear-critical-header', forge({ alg: 'ES256', crit: ['b64'], b64: false })],
    ['trust/ear-type', forge({ alg: 'ES256', typ: 'at+jwt' })],
    ['trust/ear-malformed', forge('{"alg":"ES256","alg":"ES256"}')],
    ['trust/ear-malformed', forge('[]')],
    ['trust/ear-malformed', forge({ alg: 'ES256' }, encode('{"a":1,"a":1}'))],
    ['trust/ear-malformed', forge({ alg: 'ES256' }, encode('{} '.padEnd(4, 'x')))],
    ['trust/ear-malformed', forge({ alg: 'ES256' }, encode('['.repeat(40) + ']'.repeat(40)))],
    ['trust/ear-malformed', forge({ alg: 'ES256' }, encode('null'))],
    ['trust/ear-malformed', forge({ alg: 'ES256' }, '!')],
    ['trust/ear-malformed', `${header}.${payload}`],
    ['trust/ear-malformed', `${jwt}.`],
    ['trust/ear-malformed', `${jwt}=`],
    ['trust/ear-malformed', ''],
    ['trust/ear-too-long', `${jwt}${'A'.repeat(65_536)}`],
    ['trust/ear-signature', `${header}.${payload}.`],
    ['trust/ear-signature', forge({ alg: 'ES256' }, payload, newKey().signer)],
  ])('%s', (expected, token) => {
    expect(() => read(token)).toThrow(code(expected));
  });

  test('but not those of verifiers that sign with another curve, or EdDSA, under a key of theirs', () => {
    for (const algorithm of ['EdDSA', 'ES384'] as const) {
      const { signer } = newKey(algorithm);
      expect(read(forge({ alg: algorithm }, payload, signer), signer.publicKey)).toEqual(read(jwt));
    }
  });

  test('a key of another kind or curve', () => {
    for (const algorithm of ['EdDSA', 'ES384'] as const) {
      expect(() => read(jwt, newKey(algorithm).signer.publicKey)).toThrow(code('trust/ear-key'));
    }
  });

  test('any single bit that is turned over', () => {
    const bytes = encodeUtf8(jwt);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(6), (index, bit) => {
        const changed = bytes.map((byte, at) => (at === index ? byte ^ (1 << bit) : byte));
        expect(() => read(new TextDecoder().decode(changed))).toThrow(
          expect.objectContaining({ name: 'KitenError' }),
        );
      }),
    );
    expect(fromBase64Url(signature)).toHaveLength(64);
  });

  test('one that has expired, is from the future, or of another issuer', () => {
    const at = (time: number, issuer?: string) => () =>
      verifyEar(jwt, verifyWithNode, key.signer.publicKey, { now: time, ...(issuer && { issuer }) });
    expect(at(now + 58_999, 'plant-7.example')).not.toThrow();
    expect(at(now + 59_000)).toThrow(code('trust/ear-expired'));
    expect(at(now - 60_000)).not.toThrow();
    expect(at(now - 60_001)).toThrow(code('trust/ear-not-yet-valid'));
    expect(at(now, 'plant-8.example')).toThrow(code('trust/ear-other-issuer'));
  });

  test('nothing is parsed before the signature is known to hold', () => {
    const rejectAll = (_: AlgorithmName) => false;
    const broken = forge({ alg: 'ES256' }, encode('not json'));
    expect(() => verifyEar(broken, rejectAll, key.signer.publicKey, { now })).toThrow(
      code('trust/ear-signature'),
    );
  });
});

test('a token that Project Veraison signed verifies, its times in exponents', () => {
  // github.com/veraison/ear, ear_test.go, TestVerify_pass
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: 'usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8',
      y: 'IBOL-C3BttVivg-lSreASjpkttcsz-1rb7btKLv8EX4',
    },
  });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const token = [
    'eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9',
    'eyJlYXIudmVyaWZpZXItaWQiOnsiYnVpbGQiOiJycnRyYXAtdjEuMC4wIiwiZGV2ZWxvcGVyIjoiQWNtZSBJbmMuIn0sImVhdF9wcm9maWxlIjoidGFnOmdpdGh1Yi5jb20sMjAyMzp2ZXJhaXNvbi9lYXIiLCJpYXQiOjEuNjY2MDkxMzczZSswOSwianRpIjoiMTY1Zjg0YzY3YzE0ZTEwZDFlNGI0MzM0MDgzY2IyYTIxZDI2YmYxN2FhNjBkNWU5ZGE5ZDhmNzE3NmFjNWI2MyIsIm5iZiI6MTY3NjQ3MjcwOSwic3VibW9kcyI6eyJ0ZXN0Ijp7ImVhci5hcHByYWlzYWwtcG9saWN5LWlkIjoicG9saWN5Oi8vdGVzdC8wMTIzNCIsImVhci5zdGF0dXMiOiJhZmZpcm1pbmciLCJlYXIudmVyYWlzb24uYW5ub3RhdGVkLWV2aWRlbmNlIjp7ImsxIjoidjEiLCJrMiI6InYyIn0sImVhci52ZXJhaXNvbi5wb2xpY3ktY2xhaW1zIjp7ImJhciI6ImJheiIsImZvbyI6ImJhciJ9fX19',
    'LunlKAnUiVHZxIUr7jNnrwFlRtd7t6f6W1rzIFgcWFLdtJELKIVGkPVV5PriHh8T0uLLIEJafwvi6hmIr27aDw',
  ].join('.');
  const notBefore = 1676472709;
  expect(verifyEar(token, verifyWithNode, spki, { now: notBefore * 1000 })).toEqual({
    profile: veraisonEarProfile,
    issuedAt: 1666091373,
    notBefore,
    verifierId: { developer: 'Acme Inc.', build: 'rrtrap-v1.0.0' },
    nonces: [],
    submods: { test: { status: 'affirming', policyIds: ['policy://test/01234'] } },
  });
  const early = () => verifyEar(token, verifyWithNode, spki, { now: notBefore * 1000 - 60_001 });
  expect(early).toThrow(code('trust/ear-not-yet-valid'));
});

test('the oracle agrees on a bad signature', async () => {
  const other = newKey();
  await expect(compactVerify(signEar(claims, other.signer), key.publicKey)).rejects.toThrow();
  expect(() => read(signEar(claims, other.signer))).toThrow(code('trust/ear-signature'));
});
