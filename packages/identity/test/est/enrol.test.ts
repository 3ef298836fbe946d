import {
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  KitenError,
  parseCertificate,
  toBase64,
  toHex,
} from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateSigner, hashToken, publicKeyDigest } from '../../src/index.ts';
import {
  basic,
  certificateIn,
  certificatesIn,
  createSite,
  csrFor,
  day,
  device,
  enrolled,
  enrolment,
  hour,
  outcome,
  problemIn,
  request,
  start,
} from '../fixtures.ts';

describe('simpleenroll with a one-time token', () => {
  test('issues one certificate for the device, alone in its message, and takes the token', async () => {
    const site = createSite();
    const signer = generateSigner('ES256');
    const token = await site.token({ device: 'pump-1', group: 'pumps' });
    const answer = await site.est.handle(
      enrolment('simpleenroll', csrFor('pump-1', signer), { authorization: basic('pump-1', token) }),
    );
    expect(answer.headers).toEqual({
      'Content-Type': 'application/pkcs7-mime; smime-type=certs-only',
      'Content-Transfer-Encoding': 'base64',
      'Cache-Control': 'no-store',
    });
    expect(certificatesIn(answer)).toHaveLength(1);
    const certificate = certificateIn(answer);
    const serial = toHex(certificate.serialNumber);
    expect(certificate.publicKey).toEqual(signer.publicKey);
    expect(certificate.subjectAlternativeNames).toEqual([
      { kind: 'uri', value: 'spiffe://plant-7.example/device/pump-1' },
    ]);
    expect(await site.register.device(device('pump-1'))).toEqual({
      id: 'pump-1',
      standing: 'admitted',
      standingSince: start,
      groups: ['pumps'],
      certificates: [
        { serial, publicKeyDigest: publicKeyDigest(signer.publicKey), notAfter: certificate.notAfter },
      ],
    });
    expect((await site.register.find(hashToken(token)))?.used).toEqual({
      at: start,
      device: 'pump-1',
      serial,
    });
    expect(site.register.events).toEqual([
      {
        type: 'device/enrolled',
        at: start,
        actor: 'device:pump-1',
        subject: { kind: 'device', id: 'pump-1' },
        data: {
          method: 'token',
          serial,
          publicKey: `sha256:${publicKeyDigest(signer.publicKey)}`,
          notAfter: start + 90 * day,
        },
      },
    ]);
    expect(site.refusals).toEqual([]);
  });

  test.each([
    ['line breaks of LF', (text: string) => text.replace(/.{64}/g, '$&\n')],
    ['line breaks of CR LF at 76', (text: string) => `${text.replace(/.{76}/g, '$&\r\n')}\r\n`],
    ['blanks and tabs', (text: string) => ` \t${text.replace(/.{10}/g, '$& \t')}\n\n`],
  ])('takes base64 with %s', async (_, layOut) => {
    const site = createSite();
    const token = await site.token({ device: 'pump-1' });
    const body = encodeUtf8(layOut(toBase64(csrFor('pump-1', generateSigner('ES256')))));
    const headers = {
      'content-type': 'Application/PKCS10; charset=utf-8',
      authorization: basic('pump-1', token),
    };
    expect(outcome(await site.est.handle(request('simpleenroll', { headers, body })))).toBe('200');
  });

  test('ignores Content-Transfer-Encoding, a challengePassword, and the case of the scheme', async () => {
    const site = createSite();
    const token = await site.token({ device: 'pump-1' });
    const csr = csrFor('pump-1', generateSigner('ES256'), {
      challengePassword: 'tls-unique-of-some-tls-1.2',
    });
    const asked = enrolment('simpleenroll', csr);
    const headers = {
      ...asked.headers,
      'content-transfer-encoding': 'binary',
      authorization: basic('pump-1', token).replace('Basic', 'bASIC'),
    };
    expect(outcome(await site.est.handle({ ...asked, headers }))).toBe('200');
  });

  test('fills in the names that the request leaves out, and takes the right SPIFFE ID', async () => {
    const site = createSite();
    for (const subject of [
      [],
      [{ type: 'O', value: 'ACME' } as const],
      [{ type: 'O', value: 'ACME' } as const, { type: 'CN', value: 'pump-1' } as const],
    ]) {
      const token = await site.token({ device: 'pump-1' });
      const csr = csrFor('', generateSigner('ES256'), { subject });
      const answer = await site.est.handle(
        enrolment('simpleenroll', csr, { authorization: basic('pump-1', token) }),
      );
      expect(certificateIn(answer).subject).toEqual([{ type: 'CN', value: 'pump-1' }]);
    }
  });

  test('with a token of a group enrols any new device into it, and no device that is there already', async () => {
    const site = createSite();
    const attempt = async (id: string) => {
      const token = await site.token({ group: 'pumps' });
      return outcome(
        await site.est.handle(
          enrolment('simpleenroll', csrFor(id, generateSigner('ES256')), { authorization: basic(id, token) }),
        ),
      );
    };
    expect(await attempt('pump-9')).toBe('200');
    expect((await site.register.device(device('pump-9')))?.groups).toEqual(['pumps']);
    expect(await attempt('pump-9')).toBe('409 identity/token-known-device');
    // A name that waits for its device, with rights that the token does not carry, is taken too.
    const awaited = {
      id: device('valve-1'),
      standing: 'admitted',
      standingSince: start,
      groups: ['controllers'],
    } as const;
    site.register.add({ ...awaited, certificates: [] });
    expect(await attempt('valve-1')).toBe('409 identity/token-known-device');
    await enrolled(site, 'valve-1');
    expect((await site.register.device(device('valve-1')))?.groups).toEqual(['controllers']);
  });

  test('of parallel requests with one token lets exactly one through, whatever their keys', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.boolean(),
        fc.boolean(),
        async (count, sameKey, group) => {
          const site = createSite();
          const token = await site.token(group ? { group: 'pumps' } : { device: 'pump-1' });
          const shared = generateSigner('ES256');
          const answers = await Promise.all(
            Array.from({ length: count }, async (_, at) => {
              const id = group ? `pump-${at}` : 'pump-1';
              const csr = csrFor(id, sameKey && !group ? shared : generateSigner('ES256'));
              await Promise.resolve();
              return outcome(
                await site.est.handle(enrolment('simpleenroll', csr, { authorization: basic(id, token) })),
              );
            }),
          );
          expect(answers.filter((one) => one === '200')).toHaveLength(1);
          expect(answers.filter((one) => one === '401 identity/token-used')).toHaveLength(count - 1);
          expect(site.register.events).toHaveLength(1);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('keeps the token when the enrolment fails for another reason', async () => {
    const site = createSite();
    const token = await site.token({ device: 'pump-1' });
    const authorization = basic('pump-1', token);
    const wrong = csrFor('pump-2', generateSigner('ES256'));
    expect(outcome(await site.est.handle(enrolment('simpleenroll', wrong, { authorization })))).toBe(
      '400 identity/request-subject',
    );
    const right = csrFor('pump-1', generateSigner('ES256'));
    expect(outcome(await site.est.handle(enrolment('simpleenroll', right, { authorization })))).toBe('200');
    expect(outcome(await site.est.handle(enrolment('simpleenroll', right, { authorization })))).toBe(
      '401 identity/token-used',
    );
  });

  test('gives no certificate when the register could not record it', async () => {
    const site = createSite();
    const full = {
      ...site.register,
      enrol: () => Promise.reject(new KitenError('kiten/disk-full', 'No space left.')),
    };
    const broken = createSite({ register: full, tokens: site.register });
    const token = await site.token({ device: 'pump-1' });
    const asked = enrolment('simpleenroll', csrFor('pump-1', generateSigner('ES256')), {
      authorization: basic('pump-1', token),
    });
    await expect(broken.est.handle(asked)).rejects.toMatchObject({ code: 'kiten/disk-full' });
    expect((await site.register.find(hashToken(token)))?.used).toBeUndefined();
  });

  test('never issues for a request that was changed anywhere', async () => {
    const site = createSite({
      limits: { address: { burst: 1e6, perMinute: 1 }, credential: { burst: 1e6, perMinute: 1 } },
    });
    const authorization = basic('pump-1', await site.token({ device: 'pump-1' }));
    const csr = csrFor('pump-1', generateSigner('ES256'));
    await fc.assert(
      fc.asyncProperty(fc.nat(csr.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const mutant = csr.slice();
        mutant[at]! ^= change;
        const answer = await site.est.handle(enrolment('simpleenroll', mutant, { authorization }));
        expect(answer.status).toBe(400);
        expect(problemIn(answer).code).toMatch(/^identity\/(request|key)-/);
      }),
      { numRuns: 150 },
    );
    expect(site.register.events).toEqual([]);
  });

  test('answers any body with a certificate or a problem', async () => {
    const site = createSite({
      limits: { address: { burst: 1e6, perMinute: 1 }, credential: { burst: 1e6, perMinute: 1 } },
    });
    const authorization = basic('pump-1', await site.token({ device: 'pump-1' }));
    const headers = { 'content-type': 'application/pkcs10', authorization };
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), fc.base64String().map(encodeUtf8)), async (body) => {
        const answer = await site.est.handle({ ...request('simpleenroll'), method: 'POST', headers, body });
        expect(answer.status).toBe(400);
      }),
      { numRuns: 150 },
    );
  });

  test('asks the site’s policy last, before signing', async () => {
    const asked: unknown[] = [];
    const site = createSite({
      permit: async (question) => {
        asked.push(question);
        return new KitenError('policy/denied', 'Policy “no-enrolment-at-night” forbids it.');
      },
    });
    const token = await site.token({ device: 'pump-1' });
    const answer = await site.est.handle(
      enrolment('simpleenroll', csrFor('pump-1', generateSigner('ES256')), {
        authorization: basic('pump-1', token),
      }),
    );
    expect(problemIn(answer)).toMatchObject({ status: 403, code: 'policy/denied' });
    expect(asked).toEqual([{ action: 'enrol', device: 'pump-1', method: 'token' }]);
    expect(site.register.events).toEqual([]);
  });
});

describe('a revoked device', () => {
  test('comes back only by a token from after its revocation, with a new key', async () => {
    const site = createSite();
    const { signer } = await enrolled(site, 'pump-1');
    const stolen = await site.token({ device: 'pump-1' });
    site.clock.advance(hour / 2);
    site.register.setStanding(device('pump-1'), 'revoked', site.clock.now());
    const enrol = async (token: string, key = generateSigner('ES256')) =>
      outcome(
        await site.est.handle(
          enrolment('simpleenroll', csrFor('pump-1', key), { authorization: basic('pump-1', token) }),
        ),
      );
    expect(await enrol(stolen)).toBe('403 identity/device-revoked');
    site.clock.advance(1);
    const fresh = await site.token({ device: 'pump-1' });
    expect(await enrol(fresh, signer)).toBe('403 identity/key-revoked');
    expect(await enrol(fresh)).toBe('200');
    expect((await site.register.device(device('pump-1')))?.standing).toBe('admitted');
  });

  test('that is quarantined instead enrols and stays quarantined', async () => {
    const site = createSite();
    await enrolled(site, 'pump-1');
    site.register.setStanding(device('pump-1'), 'quarantined', start);
    await enrolled(site, 'pump-1');
    expect((await site.register.device(device('pump-1')))?.standing).toBe('quarantined');
  });
});

describe('cacerts', () => {
  test('carries root and issuing CA, in lines that any decoder takes', async () => {
    const site = createSite();
    const answer = await site.est.handle(request('cacerts'));
    expect(answer.headers['Content-Type']).toBe('application/pkcs7-mime');
    expect(decodeUtf8(answer.body)).toMatch(/^([A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n$/);
    const certificates = certificatesIn(answer);
    expect(certificates).toHaveLength(2);
    for (const der of [site.root.der, site.certificate]) {
      expect(certificates.some((one) => equalBytes(one, der))).toBe(true);
    }
    expect(certificates.map((der) => parseCertificate(der).basicConstraints?.ca)).toEqual([true, true]);
  });
});
