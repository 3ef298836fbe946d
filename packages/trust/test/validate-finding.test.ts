import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clearFinding, currentFindings, type Finding, validateFinding } from '../src/index.ts';
import { anyHistory, makeFinding } from './arbitraries.ts';

const clearance = { operator: 'ann', reason: 'replaced the board', at: 7 };
const digest = `sha256:${'0f'.repeat(32)}`;
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, index]));

const wrong: [string, Record<string, unknown>][] = [
  ['trust/finding-subject', { subject: { kind: 'planet', id: 'mars' } }],
  ['trust/finding-subject', { subject: undefined }],
  ['trust/finding-claim', { claim: 'toString' }],
  ['trust/finding-value', { value: 128 }],
  ['trust/finding-value', { value: 2.5 }],
  ['trust/finding-code', { code: 'no-domain' }],
  ['trust/finding-code', { code: 'Gateway/x' }],
  ['trust/finding-aspect', { aspect: '' }],
  ['trust/finding-aspect', { aspect: 'a\u0000b' }],
  ['trust/finding-appraiser', { appraiser: 'x'.repeat(129) }],
  ['trust/finding-at', { at: -1 }],
  ['trust/finding-at', { at: Number.NaN }],
  ['trust/finding-premises', { premises: [digest.toUpperCase()] }],
  ['trust/finding-premises', { premises: Array(33).fill(digest) }],
  ['trust/finding-parameters', { parameters: many(17) }],
  ['trust/finding-parameters', { parameters: { Topic: 'x' } }],
  ['trust/finding-parameters', { parameters: { topic: 'x'.repeat(257) } }],
  ['trust/finding-parameters', { parameters: { topic: '\ud800' } }],
  ['trust/finding-parameters', { parameters: { count: Number.NaN } }],
  ['trust/finding-parameters', { parameters: null }],
  ['trust/finding-lapse', { holdsUntil: 100 }],
  ['trust/finding-lapse', { value: 0, holdsUntil: 100 }],
  ['trust/finding-no-end', { value: 2 }],
  ['trust/finding-holds-until', { value: 2, at: 5, holdsUntil: 5 }],
  ['trust/finding-holds-until', { value: 2, holdsUntil: Number.POSITIVE_INFINITY }],
  ['trust/finding-clearance', { clearedBy: { ...clearance, reason: ' ' } }],
  ['trust/finding-not-clearable', { value: 2, holdsUntil: 9, clearedBy: clearance }],
  ['trust/finding-not-clearable', { value: 0, clearedBy: clearance }],
];

test.each(wrong)('%s: %j', (code, fields) => {
  const finding = { ...makeFinding({ value: 32 }), ...fields } as unknown as Finding;
  expect(() => validateFinding(finding)).toThrow(expect.objectContaining({ code }));
});

test('findings as they should be pass unchanged', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      expect(history.map(validateFinding)).toEqual(history);
    }),
  );
  const full = makeFinding({ value: -33, premises: [digest], parameters: { topic: 'd/x', count: 2 } });
  expect(validateFinding(full)).toBe(full);
});

test('an operator clears a warning on record, and an affirmation not at all', () => {
  const warning = makeFinding({ value: 32 });
  expect(clearFinding(warning, clearance)).toEqual({ ...warning, clearedBy: clearance });
  const clearAffirming = () => clearFinding(makeFinding({ value: 2 }), clearance);
  expect(clearAffirming).toThrow(expect.objectContaining({ code: 'trust/finding-not-clearable' }));
  const relayed = makeFinding({ value: 2, relays: 'ab'.repeat(32) });
  expect(clearFinding(relayed, clearance)).toEqual({ ...relayed, clearedBy: clearance });
  const older = makeFinding({ value: 96, at: relayed.at - 1 });
  expect(currentFindings([older, clearFinding(relayed, clearance)], relayed.at)).toEqual([]);
});
