import { createHash } from 'node:crypto';
import { type CborValue, encodeCbor, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compileRules,
  decodeRuleSet,
  encodeRuleSet,
  type Pattern,
  patternText,
  type RuleSet,
  ruleSetDigest,
  ruleText,
  verdictRules,
} from '../../src/index.ts';
import { sha256 } from '../keys.ts';

const code = (code: string) => expect.objectContaining({ code });
const bytes = encodeRuleSet(verdictRules);
const plain = {
  ...verdictRules,
  rules: verdictRules.rules.map(({ label, head, body }) => ({ label, head, body })),
};

test('the rules of verdicts have not changed unnoticed: another digest needs another version', () => {
  expect(verdictRules.version).toBe(1);
  expect(toHex(ruleSetDigest(verdictRules, sha256))).toBe(
    '8b36514d2a347d496c304e2f5140a6d8a466adc97fce964aa6028007f7d3b42a',
  );
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(toHex(ruleSetDigest(verdictRules, sha256)));
});

test('a rule set comes back as it was encoded, without what it says to people', () => {
  expect(decodeRuleSet(bytes)).toEqual(plain);
  expect(compileRules(decodeRuleSet(bytes)).ruleSet).toEqual(plain);
});

test('it is an array of name, version and rules, variables arrays of their names', () => {
  const ruleSet: RuleSet = {
    name: 'n',
    version: 2,
    rules: [{ label: 'l', head: ['h', ['X']], body: [['b', ['X'], 1]] }],
  };
  // RFC 8949 §3, by hand.
  expect(toHex(encodeRuleSet(ruleSet))).toBe(`83616e0281${'83616c'}${'826168816158'}${'8183616281615801'}`);
});

test('each rule is said in both languages, in one sentence', () => {
  for (const { meaning } of verdictRules.rules) {
    expect(meaning.en).toMatch(/^[A-Z][^.]*\.$/);
    expect(meaning.ja).toMatch(/。$/);
  }
});

test('rules read as Datalog', () => {
  const [root, appointed] = verdictRules.rules;
  expect(root && ruleText(root)).toBe('speaks(K, R) :-\n  root(K, R),\n  absent("key", K).');
  expect(appointed && ruleText(appointed).split('\n')[2]).toBe('  says(O, S, "appoints", K, "verifier"),');
  expect(ruleText({ head: ['p', 'a"b', -1, new Uint8Array([255])], body: [] })).toBe(
    `p("a\\"b", -1, h'ff').`,
  );
  expect(patternText(['=least', ['U'], 2 ** 53 - 1, ['Y']])).toBe('=least(U, NEVER, Y)');
});

test('what is not an encoding of rules is refused, and what is, is the only one', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, octet) => {
      const changed = bytes.map((byte, at) => (at === index ? octet : byte));
      let ruleSet: RuleSet;
      try {
        ruleSet = decodeRuleSet(changed);
      } catch (error) {
        expect(error).toMatchObject(code('trust/rules-malformed'));
        return;
      }
      expect(encodeRuleSet(ruleSet)).toEqual(changed);
    }),
    { numRuns: 500 },
  );
});

describe('a rule set is refused', () => {
  const rule: [string, Pattern, Pattern[]] = ['l', ['h'], []];
  const long = 'x'.repeat(257);
  test.each<[unknown]>([
    ['rules'],
    [['n', 1]],
    [['n', 1, [rule], 0]],
    [[1, 1, [rule]]],
    [[long, 1, [rule]]],
    [['n', 'one', [rule]]],
    [['n', 0.5, [rule]]],
    [['n', 1, []]],
    [['n', 1, Array(65).fill(rule)]],
    [['n', 1, [['l', ['h']]]]],
    [['n', 1, [[7, ['h'], []]]]],
    [['n', 1, [[long, ['h'], []]]]],
    [['n', 1, [['l', [], []]]]],
    [['n', 1, [['l', [['P']], []]]]],
    [['n', 1, [['l', ['h', []], []]]]],
    [['n', 1, [['l', ['h', ['X', 'Y']], []]]]],
    [['n', 1, [['l', ['h', [1]], []]]]],
    [['n', 1, [['l', ['h', ...Array<number>(24).fill(0)], []]]]],
    [['n', 1, [['l', ['h'], Array(17).fill(['b'])]]]],
    [['n', 1, [['l', ['h'], [['b', null]]]]]],
  ])('%#', (value) => {
    expect(() => decodeRuleSet(encodeCbor(value as CborValue))).toThrow(code('trust/rules-malformed'));
  });

  test('with as much as may be, not at all', () => {
    const most = [
      'n',
      1,
      Array(64).fill(['l', ['h', ...Array<number>(23).fill(0)], Array(16).fill(['b', 1])]),
    ];
    expect(decodeRuleSet(encodeCbor(most as CborValue)).rules).toHaveLength(64);
  });

  test.each([new Uint8Array(0), new Uint8Array([...bytes, 0]), bytes.subarray(0, -1)])(
    'as what is no CBOR %#',
    (wrong) => {
      expect(() => decodeRuleSet(wrong)).toThrow(code('trust/rules-malformed'));
    },
  );
});
