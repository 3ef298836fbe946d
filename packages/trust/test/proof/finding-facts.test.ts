import { encodeCbor, fromHex, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Atom,
  clearFinding,
  type Finding,
  findingDigest,
  findingFacts,
  readFindingFacts,
  relayedFindingFacts,
  validateFinding,
} from '../../src/index.ts';
import { anyFinding } from '../arbitraries.ts';
import { sha256 } from '../keys.ts';
import { finding, now } from './parties.ts';

const premises = ['0f'.repeat(32), 'a0'.repeat(32)];
const full = finding({ value: 2, premises: premises.map((hex) => `sha256:${hex}`), parameters: { pcr: 7 } });
const digest = findingDigest(full, sha256);

test('a finding is named by the digest of what is recorded of it', () => {
  const recorded = [
    ...['finding', 'device:pump-1', 'executables', 2, 'attestation/measured', 'boot', 'measured-boot'],
    ...[now - 1000, now + 59_000, premises.map(fromHex)],
  ];
  expect(toHex(digest)).toBe(toHex(sha256(encodeCbor(recorded))));
});

test('the digest does not cover parameters, which could be guessed, nor that an operator cleared it', () => {
  const adverse = finding({ value: 99 });
  const cleared = clearFinding(adverse, { operator: 'ann', reason: 'checked', at: now });
  expect(findingDigest({ ...cleared, parameters: { address: '192.0.2.7' } } as Finding, sha256)).toEqual(
    findingDigest(adverse, sha256),
  );
});

test('any other change gives another digest', () => {
  const changes: Partial<Finding>[] = [
    { subject: { kind: 'device', id: 'pump-2' } },
    { claim: 'hardware' },
    { value: 3 },
    { code: 'attestation/other' },
    { aspect: 'kernel' },
    { appraiser: 'other' },
    { at: now },
    { holdsUntil: now + 1 },
    { premises: full.premises.toReversed() },
    { premises: [] },
  ];
  const digests = changes.map((change) => toHex(findingDigest({ ...full, ...change }, sha256)));
  expect(new Set([...digests, toHex(digest)]).size).toBe(changes.length + 1);
});

test('its facts are the finding and what it rests on', () => {
  const rests = premises.map((hex): Atom => ['rests', digest, fromHex(hex)]);
  const words = ['attestation/measured', 'boot', 'measured-boot', now - 1000, now + 59_000] as const;
  expect(findingFacts(full, sha256)).toEqual([
    ['finding', digest, 'device:pump-1', 'executables', 2, ...words],
    ...rests,
  ]);
  const statement = new Uint8Array(32).fill(7);
  expect(relayedFindingFacts(full, statement, sha256)).toEqual([
    ['relays', digest, 'device:pump-1', 'executables', 2, ...words, statement],
    ...rests,
  ]);
});

test('what does not lapse stands until 2^53 − 1', () => {
  expect(findingFacts(finding({ value: 99 }), sha256)[0]?.at(-1)).toBe(2 ** 53 - 1);
});

test('any finding comes back from its facts, without parameters and uncleared', () => {
  fc.assert(
    fc.property(
      anyFinding,
      fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
      (any, relays) => {
        const { parameters, clearedBy, ...recorded } = any;
        const facts = relays ? relayedFindingFacts(any, relays, sha256) : findingFacts(any, sha256);
        const reading = readFindingFacts(facts);
        expect(reading).toEqual({
          digest: findingDigest(any, sha256),
          finding: recorded,
          ...(relays && { relays }),
        });
        expect(findingDigest(recorded, sha256)).toEqual(reading?.digest);
      },
    ),
  );
});

test('a finding that may not count is not stated', () => {
  const wrong = { ...full, aspect: '' };
  expect(() => findingFacts(wrong, sha256)).toThrow(
    expect.objectContaining({ code: 'trust/finding-aspect' }),
  );
  expect(() => validateFinding(wrong)).toThrow(expect.objectContaining({ code: 'trust/finding-aspect' }));
});

describe('facts that are about no finding, or state one wrongly, are not read as one', () => {
  const [stated, ...rests] = findingFacts(full, sha256) as [Atom, ...Atom[]];
  const changed = (place: number, term: Atom[number]): Atom[] => [
    stated.map((each, at) => (at === place ? term : each)) as unknown as Atom,
    ...rests,
  ];
  test.each<[string, readonly Atom[]]>([
    ['none', []],
    ['another predicate', changed(0, 'vouches')],
    ['a digest that is none', changed(1, new Uint8Array(31))],
    ['no subject', changed(2, 'planet:mars')],
    ['no claim', changed(3, 'soul')],
    ['no value', changed(4, 128)],
    ['no code', changed(5, 'code')],
    ['an affirmation without an end', changed(9, 2 ** 53 - 1)],
    ['an end before its start', changed(9, 1)],
    ['one term too many', [[...stated, 1], ...rests]],
    ['relays without a statement', changed(0, 'relays')],
    ['two findings', [stated, stated]],
    ['premises of another', [stated, ['rests', new Uint8Array(32), new Uint8Array(32)]]],
    ['a premise that is none', [stated, ['rests', digest, 'sha256']]],
  ])('%s', (_, facts) => expect(readFindingFacts(facts)).toBeUndefined());
});
