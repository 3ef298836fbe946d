import { encodeUtf8, manualClock, subjectAlternativeNameExtension, toBase64 } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import { createToken, generateSigner } from '../../src/index.ts';
import {
  basic,
  createSite,
  csrFor,
  enrolled,
  enrolment,
  hour,
  outcome,
  problemIn,
  random,
  request,
  start,
} from '../fixtures.ts';

const signer = generateSigner('ES256');
const csr = csrFor('pump-1', signer);

describe('a request that is not EST', () => {
  test.each([
    ['GET', '/.well-known/est/nothing', '404 identity/est-unknown'],
    ['GET', '/.well-known/est/', '404 identity/est-unknown'],
    ['GET', '/.well-known/est', '404 identity/est-unknown'],
    ['GET', '/.well-known/est/constructor', '404 identity/est-unknown'],
    ['GET', '/.well-known/est/cacerts/', '404 identity/est-label'],
    ['GET', '/.well-known/est/plant-7/cacerts', '404 identity/est-label'],
    ['POST', '/.well-known/est/cacerts', '405 identity/est-method'],
    ['HEAD', '/.well-known/est/cacerts', '405 identity/est-method'],
    ['GET', '/.well-known/est/simpleenroll', '405 identity/est-method'],
    ['PUT', '/.well-known/est/simplereenroll', '405 identity/est-method'],
    ['POST', '/.well-known/est/serverkeygen', '501 identity/est-serverkeygen'],
    ['POST', '/.well-known/est/fullcmc', '501 identity/est-fullcmc'],
  ])('%s %s gets %s', async (method, path, expected) => {
    const site = createSite();
    const answer = await site.est.handle({ ...request('cacerts'), method, path });
    expect(outcome(answer)).toBe(expected);
    expect(answer.headers['Content-Type']).toBe('application/problem+json');
    if (answer.status === 405) {
      expect(answer.headers.Allow).toBe(path.endsWith('s') ? 'GET' : 'POST');
    }
    expect(site.refusals).toEqual([
      {
        status: answer.status,
        code: problemIn(answer).code,
        message: problemIn(answer).detail,
        method,
        path,
        remoteAddress: '192.0.2.7',
        at: start,
      },
    ]);
  });
});

describe('simpleenroll refuses', () => {
  const good = async () => {
    const site = createSite();
    return { site, authorization: basic('pump-1', await site.token({ device: 'pump-1' })) };
  };

  test.each([
    ['no media type', {}, csr, '415 identity/request-media-type'],
    [
      'the media type of forms',
      { 'content-type': 'application/x-www-form-urlencoded' },
      csr,
      '415 identity/request-media-type',
    ],
    [
      'a longer media type',
      { 'content-type': 'application/pkcs10x' },
      csr,
      '415 identity/request-media-type',
    ],
  ])('%s', async (_, headers, body, expected) => {
    const { site, authorization } = await good();
    const asked = request('simpleenroll', {
      body: encodeUtf8(toBase64(body)),
      headers: { ...headers, authorization },
    });
    expect(outcome(await site.est.handle(asked))).toBe(expected);
  });

  test.each([
    ['an empty body', new Uint8Array(), '400 identity/request-malformed'],
    [
      'PEM',
      encodeUtf8(`-----BEGIN CERTIFICATE REQUEST-----\n${toBase64(csr)}\n`),
      '400 identity/request-base64',
    ],
    ['raw DER', csr, '400 identity/request-base64'],
    ['base64url', encodeUtf8('-_-_'), '400 identity/request-base64'],
    ['base64 of something else', encodeUtf8(toBase64(encodeUtf8('hello'))), '400 identity/request-malformed'],
    ['a request cut short', encodeUtf8(toBase64(csr.subarray(0, 100))), '400 identity/request-malformed'],
    [
      'a request with octets behind it',
      encodeUtf8(toBase64(Uint8Array.from([...csr, 0]))),
      '400 identity/request-malformed',
    ],
    ['a body over 16 KiB', encodeUtf8('A'.repeat(16 * 1024 + 1)), '413 identity/request-too-large'],
  ])('%s', async (_, body, expected) => {
    const { site, authorization } = await good();
    const headers = { 'content-type': 'application/pkcs10', authorization };
    const answer = await site.est.handle({ ...request('simpleenroll'), method: 'POST', headers, body });
    expect(outcome(answer)).toBe(expected);
    if (answer.status === 400) expect(problemIn(answer).cause).toMatch(/^codec\//);
  });

  test('PEM and raw DER with the command that mends it', async () => {
    const { site, authorization } = await good();
    const headers = { 'content-type': 'application/pkcs10', authorization };
    for (const body of [encodeUtf8('-----BEGIN CERTIFICATE REQUEST-----\nMII\n'), csr]) {
      const answer = await site.est.handle(request('simpleenroll', { headers, body }));
      expect(problemIn(answer).detail).toContain('openssl req -in device.csr -outform DER | base64');
    }
  });

  const spiffe = 'spiffe://plant-7.example/device/pump-1';
  const san = (...names: Parameters<typeof subjectAlternativeNameExtension>[0]) => ({
    extensions: [subjectAlternativeNameExtension(names)],
  });
  test.each([
    ['another CN', csrFor('pump-2', signer), '400 identity/request-subject'],
    ['the CN in other letters', csrFor('PUMP-1', signer), '400 identity/request-subject'],
    [
      'two CNs',
      csrFor('', signer, {
        subject: [
          { type: 'CN', value: 'pump-1' },
          { type: 'CN', value: 'pump-1' },
        ],
      }),
      '400 identity/request-subject',
    ],
    [
      'a DNS name',
      csrFor('pump-1', signer, san({ kind: 'dns', value: 'pump-1' })),
      '400 identity/request-alternative-name',
    ],
    [
      'another SPIFFE ID',
      csrFor('pump-1', signer, san({ kind: 'uri', value: `${spiffe}0` })),
      '400 identity/request-alternative-name',
    ],
    [
      'a second name',
      csrFor(
        'pump-1',
        signer,
        san({ kind: 'uri', value: spiffe }, { kind: 'ip', bytes: Uint8Array.of(127, 0, 0, 1) }),
      ),
      '400 identity/request-alternative-name',
    ],
    [
      'the right SPIFFE ID twice',
      csrFor('pump-1', signer, san({ kind: 'uri', value: spiffe }, { kind: 'uri', value: spiffe })),
      '400 identity/request-alternative-name',
    ],
    [
      'a signature by another key',
      csrFor('pump-1', { ...signer, sign: generateSigner('ES256').sign }),
      '400 identity/request-signature',
    ],
    [
      'a wish for another name',
      csrFor('pump-1', signer, {
        attributes: [{ oid: '1.3.6.1.5.5.7.7.36', values: [Uint8Array.of(0x30, 0)] }],
      }),
      '400 identity/request-rename',
    ],
    ['nothing, with the right names', csrFor('pump-1', signer, san({ kind: 'uri', value: spiffe })), '200'],
  ])('%s', async (_, body, expected) => {
    const { site, authorization } = await good();
    expect(outcome(await site.est.handle(enrolment('simpleenroll', body, { authorization })))).toBe(expected);
    expect(site.register.events).toHaveLength(expected === '200' ? 1 : 0);
  });

  test.each([
    ['no credentials', () => undefined, 'identity/enrolment-unauthenticated'],
    ['another scheme', () => 'Bearer abc', 'identity/authorization-scheme'],
    ['nothing behind the scheme', () => 'Basic', 'identity/authorization-scheme'],
    ['credentials that are not base64', () => 'Basic ***', 'identity/authorization-malformed'],
    [
      'credentials that are not UTF-8',
      () => `Basic ${toBase64(Uint8Array.of(0xff, 0x3a))}`,
      'identity/authorization-malformed',
    ],
    [
      'credentials without a colon',
      () => `Basic ${toBase64(encodeUtf8('pump-1'))}`,
      'identity/authorization-malformed',
    ],
    [
      'a user name that is no device id',
      (token: string) => basic('pump 1', token),
      'identity/authorization-malformed',
    ],
    ['no user name', (token: string) => basic('', token), 'identity/authorization-malformed'],
    ['a password that is no token', () => basic('pump-1', 'admin'), 'identity/token-unknown'],
    ['no password', () => basic('pump-1', ''), 'identity/token-unknown'],
    ['a token of another site', () => basic('pump-1', `kt_${'a'.repeat(43)}`), 'identity/token-unknown'],
    [
      'a token with something behind it',
      (token: string) => basic('pump-1', `${token}:x`),
      'identity/token-unknown',
    ],
    ['a token of another device', (token: string) => basic('pump-2', token), 'identity/token-wrong-device'],
  ])('%s', async (_, authorize, code) => {
    const site = createSite();
    const authorization = authorize(await site.token({ device: 'pump-1' }));
    const answer = await site.est.handle(
      enrolment('simpleenroll', csr, authorization === undefined ? {} : { authorization }),
    );
    expect(outcome(answer)).toBe(`401 ${code}`);
    expect(answer.headers['WWW-Authenticate']).toBe('Basic realm="Kiten enrolment", charset="UTF-8"');
  });

  test('a token that is expired, withdrawn or used', async () => {
    const site = createSite();
    const expired = await site.token({ device: 'pump-1' });
    site.clock.advance(hour);
    const { record, token: withdrawn } = await createToken(
      { device: 'pump-1', createdBy: 'operator:ann' },
      { tokens: site.register, clock: site.clock, random },
    );
    await site.register.revoke(record.hash, start);
    const { token: used } = await enrolled(site, 'pump-1');
    for (const [token, code] of [
      [expired, 'expired'],
      [withdrawn, 'revoked'],
      [used, 'used'],
    ] as const) {
      const answer = await site.est.handle(
        enrolment('simpleenroll', csr, { authorization: basic('pump-1', token) }),
      );
      expect(outcome(answer)).toBe(`401 identity/token-${code}`);
    }
  });

  test('a key that another device has, now or earlier', async () => {
    const site = createSite();
    await enrolled(site, 'pump-1', signer);
    await enrolled(site, 'pump-1');
    const authorization = basic('pump-2', await site.token({ device: 'pump-2' }));
    const answer = await site.est.handle(
      enrolment('simpleenroll', csrFor('pump-2', signer), { authorization }),
    );
    expect(outcome(answer)).toBe('409 identity/key-in-use');
  });

  test.each(['localhost', 'LocalHost', 'plant-7.example', '127.0.0.1', 'broker.plant'])(
    'the site’s own name %s',
    async (id) => {
      const site = createSite();
      site.authority.issueServer({
        publicKey: signer.publicKey,
        dnsNames: ['localhost', 'Broker.plant'],
        ipAddresses: ['127.0.0.1'],
      });
      const authorization = basic(id, await site.token({ device: id }));
      const answer = await site.est.handle(
        enrolment('simpleenroll', csrFor(id, generateSigner('ES256')), { authorization }),
      );
      expect(outcome(answer)).toBe('403 identity/device-id-reserved');
    },
  );

  test('to sign when the CA has expired', async () => {
    const site = createSite();
    site.clock.set(site.authority.issuer.notAfter);
    const authorization = basic('pump-1', await site.token({ device: 'pump-1' }));
    const answer = await site.est.handle(enrolment('simpleenroll', csr, { authorization }));
    expect(outcome(answer)).toBe('503 identity/authority-expired');
  });
});

describe('rate limits', () => {
  const guess = (address: string) =>
    enrolment('simpleenroll', csr, { authorization: basic('pump-1', 'wrong'), remoteAddress: address });

  test('stop an address that is refused again and again, and let the others work', async () => {
    const site = createSite({ limits: { address: { burst: 3, perMinute: 6 } } });
    const codes = [];
    for (let at = 0; at < 4; at += 1) codes.push(outcome(await site.est.handle(guess('2001:db8::1'))));
    expect(codes).toEqual([
      ...Array<string>(3).fill('401 identity/token-unknown'),
      '429 identity/rate-limited',
    ]);
    const answer = await site.est.handle(guess('2001:db8::2'));
    expect(answer.headers['Retry-After']).toBe('10');
    expect(outcome(await site.est.handle(guess('192.0.2.9')))).toBe('401 identity/token-unknown');
    expect(outcome(await site.est.handle(request('cacerts', { remoteAddress: '2001:db8::1' })))).toBe('200');
    site.clock.advance(10_000);
    expect(outcome(await site.est.handle(guess('2001:db8::1')))).toBe('401 identity/token-unknown');
  });

  test('do not count enrolments that succeed', async () => {
    const site = createSite({ limits: { address: { burst: 1, perMinute: 1 } } });
    for (let at = 0; at < 5; at += 1) await enrolled(site, `pump-${at}`);
  });

  test('bound what one token and one device can ask for', async () => {
    const site = createSite({
      limits: { credential: { burst: 2, perMinute: 1 }, device: { burst: 2, perMinute: 1 } },
    });
    const authorization = basic('pump-1', await site.token({ device: 'pump-1' }));
    const wrong = enrolment('simpleenroll', csrFor('pump-2', signer), { authorization });
    for (let at = 0; at < 2; at += 1) expect((await site.est.handle(wrong)).status).toBe(400);
    expect(outcome(await site.est.handle(wrong))).toBe('429 identity/rate-limited');
    await enrolled(site, 'pump-3');
    await enrolled(site, 'pump-3');
    await expect(enrolled(site, 'pump-3')).rejects.toThrow('identity/rate-limited');
  });
});

test('a refusal is reported with the device that the client claims to be, and without its token', async () => {
  const site = createSite();
  const token = await site.token({ device: 'pump-1' });
  await site.est.handle(enrolment('simpleenroll', csr, { authorization: basic('pump-2', token) }));
  expect(site.refusals).toMatchObject([{ code: 'identity/token-wrong-device', claimedDevice: 'pump-2' }]);
  expect(JSON.stringify(site.refusals)).not.toContain(token.slice(3));
});

test('a site with a clock of its own never reads another', async () => {
  const site = createSite({ clock: manualClock(start + 2 * hour) });
  const authorization = basic('pump-1', await site.token({ device: 'pump-1' }));
  expect(outcome(await site.est.handle(enrolment('simpleenroll', csr, { authorization })))).toBe(
    '401 identity/token-expired',
  );
});
