import { describe, expect, test } from 'vitest';
import { type CheckReport, checkVerdict, parseTrust } from '../src/index.ts';
import { makeKey, nodeCryptography, sha256 } from './support/keys.ts';
import { makePeople, trustFile } from './support/people.ts';
import { ruleText } from './support/rules.ts';
import {
  type Composition,
  type CompositionOptions,
  compose,
  encodeBundle,
  now,
  type Parts,
} from './support/world.ts';

const people = makePeople();
const file = trustFile(people);
const trust = parseTrust(JSON.stringify(file));
const check = (parts: Parts, by = trust, at = now): Promise<CheckReport> =>
  checkVerdict(encodeBundle(parts), by, { now: at, cryptography: nodeCryptography });

async function held(options?: CompositionOptions) {
  const composition = compose(people, options);
  const report = await check(composition.parts);
  if (!report.holds) throw new Error(`${report.reason}: ${report.message}`);
  return { ...composition, report };
}

describe('a bundle that holds', () => {
  test('yields the verdict, and until when it holds', async () => {
    const { report } = await held();
    expect(report.verdict).toEqual({
      subject: 'device:pump-1',
      epoch: 7,
      holder: sha256(Buffer.from('device:pump-1')),
      standing: 'admitted',
      status: 'affirming',
      vector: {
        ...{ 'instance-identity': 2, configuration: 0, executables: -20, 'file-system': 0, hardware: 3 },
        ...{ 'runtime-opaque': 0, 'storage-opaque': 0, 'sourced-data': 0 },
      },
      overdue: false,
      profile: 'pumps',
      at: now - 1000,
      until: now + 3_600_000,
    });
    expect(report.holdsUntil).toBe(now + 3_600_000);
  });

  test('says which log at what time, whose cosignatures, and by which rules', async () => {
    const { report } = await held();
    expect(report.checkpoint).toMatchObject({
      ...{ origin: 'plant-7.example/log', size: 41, time: now - 5000 },
      witnesses: ['witness-1.example', 'witness-2.example'],
    });
    expect(report.rules).toEqual({ name: 'tests', version: 1, digest: sha256(ruleText) });
  });

  test('says who stands behind it: roots by the names of the trust file, statements with what they say', async () => {
    const { report, leafOf } = await held();
    expect(report.roots.map(({ role, name }) => [role, name])).toEqual([
      ['operator', 'plant-7.example'],
      ['manufacturer', 'Pumps & Co'],
      ['laboratory', 'Laboratory'],
      ['chip-maker', 'Chips & Co'],
    ]);
    expect(report.statements).toHaveLength(7);
    expect(report.statements.find(({ leaf }) => leaf === leafOf('origin'))).toMatchObject({
      ...{ keyId: people.manufacturer.id, issuer: 'issuer.example', subject: 'device:pump-1' },
      ...{ issuedAt: 1_789_000_000_000, expiresAt: Number.MAX_SAFE_INTEGER },
      atoms: [['made', 'device:pump-1', 'model:P-100']],
    });
  });

  test('says by which steps: a tree whose leaves are leaves of the bundle', async () => {
    const { report, parts } = await held();
    const root = report.derivation.at(-1)!;
    expect(root.rule).toBe('the verdict');
    expect(root.conclusion).toEqual(parts.goal);
    const leaves = new Set<number>();
    const visit = (step: number): void => {
      for (const premise of report.derivation[step]!.premises) {
        if (premise.step !== undefined) visit(premise.step);
        else leaves.add(premise.leaf!);
      }
    };
    visit(root.step);
    expect([...leaves].sort((left, right) => left - right)).toEqual([...parts.leaves.keys()]);
  });

  test('holds no longer than the first of its statements, or than its checkpoint is young enough', async () => {
    const soon = now / 1000 + 60;
    const expiring = await held({ statements: { chip: (usual) => ({ ...usual, expiresAt: soon }) } });
    expect(expiring.report.holdsUntil).toBe(soon * 1000);
    const old = await held({ time: now - 86_400_000 + 7 });
    expect(old.report.holdsUntil).toBe(now + 7);
  });

  test('may leave out the text of the rules where the trust file has it', async () => {
    const { parts } = compose(people);
    const [digest] = parts.rules as [Uint8Array];
    const rules = [
      { digest: Buffer.from(digest).toString('hex'), text: Buffer.from(ruleText).toString('base64') },
    ];
    const compact = { ...parts, rules: [digest, null] };
    expect(await check(compact, parseTrust(JSON.stringify({ ...file, rules })))).toMatchObject({
      holds: true,
    });
  });

  test.each(['ES256', 'ES384', 'EdDSA', 'RS256', 'ML-DSA-44', 'ML-DSA-65'] as const)(
    'may rest on a statement signed with %s',
    async (algorithm) => {
      // A signature of ML-DSA-65 leaves 600 of the 4096 bytes to the rest.
      const others = { ...people, chipMaker: makeKey(algorithm) };
      const { parts } = compose(others);
      expect(await check(parts, parseTrust(JSON.stringify(trustFile(others))))).toMatchObject({
        holds: true,
      });
    },
  );

  test('may have other extension lines, and signature lines of keys that nobody named', async () => {
    const { parts, note, sign } = compose(people, { extensions: ['kiten.timeless 7', 'x'] });
    const stranger = { name: 'witness-1.example', type: 0x04, key: makeKey('EdDSA') } as const;
    const checkpoint = sign(note, stranger, people.log, ...people.witnesses);
    expect(await check({ ...parts, checkpoint })).toMatchObject({ holds: true });
  });

  test('may rest on a statement that says more than it needs, in atoms of up to 24 terms', async () => {
    const more = ['x', ...Array.from({ length: 23 }, (_, index) => index)] as const;
    const { report } = await held({
      statements: { judgement: (usual) => ({ ...usual, atoms: [...usual.atoms, more] }) },
    });
    expect(report.statements.at(-1)!.atoms.at(-1)).toEqual(more);
  });

  test('may be about a device without a key of its own', async () => {
    const none = new Uint8Array(0);
    const { parts } = compose(people, {
      statements: {
        judgement: (usual) => ({
          ...usual,
          atoms: [['judged', 'device:pump-1', 7, none, 'revoked', 'pumps', 0, 3, now]],
        }),
      },
    });
    parts.goal.splice(3, 2, none, 'revoked');
    parts.goal[9] = now;
    expect(await check(parts)).toMatchObject({ holds: true, verdict: { holder: none, standing: 'revoked' } });
  });
});

describe('times are bounds', () => {
  const at = (composition: Composition, moment: number) => check(composition.parts, trust, moment);

  test.each([
    ['verdict', { until: now + 10 }, now + 10, 'verdict-lapsed'],
    ['statement', { statements: expiring(now / 1000 + 1) }, now + 1000, 'statement-expired'],
    ['checkpoint', { time: now - 1000, until: now + 10 ** 9 }, now + 86_399_001, 'checkpoint-stale'],
  ] as const)('a %s holds up to the millisecond before it does not', async (_, options, end, reason) => {
    const composition = compose(people, options);
    expect(await at(composition, end - 1)).toMatchObject({ holds: true });
    expect(await at(composition, end)).toMatchObject({ holds: false, reason });
  });

  test.each([
    ['checkpoint', { time: now + 60_000 }, 'checkpoint-from-the-future'],
    ['verdict', { at: now + 60_000, time: now }, 'verdict-from-the-future'],
    ['statement', { statements: issued(now / 1000 + 60) }, 'statement-from-the-future'],
  ] as const)('a %s may be a minute ahead of the clock and no more', async (_, options, reason) => {
    const composition = compose(people, options);
    expect(await at(composition, now)).toMatchObject({ holds: true });
    expect(await at(composition, now - 1)).toMatchObject({ holds: false, reason });
  });

  function expiring(expiresAt: number): NonNullable<CompositionOptions['statements']> {
    return { chip: (usual) => ({ ...usual, expiresAt }) };
  }
  function issued(issuedAt: number): NonNullable<CompositionOptions['statements']> {
    return { chip: (usual) => ({ ...usual, issuedAt }) };
  }

  test.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, -0])(
    '%s is no time to check at',
    async (moment) => {
      await expect(at(compose(people), moment)).rejects.toMatchObject({ code: 'checker/now-invalid' });
    },
  );
});
