import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultInvariants, defaultPolicies } from '@kiten/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-policy-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const policy = async (...args: string[]) => {
  const { code, stdout, stderr } = await kiten(['policy', ...args]);
  return {
    code,
    stdout,
    stderr,
    json: stdout.startsWith('{') || stdout.startsWith('[') ? JSON.parse(stdout) : undefined,
  };
};

const entity = (type: string, id: string, attrs = {}, parents: unknown[] = []) => ({
  uid: { type, id },
  attrs,
  parents,
});

describe('kiten policy decide', () => {
  const text = `permit (principal in Group::"g", action == Action::"read", resource) when { context.n == 9223372036854775807 && context.from.isInRange(ip("10.0.0.0/8")) };
    forbid (principal, action, resource) when { resource.missing };
    forbid (principal, action, resource) when { context.n + 1 > 0 };`;
  const entities = [entity('User', 'u', {}, [{ type: 'Group', id: 'g' }]), entity('File', 'f')];
  // The number is one that JavaScript's own JSON would round.
  const request = `{"principal": "User::\\"u\\"", "action": {"type": "Action", "id": "read"}, "resource": {"__entity": {"type": "File", "id": "f"}},
    "context": {"n": 9223372036854775807, "from": {"__extn": {"fn": "ip", "arg": "10.1.2.3"}}}}`;

  it('decides in Cedar’s JSON forms: decision, reasons, errors, every digit of an integer', async () => {
    const args = [
      '--policies',
      await file('d.cedar', text),
      '--entities',
      await file('d.json', entities),
      '--request',
      await file('r.json', request),
    ];
    const { code, json } = await policy('decide', ...args, '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject({ decision: 'allow', reason: ['policy0'], errors: ['policy1', 'policy2'] });
    expect(json.diagnostics.errors.map((error: { policyId: string }) => error.policyId)).toEqual([
      'policy1',
      'policy2',
    ]);
    expect((await policy('decide', ...args)).stdout).toMatch(
      /^● allow: policy0\n {2}policy1 fails: .*missing/,
    );
  });

  it('takes policies in JSON, templates with links, a schema that makes escapes needless, and many requests', async () => {
    const schema =
      'entity User; entity File { owner: User }; action read appliesTo { principal: User, resource: File, context: { at: datetime } };';
    const set = {
      staticPolicies: {
        late: 'forbid (principal, action, resource) when { context.at > datetime("2030-01-01") };',
      },
      templates: {
        reads: 'permit (principal == ?principal, action, resource) when { resource.owner == principal };',
      },
      templateLinks: [
        { templateId: 'reads', newId: 'ann-reads', values: { '?principal': { type: 'User', id: 'ann' } } },
      ],
    };
    const known = [entity('File', 'f', { owner: { type: 'User', id: 'ann' } })];
    const ask = (at: string) => ({
      principal: 'User::"ann"',
      action: 'Action::"read"',
      resource: 'File::"f"',
      context: { at },
    });
    const { json } = await policy(
      'decide',
      '--policies',
      await file('s.json', set),
      '--entities',
      await file('s-entities.json', known),
      '--request',
      await file('s-requests.json', [ask('2029-01-01'), ask('2031-01-01')]),
      '--schema',
      await file('s.cedarschema', schema),
      '--json',
    );
    expect(json).toMatchObject([
      { decision: 'allow', reason: ['ann-reads'], errors: [] },
      { decision: 'deny', reason: ['late'], errors: [] },
    ]);
  });

  it('takes requests as Cedar’s own corpora have them, with what they say beside', async () => {
    const row = {
      description: 'a row of a table',
      principal: 'User::"u"',
      action: { type: 'Action', id: 'read' },
      resource: { type: 'File', id: 'f' },
      context: { n: 1 },
      validate_request: true,
      ...{ decision: 'deny', reason: [], errors: [] },
    };
    const args = ['--policies', await file('d.cedar', text), '--entities', await file('d.json', entities)];
    const { json } = await policy('decide', ...args, '--request', await file('row.json', row), '--json');
    expect(json).toMatchObject({ decision: 'deny', reason: ['policy2'], errors: ['policy1'] });
    const older = {
      policies: 'd.cedar',
      entities: 'd.json',
      queries: [{ ...row, decision: 'Deny', reasons: ['policy2'], reason: undefined, errors: ['policy1'] }],
    };
    expect((await policy('test', await file('older.json', older))).code).toBe(0);
  });

  it('says what is wrong with its files', async () => {
    const { code, stderr } = await policy(
      'decide',
      '--policies',
      await file('x.cedar', 'permit (principal);'),
      '--entities',
      await file('x.json', []),
      '--request',
      await file('xr.json', {}),
      '--json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'policy/parse-failed' } });
  });
});

describe('kiten policy prove', () => {
  it('proves what a site ships, and writes a certificate', async () => {
    const certificate = join(folder, 'shipped.certificate');
    const { code, json } = await policy('prove', '--certificate', certificate, '--json');
    expect(code).toBe(0);
    expect(json.invariants.every(({ result }: { result: string }) => result === 'proved')).toBe(true);
    expect((await readFile(certificate)).length).toBe(json.certificate.bytes);
  });

  it('shows a request that breaks what is not so, which decide replays', async () => {
    const policies = await file(
      'open.cedar',
      `${defaultPolicies}\n@id("open") permit (principal is Device, action == Action::"publish", resource);`,
    );
    const { code, json } = await policy(
      'prove',
      '--policies',
      policies,
      '--invariants',
      await file('i.cedar', defaultInvariants),
      '--json',
    );
    expect(code).toBe(1);
    const broken = json.invariants.find(({ result }: { result: string }) => result === 'refuted');
    const { request, entities } = broken.counterexample;
    const replay = await policy(
      'decide',
      '--policies',
      policies,
      '--request',
      await file('ce.json', request),
      '--entities',
      await file('ce-entities.json', entities),
      '--json',
    );
    expect(replay.json.decision).toBe('allow');
  });
});

describe('kiten policy check-certificate', () => {
  let certificate: string;
  beforeAll(async () => {
    certificate = join(folder, 'checked.certificate');
    await policy('prove', '--certificate', certificate);
  });

  it('holds what was proved of what a site ships', async () => {
    const { code, json } = await policy('check-certificate', certificate, '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject({ holds: true, unproven: [] });
    expect(json.proven).toContain('device-publishes-in-its-own-name');
    expect((await policy('check-certificate', certificate)).stdout).toMatch(
      /^● proved +[a-z-]+\n[\s\S]*The certificate holds: \d+ invariants in \d+ environments\.\n$/,
    );
  });

  it('says of other policies at which step it does not hold', async () => {
    const without = defaultPolicies
      .split(/(?=^@id\()/m)
      .filter((text) => !text.includes('quarantined-only-recovers'));
    const policies = await file('without.cedar', without.join(''));
    const { code, json } = await policy('check-certificate', certificate, '--policies', policies, '--json');
    expect(code).toBe(1);
    expect(json).toMatchObject({ holds: false, environment: { principal: 'Device' } });
    expect((await policy('check-certificate', certificate, '--policies', policies)).stdout).toMatch(
      /^✖ does not hold at .*Device .*: .* \([a-z-]+\)\n$/,
    );
  });

  it('holds of any schema, of policies in JSON and of links of templates; and names what is not claimed', async () => {
    const schema = await file(
      'c.cedarschema',
      `type Parts = { n: Long, name?: String };
       entity Group; entity User in [Group] { parts: Parts, seen: Set<datetime> }; entity File { owner: User };
       action read appliesTo { principal: User, resource: File, context: { from: ipaddr, at: datetime, left: duration } };`,
    );
    const templates = {
      owns: 'permit (principal in ?principal, action, resource) when { resource.owner == principal && principal.parts has name };',
    };
    const values = { '?principal': { type: 'Group', id: 'g' } };
    const policies = await file('c.json', {
      staticPolicies: {
        far: 'forbid (principal, action, resource) unless { context.from.isInRange(ip("10.0.0.0/8")) };',
        late: 'forbid (principal, action, resource) when { context.at.toTime() > duration("18h") || context.left.toSeconds() < -9223372036854775 };',
      },
      templates,
      templateLinks: [{ templateId: 'owns', newId: 'g-owns', values }],
    });
    const invariants = await file(
      'c-invariants.cedar',
      `@id("own") forbid (principal, action, resource) when { resource.owner != principal };
       @id("near") forbid (principal, action, resource) when { context.from.isLoopback() };
       @id("named") forbid (principal, action, resource) unless { principal.parts has name && principal in Group::"g" };
       @id("early") forbid (principal, action, resource) when { context.at.toTime() > duration("20h") };
       @id("nobody") forbid (principal, action, resource);`,
    );
    const args = ['--schema', schema, '--policies', policies, '--invariants', invariants];
    const written = join(folder, 'c.certificate');
    expect((await policy('prove', ...args, '--certificate', written)).code).toBe(1);
    expect(await policy('check-certificate', written, ...args, '--json')).toMatchObject({
      code: 0,
      json: { holds: true, proven: ['own', 'near', 'named', 'early'], unproven: ['nobody'], environments: 1 },
    });
    expect((await policy('check-certificate', certificate, ...args, '--json')).json).toMatchObject({
      holds: false,
      reason: 'invariant-unknown',
    });
  });

  it('takes any file, and says what is wrong with its own use', async () => {
    expect(await policy('check-certificate', await file('no.certificate', 'no'), '--json')).toMatchObject({
      code: 1,
      json: { holds: false, reason: 'certificate-malformed' },
    });
    expect((await policy('check-certificate')).code).toBe(2);
    expect((await policy('check-certificate', certificate, '--unheard')).code).toBe(2);
  });
});

describe('kiten policy diff, review, explain and test', () => {
  it('tell what changes', async () => {
    const more = `${defaultPolicies}\n@id("gate") permit (principal is Device, action == Action::"publish", resource) when { resource.path like "gate/*" };`;
    const [before, after] = [await file('before.cedar', defaultPolicies), await file('after.cedar', more)];
    const { json } = await policy('diff', before, after, '--json');
    expect(json.regions).toMatchObject([
      { change: 'allowed', before: [], after: ['gate'], environment: 'Device publish Topic' },
    ]);
    expect((await policy('diff', before, before)).stdout).toBe('● Both decide every request the same.\n');
  });

  it('tell what has no effect', async () => {
    const idle = await file(
      'idle.cedar',
      `${defaultPolicies}\n@id("idle") permit (principal is Device in Group::"controllers", action == Action::"publish", resource is Topic) when { resource.path like "c/x" };`,
    );
    const { code, stdout } = await policy('review', idle);
    expect(code).toBe(1);
    expect(stdout).toContain('✖ idle: whatever it does, controller-commands would do without it.');
  });

  it('tell why', async () => {
    const request = {
      principal: { type: 'Device', id: 'ghost' },
      action: { type: 'Action', id: 'connect' },
      resource: { type: 'Site', id: 's' },
      context: {},
    };
    const { stdout } = await policy(
      'explain',
      await file('why.json', request),
      '--entities',
      await file('none.json', []),
    );
    expect(stdout).toContain('✖ deny: unknown-or-revoked-gets-nothing');
    expect(stdout).toContain('principal has standing  →  false');
  });

  it('hold tables of examples in the form of Cedar’s own tests', async () => {
    await file('table.cedar', 'permit (principal == User::"a", action, resource);');
    const row = (id: string, decision: string, reason: string[]) => ({
      description: id,
      principal: { type: 'User', id },
      action: { type: 'Action', id: 'x' },
      resource: { type: 'File', id: 'f' },
      context: {},
      decision,
      reason,
      errors: [],
    });
    const table = (rows: unknown[]) => ({
      policies: 'table.cedar',
      entities: [],
      should_validate: false,
      requests: rows,
    });
    const good = await file('good.json', table([row('a', 'allow', ['policy0']), row('b', 'deny', [])]));
    expect(await policy('test', good)).toMatchObject({ code: 0, stdout: '● 2 of 2 examples as expected\n' });
    const bad = await file('bad.json', table([row('b', 'allow', ['policy0'])]));
    expect(await policy('test', good, bad)).toMatchObject({
      code: 1,
      stdout:
        '✖ b: expected allow by policy0 failing nothing, found deny by nothing failing nothing\n✖ 2 of 3 examples as expected\n',
    });
  });
});
