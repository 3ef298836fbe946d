import { toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AttestedVerdict,
  appointmentFacts,
  composeVerdict,
  defineProfile,
  deriveVerdict,
  type Finding,
  findingFacts,
  type Mark,
  markBytes,
  readGoal,
  relayedFindingFacts,
  type SignedFacts,
  type Subject,
  type VerdictSources,
  verdictFacts,
  verdictRules,
  vouchingFacts,
} from '../../src/index.ts';
import { anyHistory, anyProfile, edges, pump } from '../arbitraries.ts';
import { sha256 } from '../keys.ts';
import {
  appointment,
  device,
  finding,
  maker,
  now,
  operator,
  party,
  profile,
  say,
  verifier,
} from './parties.ts';
import { recheck } from './recheck.ts';
import { attested, roots } from './scene.ts';

const code = (code: string) => expect.objectContaining({ code });
const component: Subject = { kind: 'component', id: 'tpm' };
const model: Subject = { kind: 'model', id: 'p100' };

/** The goal of a derivation that has been checked step by step. */
function proven(sources: VerdictSources) {
  const derivation = deriveVerdict(sources);
  recheck(derivation, verdictRules);
  return readGoal(derivation.goal);
}

const marks = (...list: readonly Mark[]): VerdictSources['isMarked'] => {
  const keys = new Set(list.map((mark) => toHex(markBytes(mark))));
  return (mark) => keys.has(toHex(markBytes(mark)));
};

const labels = ({ steps }: ReturnType<typeof deriveVerdict>) =>
  steps.map(([rule]) => verdictRules.rules[rule]?.label);

describe('what is derived is the verdict that was composed', () => {
  test('for a device with findings on itself, a component and its model', () => {
    const findings = [
      finding({ value: 2 }),
      finding({ value: 3, claim: 'configuration' }),
      finding({ value: 2, claim: 'hardware', subject: component }),
      finding({ value: 32, claim: 'hardware', aspect: 'board', subject: component }),
      finding({ value: -40, claim: 'sourced-data', subject: model }),
    ];
    const scene = attested({
      findings,
      edges: [
        { part: component, whole: pump },
        { part: pump, whole: model },
      ],
    });
    const { vector } = scene.verdict;
    expect(proven(scene)).toEqual({
      ...{
        subject: 'device:pump-1',
        epoch: 1,
        holder: device.keyId,
        standing: 'admitted',
        status: 'warning',
      },
      ...{ vector, overdue: false, profile: 'field', at: now, until: now + 59_000 },
    });
    expect(vector).toMatchObject({ executables: 2, configuration: 3, hardware: 32, 'sourced-data': -40 });
  });

  test('for no findings at all', () => {
    expect(proven(attested({}))).toMatchObject({ status: 'warning', overdue: false });
    const open = defineProfile({ name: 'open', required: [] });
    const goal = proven(attested({ profile: open }));
    expect(goal).toMatchObject({ status: 'none', profile: 'open' });
    expect(goal).not.toHaveProperty('until');
  });

  test('for one that is overdue', () => {
    const findings = [finding({ value: 2, claim: 'hardware' }), finding({ value: 33 })];
    const goal = proven(attested({ findings, at: now + 59_000 }));
    expect(goal).toMatchObject({ overdue: true, status: 'warning', at: now + 59_000 });
    expect(goal).not.toHaveProperty('until');
  });

  test('for 80 findings', () => {
    const findings = Array.from({ length: 80 }, (_, index) =>
      finding({ value: 2 + (index % 30), aspect: `file-${index}` }),
    );
    const derivation = deriveVerdict(attested({ findings }));
    recheck(derivation, verdictRules);
    expect(derivation.steps).toHaveLength(165);
    expect(readGoal(derivation.goal)?.vector.executables).toBe(31);
  });

  test('whatever the history, the edges and the profile', () => {
    fc.assert(
      fc.property(anyHistory, anyProfile, fc.integer({ min: 0, max: 30 }), (history, judgedBy, at) => {
        const composed = composeVerdict({
          subject: pump,
          findings: history,
          edges,
          profile: judgedBy,
          now: at,
        });
        const scene = attested({ findings: composed.findings, edges, profile: judgedBy, at });
        const { vector, status, lapsesAt } = composed;
        const goal = proven(scene);
        expect(goal).toMatchObject({ vector, status, profile: 'any', at, overdue: scene.verdict.overdue });
        expect(goal?.until).toBe(lapsesAt);
      }),
      { numRuns: 40 },
    );
  });

  test('whatever order the statements come in, and the same steps if in the same order', () => {
    const findings = [
      finding({ value: 2 }),
      finding({ value: 33, aspect: 'b' }),
      finding({ value: 96, subject: component }),
    ];
    const scene = attested({ findings, edges: [{ part: component, whole: pump }] });
    const goal = proven(scene);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...scene.statements], { minLength: scene.statements.length }),
        (statements) => {
          const sources = { ...scene, statements };
          expect(proven(sources)).toEqual(goal);
          expect(deriveVerdict(sources)).toEqual(deriveVerdict({ ...sources, statements: [...statements] }));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a derivation uses only what it needs', () => {
  const scene = attested({ findings: [finding({ value: 2 })] });

  test('of the statements, the roots and what is asked about marks', () => {
    const others: SignedFacts[] = [
      say(verifier, findingFacts(finding({ value: 96, aspect: 'superseded' }), sha256)),
      say(maker, vouchingFacts({ subject: pump, claim: 'hardware', value: 2 })),
      ...attested({ subject: { kind: 'device', id: 'pump-2' }, findings: [] }).statements,
      ...scene.statements,
    ];
    const bare = deriveVerdict(scene);
    const derivation = deriveVerdict({
      ...scene,
      roots: [{ keyId: maker.keyId, role: 'manufacturer' }, ...roots],
      statements: others,
    });
    recheck(derivation, verdictRules);
    expect(derivation.leaves.map(({ kind }) => kind)).toEqual([
      ...['root', 'statement', 'statement', 'statement'],
      ...['absence', 'absence', 'absence', 'absence', 'absence'],
    ]);
    expect(derivation.leaves).toEqual(expect.arrayContaining([...bare.leaves]));
    expect(derivation.signers).toEqual([operator.keyId, verifier.keyId]);
  });

  test('and says which proofs it needs', () => {
    const [root, first, second, third, ...absences] = deriveVerdict(scene).leaves;
    expect(root).toEqual({ kind: 'root', keyId: operator.keyId, role: 'operator' });
    const digests = scene.statements.map(({ bytes, digest }) => ({
      kind: 'statement',
      statement: bytes,
      digest,
    }));
    expect([first, second, third]).toEqual(digests);
    expect(absences).toEqual([
      { kind: 'absence', mark: { kind: 'key', value: operator.keyId } },
      { kind: 'absence', mark: { kind: 'key', value: verifier.keyId } },
      { kind: 'absence', mark: { kind: 'statement', value: appointment.digest } },
      { kind: 'absence', mark: { kind: 'statement', value: scene.statements.at(-1)?.digest } },
      { kind: 'absence', mark: { kind: 'subject', value: 'device:pump-1' } },
    ]);
  });

  test('nothing follows from a root whose key is withdrawn, and no verifier appoints another', () => {
    expect(() =>
      deriveVerdict({ ...scene, isMarked: marks({ kind: 'key', value: operator.keyId }) }),
    ).toThrow(expect.objectContaining({ code: 'trust/not-derivable' }));
    const handed = say(verifier, appointmentFacts(maker.keyId, 'verifier'));
    const byMaker = say(maker, scene.statements.at(-1)?.facts ?? []);
    const statements = [...scene.statements.slice(0, -1), handed, byMaker];
    expect(() => deriveVerdict({ ...scene, statements })).toThrow(
      expect.objectContaining({ code: 'trust/not-derivable' }),
    );
  });

  test('of several verdicts, the one of the highest epoch that is not withdrawn', () => {
    const verdict = { ...scene.verdict, epoch: 7 };
    const later = say(verifier, verdictFacts({ verdict, profile, standing: 'quarantined' }, sha256));
    const statements = [...scene.statements.slice(0, -1), later, scene.statements.at(-1) as SignedFacts];
    expect(proven({ ...scene, statements })).toMatchObject({ epoch: 7, standing: 'quarantined' });
    const isMarked = marks({ kind: 'statement', value: later.digest });
    expect(proven({ ...scene, statements, isMarked })).toMatchObject({ epoch: 1, standing: 'admitted' });
  });

  test('and a rule once for what it gives', () => {
    const derivation = deriveVerdict(scene);
    expect(labels(derivation)).toEqual([
      ...['trusted-root', 'appointed-verifier', 'itself', 'begun', 'found', 'counted', 'verdict'],
    ]);
  });
});

describe('a finding that relays what a third party vouches for', () => {
  const relayed = finding({ value: 2, claim: 'hardware', subject: model });
  const vouching = say(maker, vouchingFacts({ subject: model, claim: 'hardware', value: 2 }));
  const scene = attested({ findings: [relayed], edges: [{ part: pump, whole: model }] });
  const relay = (finding: Finding, by: SignedFacts) =>
    say(verifier, relayedFindingFacts(finding, by.digest, sha256));
  const withRelay = (...statements: SignedFacts[]): VerdictSources => ({
    ...scene,
    roots: [...roots, { keyId: maker.keyId, role: 'manufacturer' }],
    statements: [...scene.statements.filter(({ facts }) => facts[0]?.[0] !== 'finding'), ...statements],
  });
  const sources = withRelay(relay(relayed, vouching), vouching);

  test('counts', () => {
    const derivation = deriveVerdict(sources);
    recheck(derivation, verdictRules);
    expect(labels(derivation)).toContain('relayed');
    expect(derivation.signers).toContainEqual(maker.keyId);
    expect(readGoal(derivation.goal)).toMatchObject({ status: 'affirming', vector: { hardware: 2 } });
  });

  test('counts if a root appointed who vouches', () => {
    const branch = party();
    const by = say(branch, vouchingFacts({ subject: model, claim: 'hardware', value: 2 }));
    const appointed = say(maker, appointmentFacts(branch.keyId, 'manufacturer'));
    const statements = [relay(relayed, by), by, appointed];
    expect(proven(withRelay(...statements))).toMatchObject({ vector: { hardware: 2 } });
  });

  test.each<[string, VerdictSources, RegExp]>([
    ['is not there', withRelay(relay(relayed, vouching)), /statement \w+ does not vouch/],
    [
      'is withdrawn',
      { ...sources, isMarked: marks({ kind: 'statement', value: vouching.digest }) },
      /statement \w+ is withdrawn/,
    ],
    ['is by nobody known', { ...sources, roots }, /key \w+ has no role/],
    [
      'is about something else',
      withRelay(
        relay(relayed, vouching),
        say(maker, vouchingFacts({ subject: pump, claim: 'hardware', value: 2 })),
      ),
      /statement \w+ does not vouch/,
    ],
  ])('does not count if the statement %s', (_, wrong, reason) => {
    expect(() => deriveVerdict(wrong)).toThrow(
      expect.objectContaining({ code: 'trust/not-derivable', message: expect.stringMatching(reason) }),
    );
  });

  test('does not count if the other has no say on that claim', () => {
    const opinion = finding({ value: 2, claim: 'sourced-data', subject: model });
    const by = say(maker, vouchingFacts({ subject: model, claim: 'sourced-data', value: 2 }));
    const other = attested({ findings: [opinion], edges: [{ part: pump, whole: model }] });
    const statements = [
      ...other.statements.filter(({ facts }) => facts[0]?.[0] !== 'finding'),
      relay(opinion, by),
      by,
    ];
    expect(() => deriveVerdict({ ...other, roots: sources.roots, statements })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('entitled("manufacturer", "sourced-data")'),
      }),
    );
  });
});

describe('a subject that is revoked', () => {
  const isMarked = marks({ kind: 'subject', value: 'device:pump-1' });
  const findings = [finding({ value: 2, claim: 'hardware' })];

  test('has a verdict that says so', () => {
    const derivation = deriveVerdict({ ...attested({ findings, standing: 'revoked' }), isMarked });
    recheck(derivation, verdictRules);
    expect(readGoal(derivation.goal)).toMatchObject({ standing: 'revoked', status: 'affirming' });
    expect(derivation.leaves.at(-1)).toEqual({
      kind: 'presence',
      mark: { kind: 'subject', value: 'device:pump-1' },
    });
  });

  test('and no other', () => {
    expect(() => deriveVerdict({ ...attested({ findings }), isMarked })).toThrow(
      expect.objectContaining({
        code: 'trust/not-derivable',
        message: 'The verdict does not follow: the subject device:pump-1 is withdrawn.',
        detail: { missing: 'absent("subject", "device:pump-1")' },
      }),
    );
  });
});

describe('where nothing follows, the nearest fact that is missing is named', () => {
  const findings = [
    finding({ value: 2 }),
    finding({ value: 33, aspect: 'b' }),
    finding({ value: 96, subject: component }),
  ];
  const scene = attested({ findings, edges: [{ part: component, whole: pump }] });
  const [, composition, , second] = scene.statements as [SignedFacts, SignedFacts, SignedFacts, SignedFacts];
  const without = (...left: SignedFacts[]) => ({
    ...scene,
    statements: scene.statements.filter((statement) => !left.includes(statement)),
  });
  const verdict = scene.statements.at(-1) as SignedFacts;
  const hex = toHex;
  const key = hex(verifier.keyId);

  test.each<[string, VerdictSources]>([
    ['no statement gives a verdict on device:pump-1.', without(verdict)],
    [
      'no statement gives a verdict on device:pump-2.',
      { ...scene, subject: { kind: 'device', id: 'pump-2' } },
    ],
    [`the key ${key} is no verifier, neither as a root nor by an appointment.`, without(appointment)],
    [
      `the key ${hex(operator.keyId)} is no operator, neither as a root nor by an appointment.`,
      { ...scene, roots: [] },
    ],
    [`the finding ${hex(second.facts[0]?.[1] as Uint8Array)} is not among the statements.`, without(second)],
    ['no statement says that component:tpm composes into the subject.', without(composition)],
    [`the key ${key} is withdrawn.`, { ...scene, isMarked: marks({ kind: 'key', value: verifier.keyId }) }],
    [
      `the statement ${hex(appointment.digest)} is withdrawn.`,
      { ...scene, isMarked: marks({ kind: 'statement', value: appointment.digest }) },
    ],
    [
      `the statement ${hex(composition.digest)} is withdrawn.`,
      { ...scene, isMarked: marks({ kind: 'statement', value: composition.digest }) },
    ],
    [
      `the statement ${hex(verdict.digest)} is withdrawn.`,
      { ...scene, isMarked: marks({ kind: 'statement', value: verdict.digest }) },
    ],
  ])('%s', (reason, sources) => {
    expect(() => deriveVerdict(sources)).toThrow(
      expect.objectContaining({
        code: 'trust/not-derivable',
        message: `The verdict does not follow: ${reason}`,
      }),
    );
  });

  test('a verdict that leaves out a number counts nothing beyond it', () => {
    const facts = verdict.facts.filter(([predicate, index]) => predicate !== 'counts' || index !== 1);
    const sources = { ...scene, statements: [...without(verdict).statements, say(verifier, facts)] };
    expect(() => deriveVerdict(sources)).toThrow(/the verdict does not say which finding number 1 is/);
  });

  test('somebody else’s findings and verdicts do not count', () => {
    const impostor = party();
    const statements = scene.statements.map((statement) =>
      statement === appointment ? statement : say(impostor, statement.facts),
    );
    expect(() => deriveVerdict({ ...scene, statements })).toThrow(
      new RegExp(`the key ${hex(impostor.keyId)} is no verifier`),
    );
    const appointed = [...statements, say(impostor, appointmentFacts(impostor.keyId, 'verifier'))];
    expect(() => deriveVerdict({ ...scene, statements: appointed })).toThrow(code('trust/not-derivable'));
  });
});

test('more findings than one statement can count are refused, and never cut off', () => {
  const findings = Array.from({ length: 128 }, (_, index) => finding({ value: 2, aspect: `file-${index}` }));
  const fields = (count: number): AttestedVerdict => ({
    verdict: { ...attested({}).verdict, findings: findings.slice(0, count) },
    profile,
    standing: 'admitted',
  });
  expect(() => say(verifier, verdictFacts(fields(128), sha256))).toThrow(code('trust/facts-count'));
  expect(() => say(verifier, verdictFacts(fields(100), sha256))).toThrow(code('trust/statement-too-large'));
});

test('a derivation that no bundle can hold is refused', () => {
  // Each finding is a statement of its own behind a chain of compositions: 3 leaves for each link.
  const links = Array.from(
    { length: 100 },
    (_, index): Subject => ({ kind: 'component', id: `part-${index}` }),
  );
  const chain = links.map((part, index) => ({ part, whole: links[index - 1] ?? pump }));
  const findings = links.slice(0, 70).map((subject) => finding({ value: 2, subject }));
  const last = finding({ value: 2, subject: links.at(-1) as Subject });
  expect(() => deriveVerdict(attested({ findings: [...findings, last], edges: chain }))).toThrow(
    code('trust/derivation-too-large'),
  );
});
