import {
  compilePolicies,
  decide,
  defaultInvariants,
  defaultPolicies,
  entitiesFromJson,
  requestFromJson,
} from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';
import { openApi } from './api-fixture.ts';

async function asAdministrator() {
  const site = await openApi();
  const token = await site.operator('administrator');
  const ask: typeof site.ask = (method, path, question = {}) =>
    site.ask(method, path, { token, ...question });
  return { ...site, ask };
}

const breaking = `${defaultPolicies}
@id("too-much") permit (principal is Device, action == Action::"publish", resource is Topic) when { resource.path like "x/*" };`;
const harmless = `${defaultPolicies}
@id("panel") permit (principal is Device in Group::"panels", action == Action::"subscribe", resource is Topic) when { resource.path like "d/*" };`;

describe('policies that break an invariant', () => {
  it('are refused before they take effect, with a request that shows it', async () => {
    const { ask } = await asAdministrator();
    const before = (await ask('GET', 'policies')).body;
    const { status, body } = await ask('PUT', 'policies', { body: { text: breaking, reason: 'To see' } });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'policy/invariant-broken',
      detail: expect.stringContaining('A device publishes only in its own name'),
      invariants: [{ id: 'device-publishes-in-its-own-name', result: 'refuted' }],
    });
    const { request, entities } = body.invariants[0].counterexample;
    const decision = decide(
      compilePolicies(parsePolicies(breaking)),
      requestFromJson(request),
      entitiesFromJson(entities),
    );
    expect(decision).toMatchObject({ allow: true, reasons: ['too-much'] });
    expect((await ask('GET', 'policies')).body).toEqual(before);
  });

  it('are refused when they are only to be judged, too', async () => {
    const { ask } = await asAdministrator();
    expect(await ask('POST', 'policies/check', { body: { text: breaking } })).toMatchObject({
      status: 409,
      body: { code: 'policy/invariant-broken' },
    });
    expect((await ask('POST', 'policies/check', { body: { text: harmless } })).status).toBe(200);
  });

  it('may take effect once an operator has changed what must hold', async () => {
    const { ask, ledger } = await asAdministrator();
    const fewer = defaultInvariants
      .split(/(?=^@id\()/m)
      .filter((text) => !text.includes('device-publishes-in-its-own-name'))
      .join('');
    const changed = await ask('PUT', 'policies/invariants', {
      body: { text: fewer, reason: 'Topics below x/' },
    });
    expect(changed).toMatchObject({ status: 200, body: { text: fewer, reason: 'Topics below x/' } });
    expect((await ask('GET', 'policies/invariants')).body.text).toBe(fewer);
    expect(
      (await ask('PUT', 'policies', { body: { text: breaking, reason: 'Topics below x/' } })).status,
    ).toBe(200);
    expect(ledger.size).toBeGreaterThan(1);
  });
});

describe('invariants', () => {
  it('are, until somebody changes them, those that Kiten ships', async () => {
    const { ask } = await asAdministrator();
    expect((await ask('GET', 'policies/invariants')).body).toMatchObject({
      text: defaultInvariants,
      author: 'site',
    });
  });

  it('that the policies in force break are refused', async () => {
    const { ask } = await asAdministrator();
    const text =
      '@id("nobody-publishes") @sentence("Nobody publishes.") forbid (principal, action == Action::"publish", resource);';
    expect(await ask('PUT', 'policies/invariants', { body: { text, reason: 'Silence' } })).toMatchObject({
      status: 409,
      body: { code: 'policy/invariant-broken', invariants: [{ id: 'nobody-publishes' }] },
    });
    expect((await ask('GET', 'policies/invariants')).body.text).toBe(defaultInvariants);
  });

  it.each([
    ['no id', 'forbid (principal, action, resource) when { false };', 'kiten/invariant-unnamed'],
    ['another schema', '@id("a") forbid (principal is Robot, action, resource);', 'policy/invalid'],
    ['no grammar', 'forbid', 'policy/parse-failed'],
  ])('with %s are refused', async (_what, text, code) => {
    const { ask } = await asAdministrator();
    expect(await ask('PUT', 'policies/invariants', { body: { text, reason: 'x' } })).toMatchObject({
      body: { code },
    });
  });
});
