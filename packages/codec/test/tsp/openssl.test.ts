import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes.ts';
import { encodePem } from '../../src/pem.ts';
import { encodeTimeStampRequest } from '../../src/tsp/request.ts';
import { grantedToken, parseTimeStampResponse } from '../../src/tsp/response.ts';
import type { VerifiedTimeStamp } from '../../src/tsp/verify-time-stamp.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import { keyPurpose } from '../../src/x509/object-identifiers.ts';
import { hasOpenssl, openssl, opensslOk } from '../openssl.ts';
import { type Holder, issue, root, stampedAt, stamper } from './certificates.ts';
import {
  defaults,
  derOf,
  keys,
  type OpensslAuthority,
  opensslAuthority,
  selfSigned,
} from './openssl-authority.ts';
import { digest, infoOf, nonce, tokenOf } from './structures.ts';
import { type Expectations, hash, refused, verified } from './verification.ts';

const request = encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce });

/** Verifies the token of an answer. */
const verifiedReply = (reply: Uint8Array, options: Expectations): Promise<VerifiedTimeStamp> =>
  verified(grantedToken(parseTimeStampResponse(reply)).der, options);

const refusedReply = (reply: Uint8Array, options: Expectations): Promise<string> =>
  refused(grantedToken(parseTimeStampResponse(reply)).der, options);

test.skipIf(!hasOpenssl)('openssl reads a request as it was meant', () => {
  const written = encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce, policy: '1.2.3.4' });
  const { said } = opensslOk(['ts', '-query', '-in', '@request', '-text'], { request: written });
  for (const line of [
    'Version: 1',
    'Hash Algorithm: sha256',
    'Policy OID: 1.2.3.4',
    `Nonce: 0x${toHex(nonce)}`,
    'Certificate required: yes',
  ]) {
    expect(said).toContain(line);
  }
  const dump = [...said.matchAll(/^ {4}[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){16})/gm)].map(([, line]) => line);
  expect(dump.join('').replace(/[ -]/g, '')).toBe(toHex(digest));
});

describe.skipIf(!hasOpenssl).each(Object.keys(keys) as (keyof typeof keys)[])(
  'an authority of openssl with %s',
  (key) => {
    let authority: OpensslAuthority;
    const expected = () => ({ digest, nonce, roots: [authority.root], now: Date.now() });

    beforeAll(() => {
      authority = opensslAuthority(key);
    });

    test('answers what both verify', async () => {
      authority = opensslAuthority(key);
      const before = Math.floor(Date.now() / 1000) * 1000;
      const reply = authority.reply(request);
      const stamp = await verifiedReply(reply, { ...expected(), policy: '1.2.3.4' });
      expect(stamp.time).toBeGreaterThanOrEqual(before);
      expect(stamp.time).toBeLessThanOrEqual(Date.now());
      expect(stamp.certificate.der).toEqual(derOf(authority.files.stamper!));
      expect(stamp.root.der).toEqual(authority.root);
      expect(authority.verify(reply, request).said).toContain('Verification: OK');
    });

    test.each([
      ['names its certificate by SHA-1', 'signer_digest = sha256\ness_cert_id_alg = sha1'],
      ['names its certificate by SHA-384', 'signer_digest = sha256\ness_cert_id_alg = sha384'],
      ['names the one between as well', `${defaults}\ness_cert_id_chain = yes`],
      ['signs with SHA-512', 'signer_digest = sha512\ness_cert_id_alg = sha512'],
    ])('%s', async (_, more) => {
      const reply = authority.reply(request, more);
      expect((await verifiedReply(reply, expected())).policy).toBe('1.2.3.4');
      expect(authority.verify(reply, request).said).toContain('Verification: OK');
    });

    test('states how accurate it is, and in what order', async () => {
      const more = `${defaults}\naccuracy = secs:1, millisecs:500, microsecs:100\nordering = yes`;
      const reply = authority.reply(request, more);
      expect((await verifiedReply(reply, expected())).accuracy).toBe(1500.1);
      expect(grantedToken(parseTimeStampResponse(reply)).ordering).toBe(true);
    });

    test('is refused with another root, by both', async () => {
      const other = selfSigned(opensslOk(['genpkey', ...keys['P-256']]).stdout.toString());
      const reply = authority.reply(request);
      expect(await refusedReply(reply, { ...expected(), roots: [derOf(other)] })).toBe('codec/tsp-untrusted');
      expect(authority.verify(reply, request, other)).toMatchObject({ status: 1 });
    });

    test('is refused if it answers another request, by both', async () => {
      const reply = authority.reply(request);
      const otherNonce = nonce.with(7, 0);
      expect(await refusedReply(reply, { ...expected(), nonce: otherNonce })).toBe('codec/tsp-nonce');
      const otherDigest = digest.with(0, digest[0]! ^ 1);
      expect(await refusedReply(reply, { ...expected(), digest: otherDigest })).toBe('codec/tsp-imprint');
      for (const different of [{ nonce: otherNonce }, { digest: otherDigest }]) {
        const other = encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce, ...different });
        expect(authority.verify(reply, other)).toMatchObject({ status: 1 });
      }
    });

    test('grants a policy or refuses it', async () => {
      const asking = (policy: string) => encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce, policy });
      const stamp = await verifiedReply(authority.reply(asking('1.2.3.5')), {
        ...expected(),
        policy: '1.2.3.5',
      });
      expect(stamp.policy).toBe('1.2.3.5');
      expect(parseTimeStampResponse(authority.reply(asking('1.2.3.6')))).toMatchObject({
        status: 'rejection',
        failures: ['unacceptedPolicy'],
        text: ['Requested policy is not supported.'],
      });
    });

    test('refuses a hash that it does not stamp, and stamps another', async () => {
      const long = hash('SHA-512', digest) as Uint8Array;
      const reply = authority.reply(encodeTimeStampRequest({ hash: 'SHA-512', digest: long, nonce }));
      expect((await verifiedReply(reply, { ...expected(), digest: long })).policy).toBe('1.2.3.4');
      const middle = hash('SHA-384', digest) as Uint8Array;
      expect(
        parseTimeStampResponse(
          authority.reply(encodeTimeStampRequest({ hash: 'SHA-384', digest: middle, nonce })),
        ),
      ).toMatchObject({ status: 'rejection', failures: ['badAlg'] });
    });

    test('leaves its certificates out if it is asked to', async () => {
      const asking = encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce, certificates: false });
      const reply = authority.reply(asking);
      expect(await refusedReply(reply, expected())).toBe('codec/tsp-signer-missing');
      const certificates = [derOf(authority.files.chain!), derOf(authority.files.stamper!)];
      expect((await verifiedReply(reply, { ...expected(), certificates })).policy).toBe('1.2.3.4');
    });

    test('may grant with modifications, which is no part of what it signs', async () => {
      const reply = authority.reply(request);
      // PKIStatus lies behind the two headers of the answer and the one of the status.
      expect(toHex(reply.subarray(4, 9))).toBe('3003020100');
      const modified = reply.with(8, 1);
      expect(opensslOk(['ts', '-reply', '-in', '@reply', '-text'], { reply: modified }).said).toContain(
        'Granted with modifications',
      );
      expect(parseTimeStampResponse(modified).status).toBe('grantedWithMods');
      expect((await verifiedReply(modified, expected())).policy).toBe('1.2.3.4');
    });
  },
);

describe.skipIf(!hasOpenssl)('a token of the tests own making', () => {
  const anchor = root();
  const check = (token: Uint8Array) =>
    openssl(
      [
        'ts',
        '-verify',
        '-in',
        '@token',
        '-token_in',
        '-queryfile',
        '@request',
        '-CAfile',
        '@root',
        '-attime',
        String(stampedAt / 1000),
      ],
      {
        ...{ token, request, root: encodePem('CERTIFICATE', anchor.der) },
      },
    );

  test.each(['ES256', 'ES384', 'RS256', 'RS512'] as const)(
    'with %s is one to openssl too',
    async (algorithm) => {
      const token = tokenOf(stamper(anchor, algorithm));
      expect(check(token).said).toContain('Verification: OK');
      expect((await verified(token, { digest, nonce, roots: [anchor.der] })).policy).toBe('1.2.3.4');
    },
  );

  test.each([
    ['for another purpose', [keyPurpose.codeSigning], true],
    ['for two purposes', [keyPurpose.timeStamping, keyPurpose.codeSigning], true],
    ['for a purpose that is not critical', [keyPurpose.timeStamping], false],
  ])('of an authority %s is refused by both', async (_, purposes, critical) => {
    const extensions = [extendedKeyUsageExtension(purposes, critical)];
    const token = tokenOf(issue({ name: 'stamper', issuer: anchor, extensions }));
    expect(check(token)).toMatchObject({ status: 1 });
    expect(await refused(token, { digest, roots: [anchor.der] })).toBe('codec/tsp-extended-key-usage');
  });
});

describe.skipIf(!hasOpenssl)('a token signed by openssl cms', () => {
  const anchor = root();
  const sign = (holder: Holder, ...options: string[]) => {
    const type = [
      '-econtent_type',
      '1.2.840.113549.1.9.16.1.4',
      '-nodetach',
      '-binary',
      '-nosmimecap',
      '-cades',
    ];
    const signer = ['-signer', '@stamper', '-inkey', '@key', '-in', '@info', '-outform', 'DER'];
    return new Uint8Array(
      opensslOk(['cms', '-sign', ...type, ...signer, ...options], {
        ...{ info: infoOf(), stamper: encodePem('CERTIFICATE', holder.der), key: holder.key.privatePem },
      }).stdout,
    );
  };

  test.each([
    ['SHA-256', 'PS256', []],
    ['SHA-384', 'PS384', []],
    ['SHA-512', 'PS512', []],
    ['SHA-256', 'PS256', ['-keyid']],
  ] as const)('with RSASSA-PSS and %s verifies', async (name, algorithm, more) => {
    const pss = ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:digest', ...more];
    const holder = stamper(anchor, algorithm);
    const token = sign(holder, '-md', name.replace('-', '').toLowerCase(), ...pss);
    expect((await verified(token, { digest, nonce, roots: [anchor.der] })).policy).toBe('1.2.3.4');
  });

  test('with a longer salt than the digest is refused', async () => {
    const pss = ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:max'];
    expect(
      await refused(sign(stamper(anchor, 'PS256'), '-md', 'sha256', ...pss), { digest, roots: [anchor.der] }),
    ).toBe('codec/cms-signature-algorithm');
  });
});
