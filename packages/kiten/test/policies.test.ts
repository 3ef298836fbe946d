import { checkPolicyCertificate } from '@kiten/checker/policy';
import { sha256Hex } from '@kiten/identity';
import {
  compilePolicies,
  decide,
  defaultInvariants,
  defaultPolicies,
  defaultSchema,
  entitiesFromJson,
  exactJsonText,
  PolicyProver,
  requestFromJson,
} from '@kiten/policy';
import { parsePolicies, readSchemaModel, resolveSchema } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';
import { Invariants } from '../src/site/invariants.ts';
import { openApi } from './api-fixture.ts';
import { entriesOf } from './fixtures.ts';

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

describe('the proof of the policies in force', () => {
  async function checked({ ask }: Awaited<ReturnType<typeof asAdministrator>>) {
    const text = async (path: string): Promise<string> => (await ask('GET', path)).body.text;
    const { status, raw } = await ask('GET', 'policies/certificate');
    expect(status).toBe(200);
    return checkPolicyCertificate({
      certificate: new Uint8Array(raw!),
      schema: exactJsonText(resolveSchema(await text('policies/schema'))),
      policies: exactJsonText(parsePolicies(await text('policies'))),
      invariants: exactJsonText(parsePolicies(await text('policies/invariants'))),
    });
  }

  it('is handed out, of a new site and after each change, and holds to the checker', async () => {
    const site = await asAdministrator();
    expect(await checked(site)).toMatchObject({ holds: true, unproven: [] });
    await site.ask('PUT', 'policies', { body: { text: harmless, reason: 'Panels' } });
    expect(await checked(site)).toMatchObject({ holds: true, unproven: [] });
    const one =
      '@id("a") @sentence("A.") forbid (principal, action, resource) when { principal == resource };';
    expect((await site.ask('PUT', 'policies/invariants', { body: { text: one, reason: 'x' } })).status).toBe(
      200,
    );
    expect(await checked(site)).toMatchObject({ holds: true, proven: ['a'] });
  });

  it('stands in the log with what it proves, by its digest', async () => {
    const site = await asAdministrator();
    await site.ask('PUT', 'policies', { body: { text: harmless, reason: 'Panels' } });
    const { raw } = await site.ask('GET', 'policies/certificate');
    expect((await entriesOf(site.ledger)).find(({ type }) => type === 'policy/changed')).toMatchObject({
      data: { certificate: sha256Hex(new Uint8Array(raw!)), invariants: expect.any(Number) },
    });
  });

  it('is none where there are no invariants', async () => {
    const { ask } = await asAdministrator();
    await ask('PUT', 'policies/invariants', { body: { text: '// none', reason: 'x' } });
    expect(await ask('GET', 'policies/certificate')).toMatchObject({
      status: 404,
      body: { code: 'policy/nothing-proved' },
    });
  });

  it('is found by the prover and believed only if the checker follows it: nothing takes effect by the prover’s word', () => {
    const other = new PolicyProver(readSchemaModel(defaultSchema));
    const policies = parsePolicies(breaking);
    const lying = {
      prove: (_: unknown, invariants: Parameters<typeof other.prove>[1]) =>
        other.prove(compilePolicies(parsePolicies(defaultPolicies)), invariants),
    } as unknown as PolicyProver;
    expect(() => new Invariants(defaultInvariants).requireOf(policies, lying)).toThrow(
      expect.objectContaining({ code: 'policy/proof-rejected' }),
    );
  });

  it('is named when policies are only judged', async () => {
    const { ask } = await asAdministrator();
    const { body } = await ask('POST', 'policies/check', { body: { text: harmless } });
    expect(body.proven).toContain('device-publishes-in-its-own-name');
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
