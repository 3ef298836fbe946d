import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cookieOf, openApi } from '../api-fixture.ts';
import { entriesOf, newOperator } from '../fixtures.ts';
import { Authenticator, type Twist } from './authenticator.ts';

const own = 'http://localhost:7080';
const minute = 60_000;

/** A site where ann is signed in by a link. */
async function newSite() {
  const site = await openApi();
  await newOperator(site, 'ann', 'operator');
  const { link } = await site.operators.createLink('ann');
  const cookie = cookieOf(await site.ask('POST', 'sign-in', { body: { link }, origin: own }));
  const post = (path: string, body?: unknown, host?: string) =>
    site.ask('POST', path, {
      cookie,
      origin: host === undefined ? own : `http://${host}`,
      ...(host === undefined ? {} : { host }),
      ...(body === undefined ? {} : { body }),
    });
  async function register(authenticator: Authenticator, name = 'laptop', twist?: Twist) {
    const options = (await post('passkeys/options')).body;
    return post('passkeys', { name, response: authenticator.create(options, twist) });
  }
  const options = async () => (await post('sign-in/passkey/options')).body;
  const signIn = (response: unknown) =>
    site.ask('POST', 'sign-in/passkey', { origin: own, body: { response } });
  return { ...site, cookie, post, register, options, signIn };
}

const refused = { status: 401, body: { code: 'kiten/passkey-refused' } };

describe('a passkey', () => {
  it('is made after signing in by a link, and signs in from then on', async () => {
    const { register, options, signIn, ask, ledger } = await newSite();
    expect((await ask('GET', 'sign-in/methods')).body.passkey).toBe(false);
    const authenticator = new Authenticator();
    const made = await register(authenticator);
    expect(made).toMatchObject({ status: 201, body: { name: 'laptop', host: 'localhost', backedUp: false } });
    expect((await ask('GET', 'sign-in/methods')).body.passkey).toBe(true);
    const answer = await signIn(authenticator.get(await options()));
    expect(answer).toMatchObject({ status: 200, body: { operator: 'ann', role: 'operator' } });
    const cookie = cookieOf(answer);
    expect((await ask('GET', 'me', { cookie })).body).toMatchObject({ operator: 'ann', by: 'passkey' });
    expect((await ask('GET', 'passkeys', { cookie })).body.passkeys[0]).toHaveProperty('usedAt');
    expect((await entriesOf(ledger)).map(({ type, data }) => [type, data.by ?? data.name]).slice(-2)).toEqual(
      [
        ['operator/passkey-added', 'laptop'],
        ['operator/signed-in', 'passkey'],
      ],
    );
  });

  it('asks for what it is: discoverable, verifying its user, for this host, under a handle that says nothing', async () => {
    const { post, options } = await newSite();
    const { body } = await post('passkeys/options');
    expect(body).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: 'ann' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    expect(Buffer.from(body.user.id, 'base64url')).toHaveLength(32);
    expect((await post('passkeys/options')).body.user.id).toBe(body.user.id);
    const asked = await options();
    expect(asked).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(asked.allowCredentials ?? []).toEqual([]);
  });

  it('is one of several, each with a name, and goes when it is removed', async () => {
    const { register, options, signIn, ask, cookie } = await newSite();
    const [laptop, key] = [new Authenticator(), new Authenticator()];
    const { id } = (await register(laptop)).body;
    await register(key, 'security key');
    const change = { cookie, origin: own };
    expect((await ask('PUT', `passkeys/${id}`, { ...change, body: { name: 'old laptop' } })).body.name).toBe(
      'old laptop',
    );
    const names = (await ask('GET', 'passkeys', { cookie })).body.passkeys.map(
      ({ name }: { name: string }) => name,
    );
    expect(names.sort()).toEqual(['old laptop', 'security key']);
    expect((await ask('DELETE', `passkeys/${id}`, change)).status).toBe(204);
    expect(await signIn(laptop.get(await options()))).toMatchObject(refused);
    expect((await signIn(key.get(await options()))).status).toBe(200);
  });

  it('is nobody else’s to see, name or remove', async () => {
    const site = await newSite();
    const { id } = (await site.register(new Authenticator())).body;
    const token = await newOperator(site, 'eve', 'administrator');
    expect((await site.ask('GET', 'passkeys', { token })).body.passkeys).toEqual([]);
    expect((await site.ask('PUT', `passkeys/${id}`, { token, body: { name: 'x' } })).status).toBe(404);
    expect((await site.ask('DELETE', `passkeys/${id}`, { token })).status).toBe(404);
  });

  it('is not known twice, nor more than twenty times', async () => {
    const { register, post } = await newSite();
    const authenticator = new Authenticator();
    await register(authenticator);
    expect(await register(authenticator)).toMatchObject(refused);
    for (let made = 1; made < 20; made++) await register(new Authenticator());
    expect(await post('passkeys/options')).toMatchObject({
      status: 409,
      body: { code: 'kiten/passkeys-full' },
    });
  });

  it('takes a name for the host: an address has none', async () => {
    const { post } = await newSite();
    for (const host of ['127.0.0.1:7080', '[::1]:7080'])
      for (const path of ['passkeys/options', 'sign-in/passkey/options'])
        expect(await post(path, undefined, host)).toMatchObject({
          status: 400,
          body: { code: 'kiten/passkey-host', detail: expect.stringContaining('http://localhost:7080') },
        });
  });

  const twists: readonly (readonly [string, Twist])[] = [
    ['for another challenge', { challenge: 'AAAA' }],
    ['on a page of another origin', { origin: 'http://attacker.example' }],
    ['at another port', { origin: 'http://localhost:7081' }],
    ['for another host', { host: 'attacker.example' }],
    ['in another ceremony', { type: 'payment.get' }],
    ['without verifying its user', { verified: false }],
    ['without its user being there', { present: false }],
  ];

  it.each(twists)('is not kept if it was made %s', async (_what, twist) => {
    const { register, ask, cookie } = await newSite();
    expect(await register(new Authenticator(), 'laptop', twist)).toMatchObject(refused);
    expect((await ask('GET', 'passkeys', { cookie })).body.passkeys).toEqual([]);
  });

  const wrongKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  it.each([
    ...twists,
    ['with another key', { key: wrongKey }],
    ['for another user', { userHandle: 'AAAA' }],
  ] as const)('signs nobody in if it signed %s', async (_what, twist) => {
    const { register, options, signIn } = await newSite();
    const authenticator = new Authenticator();
    await register(authenticator);
    expect(await signIn(authenticator.get(await options(), twist))).toMatchObject(refused);
    expect((await signIn(authenticator.get(await options()))).status).toBe(200);
  });

  it('that is not known signs nobody in', async () => {
    const { options, signIn } = await newSite();
    expect(await signIn(new Authenticator().get(await options()))).toMatchObject(refused);
  });

  it('answers a challenge once, within five minutes', async () => {
    const { register, options, signIn, clock } = await newSite();
    const authenticator = new Authenticator();
    await register(authenticator);
    const [first, late] = [await options(), await options()];
    expect((await signIn(authenticator.get(first))).status).toBe(200);
    expect(await signIn(authenticator.get(first))).toMatchObject(refused);
    clock.advance(5 * minute);
    expect(await signIn(authenticator.get(late))).toMatchObject(refused);
  });

  it('cannot answer the challenge of another ceremony, or of another operator', async () => {
    const site = await newSite();
    const { register, post, options, signIn, ask } = site;
    const authenticator = new Authenticator();
    await register(authenticator);
    expect(await signIn(authenticator.get((await post('passkeys/options')).body))).toMatchObject(refused);
    const asked = { ...(await options()), user: { id: 'AAAA' } };
    const response = new Authenticator().create(asked);
    expect(await post('passkeys', { name: 'x', response })).toMatchObject(refused);
    const token = await newOperator(site, 'eve', 'viewer');
    const forAnn = (await post('passkeys/options')).body;
    const eves = { name: 'x', response: new Authenticator().create(forAnn) };
    expect(await ask('POST', 'passkeys', { token, body: eves })).toMatchObject(refused);
  });

  it('that counts backwards may have been copied, and is refused with a code of its own', async () => {
    const { register, options, signIn, ledger } = await newSite();
    const authenticator = new Authenticator();
    await register(authenticator, 'laptop', { counter: 7 });
    const copied = { status: 401, body: { code: 'kiten/passkey-copied' } };
    for (const counter of [0, 6, 7])
      expect(await signIn(authenticator.get(await options(), { counter }))).toMatchObject(copied);
    expect((await entriesOf(ledger)).at(-1)?.data).toMatchObject({ code: 'kiten/passkey-copied' });
    expect((await signIn(authenticator.get(await options(), { counter: 8 }))).status).toBe(200);
  });

  it('that does not count is taken as it is', async () => {
    const { register, options, signIn } = await newSite();
    const authenticator = new Authenticator();
    await register(authenticator, 'phone', { counter: 0 });
    for (let time = 0; time < 2; time++)
      expect((await signIn(authenticator.get(await options(), { counter: 0 }))).status).toBe(200);
  });

  it('is not reached by a page of another origin', async () => {
    const { ask } = await newSite();
    for (const path of ['sign-in/passkey/options', 'sign-in/passkey'])
      expect(
        (await ask('POST', path, { origin: 'http://attacker.example', body: { response: {} } })).status,
      ).not.toBe(200);
    expect(await ask('POST', 'sign-in/passkey/options', { origin: 'http://attacker.example' })).toMatchObject(
      {
        status: 403,
      },
    );
  });

  it('is asked for thirty times from one address before it has to wait', async () => {
    const { ask, clock } = await newSite();
    const question = () => ask('POST', 'sign-in/passkey/options', { origin: own });
    for (let asked = 0; asked < 30; asked++) expect((await question()).status).toBe(200);
    expect(await question()).toMatchObject({ status: 429, body: { code: 'kiten/sign-in-too-often' } });
    clock.advance(minute);
    expect((await question()).status).toBe(200);
  });

  it('goes with its operator', async () => {
    const { register, options, signIn, operators, database } = await newSite();
    const authenticator = new Authenticator();
    await register(authenticator);
    await operators.remove('ann', { name: 'owner', role: 'administrator' }, 'left');
    expect(await signIn(authenticator.get(await options()))).toMatchObject(refused);
    expect(await database.selectFrom('passkeys').selectAll().execute()).toEqual([]);
  });
});
