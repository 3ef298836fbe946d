import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LogoutConditions, readLogoutToken } from '../../src/site/access/logout-token.ts';

const now = Date.parse('2030-01-01T00:00:00Z');
const seconds = now / 1000;
const event = 'http://schemas.openid.net/event/backchannel-logout';
const claims = {
  iss: 'https://id.example',
  sub: 'ann',
  aud: 'kiten',
  iat: seconds,
  exp: seconds + 120,
  jti: 'x1',
  sid: 's1',
  events: { [event]: {} },
};
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
const pairs: Record<string, Pair> = {};
let conditions: LogoutConditions;

beforeAll(async () => {
  const keys = [];
  for (const alg of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
    pairs[alg] = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...(await exportJWK(pairs[alg].publicKey)), kid: alg, use: 'sig' });
  }
  const algorithms = ['RS256', 'ES256', 'PS256', 'EdDSA', 'HS256', 'none'];
  conditions = { issuer: 'https://id.example', clientId: 'kiten', algorithms, keys, now };
});

function signed(changes: object, header: object = {}, alg = 'ES256'): Promise<string> {
  const key = (pairs[alg] as Pair).privateKey;
  const body = JSON.parse(JSON.stringify({ ...claims, ...changes }));
  return new SignJWT(body).setProtectedHeader({ alg, kid: alg, typ: 'logout+jwt', ...header }).sign(key);
}

const refused = expect.objectContaining({ code: 'kiten/oidc-logout' });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a logout token', () => {
  it.each(['RS256', 'ES256', 'PS256', 'EdDSA'])('of the provider is read: %s', async (alg) => {
    expect(readLogoutToken(await signed({}, {}, alg), conditions)).toEqual({
      ...{ id: 'x1', subject: 'ann', session: 's1', expiresAt: (seconds + 180) * 1000 },
    });
  });

  it('names a subject, one of the provider’s sessions, or both; to one or several', async () => {
    expect(readLogoutToken(await signed({ sid: undefined }), conditions)).not.toHaveProperty('session');
    expect(readLogoutToken(await signed({ sub: undefined }), conditions)).not.toHaveProperty('subject');
    expect(readLogoutToken(await signed({ aud: ['x', 'kiten'] }), conditions).subject).toBe('ann');
    expect(readLogoutToken(await signed({}, { typ: undefined }), conditions).subject).toBe('ann');
  });

  it.each([
    ['another issuer’s', { iss: 'https://id.example/' }],
    ['for another client', { aud: 'grafana' }],
    ['with a nonce, which makes it an ID token', { nonce: 'n' }],
    ['of no event', { events: undefined }],
    ['of another event', { events: { 'http://schemas.openid.net/event/other': {} } }],
    ['whose event is no object', { events: { [event]: true } }],
    ['that names nobody', { sub: undefined, sid: undefined }],
    ['that names nobody by a number', { sub: 7, sid: undefined }],
    ['without an identifier', { jti: undefined }],
    ['that is over', { iat: seconds - 400, exp: seconds - 300 }],
    ['from later', { iat: seconds + 400, exp: seconds + 500 }],
    ['that lives too long', { exp: seconds + 3600 }],
    ['without an end', { exp: undefined }],
    ['without a beginning', { iat: undefined }],
  ])('is refused %s', async (_what, changes) => {
    const token = await signed(changes);
    expect(() => readLogoutToken(token, conditions)).toThrow(refused);
  });

  it('is refused if the provider has not signed it, or as what it does not sign', async () => {
    const token = await signed({});
    const [head = '', body = '', signature = ''] = token.split('.');
    const stranger = await generateKeyPair('ES256');
    const forged = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'ES256' });
    for (const wrong of [
      await forged.sign(stranger.privateKey),
      await signed({}, { kid: 'RS256' }),
      await signed({}, { typ: 'at+jwt' }),
      `${head}.${part({ ...claims, sub: 'owner' })}.${signature}`,
      `${part({ alg: 'none' })}.${body}.`,
      `${part({ alg: 'HS256', kid: 'ES256' })}.${body}.${signature}`,
      `${part({ alg: 'toString' })}.${body}.${signature}`,
      `${head}.${body}`,
      `${head}.${body}.${signature}.`,
      `${head}.${body}.!`,
      `${head}.bm90IEpTT04.${signature}`,
      '',
      'x'.repeat(9000),
    ])
      expect(() => readLogoutToken(wrong, conditions)).toThrow(refused);
    expect(() => readLogoutToken(token, { ...conditions, algorithms: ['RS256'] })).toThrow(refused);
    expect(() => readLogoutToken(token, { ...conditions, keys: [{ kty: 'EC' }] })).toThrow(refused);
  });
});
