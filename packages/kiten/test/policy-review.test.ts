import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPolicies } from '@kiten/policy';
import { describe, expect, it } from 'vitest';
import { kiten } from '../../../test/kiten.ts';
import { addTraffic } from '../src/store/traffic.ts';
import { openApi } from './api-fixture.ts';
import { newFolder } from './fixtures.ts';

async function reviewer() {
  const site = await openApi();
  const token = await site.operator('viewer');
  const review = async (text: string, minutes?: number) => {
    const { status, body } = await site.ask('POST', 'policies/review', { token, body: { text, minutes } });
    expect([status, body]).toEqual([200, body]);
    return body;
  };
  return { site, review };
}

/** The policies that a site starts with, without one. */
function without(id: string): string {
  const start = defaultPolicies.indexOf(`@id("${id}")`);
  const end = defaultPolicies.indexOf('\n@id(', start);
  return defaultPolicies.slice(0, start) + defaultPolicies.slice(end + 1);
}

describe('a review of policies', () => {
  it('says where the text does not parse', async () => {
    const { review } = await reviewer();
    const { problems, meaning } = await review('permit (principal, action, resource)\nwhen { 1 = 2 };');
    expect(problems).toMatchObject([{ code: 'policy/parse-failed', line: 2 }]);
    expect(meaning).toBeUndefined();
  });

  it('says which policy does not fit the schema, and where', async () => {
    const { review } = await reviewer();
    const text = `permit (principal is Device, action == Action::"publish", resource);
@id("wrong")
permit (principal is Device, action == Action::"publish", resource) when { principal.colour == "red" };`;
    const { problems } = await review(text);
    expect(problems).toMatchObject([{ code: 'policy/invalid', policy: 'wrong', line: 3 }]);
    expect((await review('@id("a") permit (principal, action, resource);'.repeat(2))).problems).toMatchObject(
      [{ code: 'policy/duplicate-id' }],
    );
  });

  it('finds no change in the policies in force, and every invariant kept', async () => {
    const { review } = await reviewer();
    const { problems, meaning, replay } = await review(defaultPolicies);
    expect(problems).toEqual([]);
    expect(meaning).toMatchObject({ changes: [], undecided: [], remarks: [], remarksUndecided: [] });
    expect(meaning.invariants.length).toBeGreaterThan(5);
    for (const { result } of meaning.invariants) expect(result).toBe('proved');
    expect(replay).toMatchObject({ requests: 0, denied: { rows: 0 }, allowed: { rows: 0 } });
  });

  it('shows a request for what becomes denied, and what was counted of it lately', async () => {
    const { site, review } = await reviewer();
    await site.admit('pump-1');
    const minute = Math.floor(site.clock.now() / 60_000);
    const row = { device: 'pump-1', action: 'publish', denied: 0 };
    await addTraffic(site.database, minute - 3, [
      { ...row, topic: 'd/pump-1/t', allowed: 7 },
      { ...row, device: '*', topic: '#', allowed: 2 },
    ]);
    await addTraffic(site.database, minute - 2, [{ ...row, topic: 'd/pump-1/t', allowed: 5 }]);
    const { meaning, replay } = await review(without('device-publishes-in-own-name'));
    expect(meaning.changes).toMatchObject([
      { change: 'denied', before: ['device-publishes-in-own-name'], after: [] },
    ]);
    expect(meaning.changes[0].example).toMatchObject({ action: 'Action::"publish"' });
    expect(JSON.parse(meaning.changes[0].example.json).request.action).toBeDefined();
    expect(replay).toEqual({
      requests: 14,
      untold: 2,
      denied: {
        requests: 12,
        rows: 1,
        most: [{ device: 'pump-1', action: 'publish', topic: 'd/pump-1/t', requests: 12, policies: [] }],
      },
      allowed: { requests: 0, rows: 0, most: [] },
    });
  });

  it('shows the request that breaks an invariant, and what has no effect', async () => {
    const { review } = await reviewer();
    const { meaning } = await review(`${without('actuators-obey-attested-executables')}
@id("twice") permit (principal is Device, action == Action::"connect", resource is Site);
@id("never") permit (principal is Device, action == Action::"connect", resource is Site) when { 1 == 2 };`);
    const broken = meaning.invariants.filter(({ result }: { result: string }) => result !== 'proved');
    expect(broken).toMatchObject([{ id: 'actuators-obey-attested-executables', result: 'refuted' }]);
    expect(JSON.parse(broken[0].counterexample).request.principal).toBeDefined();
    expect(meaning.remarks).toContainEqual({ policy: 'never', remark: 'never-matches', by: [] });
    expect(meaning.remarks.map(({ policy }: { policy: string }) => policy)).toContain('twice');
  });
});

describe('kiten policy diff --counted', () => {
  it('says whose requests of the last days two sets would decide differently', async () => {
    const site = await openApi();
    await site.admit('pump-1');
    const minute = Math.floor(site.clock.now() / 60_000);
    await addTraffic(site.database, minute - 3, [
      { device: 'pump-1', action: 'publish', topic: 'd/pump-1/t', allowed: 7, denied: 0 },
    ]);
    const folder = await newFolder();
    const [before, after] = [join(folder, 'before.cedar'), join(folder, 'after.cedar')];
    await writeFile(before, defaultPolicies);
    await writeFile(after, without('device-publishes-in-own-name'));
    const env = { KITEN_TOKEN: await site.operator('viewer') };
    const args = ['policy', 'diff', before, after, '--counted', '--site', await site.listen()];
    const outcome = await kiten(args, env);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stdout).toMatch(
      /Of 7 requests that the site counted lately:\n {2}7 would be denied\n {4}pump-1 {2}publish {2}d\/pump-1\/t {2}7/,
    );
    const { touched, regions } = JSON.parse((await kiten([...args, '--json'], env)).stdout);
    expect(touched).toMatchObject({ requests: 7, denied: { requests: 7 }, allowed: { requests: 0 } });
    expect(regions.length).toBeGreaterThan(0);
    const back = await kiten(['policy', 'diff', after, before, ...args.slice(4), '--json'], env);
    expect(JSON.parse(back.stdout).touched.allowed).toMatchObject({ requests: 7 });
  });
});
