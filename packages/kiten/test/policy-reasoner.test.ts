import { defaultInvariants, defaultPolicies } from '@kiten/policy';
import { afterEach, describe, expect, it } from 'vitest';
import { PolicyReasoner } from '../src/site/policy-reasoner.ts';
import { openApi } from './api-fixture.ts';

/** Nobody can say quickly whether the sum of so many attributes, each one of two, comes out as this. */
function hard(count: number): string {
  const claims = ['hardware', 'executables', 'configuration', 'fileSystem', 'instanceIdentity'];
  const terms = Array.from({ length: count }, (_, at) => {
    const path = `principal.vector.${claims[at % claims.length]}`;
    return `(if resource.path like "*${at}*" then ${path} else ${at + 3})`;
  });
  const policy = (at: number) =>
    `@id("hard${at}") permit (principal is Device, action == Action::"publish", resource is Topic)
      when { ${terms.join(' + ')} == ${100_003 + 7 * at} && resource.path like "d/*" };`;
  return `${defaultPolicies}\n${Array.from({ length: 200 }, (_, at) => policy(at)).join('\n')}`;
}

const check = (policies: string) => ({ kind: 'check', policies, invariants: defaultInvariants }) as const;

describe('what policies mean is thought about in a thread of its own', () => {
  const open: PolicyReasoner[] = [];
  const reasoner = (bounds = { seconds: 60 }) => open[open.push(new PolicyReasoner(bounds)) - 1]!;
  afterEach(() => Promise.all(open.splice(0).map((one) => one.stop())));

  it('and proved there as elsewhere', async () => {
    const { proven, certificate } = await reasoner().do(check(defaultPolicies));
    expect(proven).toContain('device-publishes-in-its-own-name');
    expect(certificate?.length).toBeGreaterThan(100);
  });

  it('which says what is wrong with its code and its details, and goes on', async () => {
    const one = reasoner();
    await expect(one.do(check('permit (principal);'))).rejects.toMatchObject({
      ...{ code: 'policy/parse-failed', detail: { line: 1 } },
    });
    const breaking = `${defaultPolicies} @id("all") permit (principal, action, resource);`;
    await expect(one.do(check(breaking))).rejects.toMatchObject({
      code: 'policy/invariant-broken',
      detail: { invariants: expect.arrayContaining([expect.objectContaining({ result: 'refuted' })]) },
    });
    expect((await one.do(check(defaultPolicies))).proven.length).toBeGreaterThan(5);
  });

  it('which gives up what takes too long, and is there for the next', async () => {
    const bounds = { seconds: 0.05 };
    const one = reasoner(bounds);
    await expect(one.do(check(hard(60)))).rejects.toMatchObject({ code: 'kiten/policy-too-long' });
    // Whatever this machine is busy with, a parser comes to its end within a minute.
    bounds.seconds = 60;
    await expect(one.do(check('permit (principal);'))).rejects.toMatchObject({ code: 'policy/parse-failed' });
  });

  it('for which not everybody can wait', async () => {
    const one = reasoner();
    const asked = await Promise.allSettled(
      Array.from({ length: 12 }, () => one.do(check('permit (principal);'))),
    );
    const codes = asked.map((each) => (each.status === 'rejected' ? each.reason.code : ''));
    expect(codes.filter((code) => code === 'policy/parse-failed')).toHaveLength(8);
    expect(codes.filter((code) => code === 'kiten/policy-busy')).toHaveLength(4);
  });
});

it('a site answers others while it thinks about policies', async () => {
  const site = await openApi();
  const token = await site.operator('administrator');
  let isDone = false;
  const review = site
    .ask('POST', 'policies/review', { token, body: { text: defaultPolicies } })
    .finally(() => {
      isDone = true;
    });
  expect((await site.ask('GET', 'policies', { token })).status).toBe(200);
  expect(isDone).toBe(false);
  expect((await review).status).toBe(200);
});
