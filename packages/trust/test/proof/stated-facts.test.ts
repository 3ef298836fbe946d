import { describe, expect, test } from 'vitest';
import {
  type Atom,
  appointmentFacts,
  composeVerdict,
  compositionFacts,
  defineProfile,
  findingDigest,
  indexParts,
  type PartOf,
  readVerdictFacts,
  type Subject,
  subjectKey,
  verdictFacts,
  vouchingFacts,
} from '../../src/index.ts';
import { pump } from '../arbitraries.ts';
import { sha256 } from '../keys.ts';
import { device, finding, now } from './parties.ts';

const profile = defineProfile({ name: 'field', required: ['hardware', 'configuration'] });
const findings = [finding({ value: 2 }), finding({ value: 99, claim: 'hardware' })];
const verdict = composeVerdict({ subject: pump, findings, edges: [], profile, now });
const facts = verdictFacts({ verdict, profile, standing: 'quarantined', holder: device.keyId }, sha256);

test('appointments and vouchings say one thing', () => {
  expect(appointmentFacts(device.keyId, 'verifier')).toEqual([['appoints', device.keyId, 'verifier']]);
  expect(vouchingFacts({ subject: { kind: 'model', id: 'p100' }, claim: 'hardware', value: -2 })).toEqual([
    ['vouches', 'model:p100', 'hardware', -2],
  ]);
});

test('an edge composes the way that composition goes: up to models and lots, down to parts', () => {
  const [part, lot]: Subject[] = [
    { kind: 'component', id: 'tpm' },
    { kind: 'lot', id: '2031-07' },
  ] as const;
  const edges: PartOf[] = [
    { part: part as Subject, whole: pump },
    { part: pump, whole: lot as Subject },
  ];
  expect(edges.flatMap(compositionFacts)).toEqual([
    ['composes', 'device:pump-1', 'component:tpm'],
    ['composes', 'device:pump-1', 'lot:2031-07'],
  ]);
  for (const edge of edges) {
    const [[, on, from]] = compositionFacts(edge) as [[string, string, string]];
    const composed = indexParts([edge]).composedOf(
      [edge.part, edge.whole].find((each) => subjectKey(each) === on) as Subject,
    );
    expect([...composed]).toEqual([on, from]);
  }
});

test('a verdict says which findings count, in its order, and neither vector nor status', () => {
  expect(facts).toEqual([
    ['verdict', 'device:pump-1', 1, now, 'quarantined', device.keyId, 0, 'field', 0b10010, 2],
    ...verdict.findings.map((each, index) => ['counts', index, findingDigest(each, sha256)]),
  ]);
  expect(verdict.findings.map(({ value }) => value)).toEqual([99, 2]);
});

test('a device without a key has no holder, and one that is overdue says so', () => {
  const overdue = composeVerdict({ subject: pump, findings, edges: [], profile, now: now + 60_000 });
  const [stated] = verdictFacts({ verdict: overdue, profile, standing: 'admitted' }, sha256);
  expect(stated?.slice(4, 7)).toEqual(['admitted', new Uint8Array(0), 1]);
});

test('a verdict under one profile is not attested under another', () => {
  const other = defineProfile({ name: 'office', required: [] });
  expect(() => verdictFacts({ verdict, profile: other, standing: 'admitted' }, sha256)).toThrow(
    expect.objectContaining({ code: 'trust/verdict-profile' }),
  );
});

test('a verdict comes back from its facts', () => {
  expect(readVerdictFacts(facts)).toEqual({
    ...{ subject: pump, epoch: 1, at: now, standing: 'quarantined', holder: device.keyId },
    ...{ overdue: false, profile: 'field', findings: 2 },
  });
});

describe('facts that are no verdict, or count wrongly, are not read as one', () => {
  const [stated, ...counts] = facts as [Atom, ...Atom[]];
  const changed = (place: number, term: Atom[number]): Atom[] => [
    stated.map((each, at) => (at === place ? term : each)) as unknown as Atom,
    ...counts,
  ];
  test.each<[string, readonly Atom[]]>([
    ['none', []],
    ['another predicate', changed(0, 'finding')],
    ['no subject', changed(1, 'pump-1')],
    ['no epoch', changed(2, 'one')],
    ['no time', changed(3, new Uint8Array(1))],
    ['no standing', changed(4, 'welcome')],
    ['no holder', changed(5, 'key')],
    ['no profile', changed(7, 1)],
    ['more findings than it counts', changed(9, 3)],
    ['another order', [stated, ...counts.toReversed()]],
    ['something else beside', [stated, counts[0] as Atom, ['rests', 1]]],
    ['one term too many', [[...stated, 0], ...counts]],
  ])('%s', (_, wrong) => expect(readVerdictFacts(wrong)).toBeUndefined());
});
