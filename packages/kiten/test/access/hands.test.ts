import { describe, expect, it } from 'vitest';
import { type ApiSite, cookieOf, openApi } from '../api-fixture.ts';
import { day } from '../fixtures.ts';
import { Authenticator } from './authenticator.ts';

const own = 'http://localhost:7080';
const minute = 60_000;
const why = { reason: 'a reason' };

/** `owner` by the token that the site was made with, and whatever the tests make of it. */
async function newSite() {
  const site = await openApi({ needed: ['group-quarantine'] });
  await site.admit('pump-1');
  const owner = await site.operator('administrator');
  const name = 'administrator-1';
  await site.operators.remove('owner', { name, role: 'administrator' }, 'the tests have their own');
  site.clock.advance(31 * day);
  return { ...site, owner, ...acts(site, owner) };
}

function acts(site: ApiSite, owner: string) {
  const { ask } = site;
  const bodyOf = async (answer: ReturnType<ApiSite['ask']>) => (await answer).body;
  const enter = async (link: string) => {
    const body = { link: link.replace(/^.*#sign-in=/, '') };
    return cookieOf(await ask('POST', 'sign-in', { body, origin: own }));
  };
  const add = async (name: string, role = 'administrator', token = owner): Promise<string> =>
    (await bodyOf(ask('POST', 'operators', { token, body: { name, role, ...why } }))).link;
  const linkBy = async (token: string, name: string): Promise<string> =>
    (await bodyOf(ask('POST', `operators/${name}/sign-in-links`, { token }))).link;
  const tokenFor = async (token: string, name: string): Promise<string> => {
    const body = { name: 'pager', scopes: ['administer', 'account'] };
    return (await bodyOf(ask('POST', `operators/${name}/api-tokens`, { token, body }))).token;
  };
  const tokenIn = async (cookie: string): Promise<string> => {
    const body = { name: 'mine', scopes: ['administer', 'account'] };
    return (await bodyOf(ask('POST', 'api-tokens', { cookie, origin: own, body }))).token;
  };
  /** What becomes of it if the one asks and the other approves; each by token or by cookie. */
  const decide = async (asking: object, approving: object): Promise<string> => {
    const asked = await ask('POST', 'groups/default/quarantine', { ...asking, body: why });
    const { id } = asked.body.approval;
    const answer = await ask('POST', `approvals/${id}/approve`, { ...approving, body: why });
    if (answer.status === 200) await ask('POST', 'groups/default/release', { token: owner, body: why });
    else await ask('POST', `approvals/${id}/deny`, { token: owner, body: why });
    return answer.body.code ?? answer.body.state;
  };
  const byCookie = (cookie: string) => ({ cookie, origin: own });
  return { enter, add, linkBy, tokenFor, tokenIn, decide, byCookie };
}

const oneHand = 'kiten/approval-same-hand';

describe('what takes two people is not approved', () => {
  it('by a token that whoever asked has made for somebody else, nor by what is made with it', async () => {
    const { owner, enter, add, tokenFor, linkBy, tokenIn, decide, byCookie } = await newSite();
    await enter(await add('ann'));
    const anns = await tokenFor(owner, 'ann');
    expect(await decide({ token: owner }, { token: anns })).toBe(oneHand);
    const inTurn = await tokenIn(await enter(await linkBy(anns, 'ann')));
    expect(await decide({ token: owner }, { token: inTurn })).toBe(oneHand);
    const throughBob = await enter(await add('bob', 'administrator', anns));
    expect(await decide({ token: owner }, byCookie(throughBob))).toBe(oneHand);
    expect(await decide({ token: anns }, { token: owner })).toBe(oneHand);
  });

  it('in a session that whoever asked has opened for somebody else, nor by a passkey or codes made in it', async () => {
    const site = await newSite();
    const { owner, ask, enter, add, linkBy, decide, byCookie } = site;
    await enter(await add('ann'));
    const taken = await enter(await linkBy(owner, 'ann'));
    expect(await decide({ token: owner }, byCookie(taken))).toBe(oneHand);
    const { codes } = (await ask('POST', 'recovery-codes', byCookie(taken))).body;
    const body = { code: codes[0] };
    const later = cookieOf(await ask('POST', 'sign-in/recovery-code', { body, origin: own }));
    expect(await decide({ token: owner }, byCookie(later))).toBe(oneHand);
    const authenticator = new Authenticator();
    const made = authenticator.create((await ask('POST', 'passkeys/options', byCookie(taken))).body);
    await ask('POST', 'passkeys', { ...byCookie(taken), body: { name: 'x', response: made } });
    const options = (await ask('POST', 'sign-in/passkey/options', { origin: own })).body;
    const response = authenticator.get(options);
    const again = cookieOf(await ask('POST', 'sign-in/passkey', { origin: own, body: { response } }));
    expect((await ask('GET', 'me', { cookie: again })).body).toMatchObject({
      operator: 'ann',
      by: 'passkey',
    });
    expect(await decide({ token: owner }, byCookie(again))).toBe(oneHand);
  });

  it('by somebody whom whoever asked has made up, once the site knows two people', async () => {
    const { owner, enter, add, decide, byCookie } = await newSite();
    const ann = await enter(await add('ann'));
    const bob = await enter(await add('bob'));
    expect(await decide({ token: owner }, byCookie(bob))).toBe(oneHand);
    expect(await decide(byCookie(ann), byCookie(bob))).toBe('approved');
  });

  it('by a second invitation of whoever has come already', async () => {
    const { owner, enter, add, linkBy, decide, byCookie } = await newSite();
    const [first, second] = [await add('ann'), await linkBy(owner, 'ann')];
    await enter(first);
    expect(await decide({ token: owner }, byCookie(await enter(second)))).toBe(oneHand);
  });

  it('by somebody whom whoever asked has put in the place of another', async () => {
    const { owner, ask, enter, add, decide, byCookie, clock } = await newSite();
    await enter(await add('ann'));
    expect((await ask('DELETE', 'operators/ann?reason=x', { token: owner })).status).toBe(204);
    expect(await decide({ token: owner }, byCookie(await enter(await add('eve'))))).toBe(oneHand);
    expect((await ask('DELETE', 'operators/eve?reason=x', { token: owner })).status).toBe(204);
    clock.advance(31 * day);
    expect(await decide({ token: owner }, byCookie(await enter(await add('bob'))))).toBe('approved');
  });

  it('by a token from before it was kept who makes them', async () => {
    const { owner, enter, add, tokenFor, decide, database } = await newSite();
    const ann = await enter(await add('ann'));
    const old = await tokenFor(owner, 'ann');
    await database.updateTable('api_tokens').set({ created_by: null }).execute();
    expect(await decide({ cookie: ann, origin: own }, { token: old })).toBe('kiten/approval-own');
    expect(await decide({ token: owner }, { token: old })).toBe(oneHand);
  });
});

describe('what takes two people is approved', () => {
  it('by the first whom the site’s only operator invites, and by the token made in that session', async () => {
    const { owner, enter, add, tokenIn, decide, byCookie } = await newSite();
    const ann = await enter(await add('ann'));
    expect(await decide({ token: owner }, byCookie(ann))).toBe('approved');
    expect(await decide({ token: owner }, { token: await tokenIn(ann) })).toBe('approved');
    expect(await decide(byCookie(ann), { token: owner })).toBe('approved');
  });

  it('by somebody who came in by the link of a third', async () => {
    const { owner, enter, add, linkBy, tokenIn, decide, byCookie } = await newSite();
    const ann = await tokenIn(await enter(await add('ann')));
    await enter(await add('bob'));
    const bob = await enter(await linkBy(ann, 'bob'));
    expect(await decide({ token: owner }, byCookie(bob))).toBe('approved');
    expect(await decide({ token: ann }, byCookie(bob))).toBe(oneHand);
  });
});

describe('a way in is changed', () => {
  const stale = { status: 403, body: { code: 'kiten/sign-in-stale' } };
  const wanted = { name: 'x', scopes: ['view'] };
  const changes = [
    ['POST', 'passkeys/options', undefined],
    ['DELETE', 'passkeys/abc', undefined],
    ['POST', 'recovery-codes', undefined],
    ['POST', 'api-tokens', wanted],
    ['POST', 'sign-in-links', undefined],
    ['POST', 'operators', { name: 'eve', role: 'viewer', ...why }],
    ['POST', 'operators/ann/sign-in-links', undefined],
    ['POST', 'operators/ann/api-tokens', wanted],
  ] as const;

  it.each(changes)('only within five minutes of signing in: %s %s', async (method, path, body) => {
    const { ask, enter, add, clock, byCookie } = await newSite();
    const cookie = byCookie(await enter(await add('ann')));
    const change = async () => ask(method, path, { ...cookie, ...(body === undefined ? {} : { body }) });
    clock.advance(5 * minute + 1);
    expect(await change()).toMatchObject(stale);
    expect((await ask('GET', 'passkeys', cookie)).status).toBe(200);
    clock.advance(-5 * minute - 2);
    expect(await change()).toMatchObject(stale);
    clock.advance(1);
    expect((await change()).body?.code).not.toBe('kiten/sign-in-stale');
  });

  it('by a token whenever it is made for that', async () => {
    const { ask, owner, clock } = await newSite();
    clock.advance(day);
    expect((await ask('POST', 'recovery-codes', { token: owner })).status).toBe(201);
  });
});
