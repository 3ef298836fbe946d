import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineFindings, type FindingDefinition, mergeFindings } from '../src/index.ts';
import { pump } from './arbitraries.ts';

const probing: FindingDefinition = {
  code: 'gateway/topic-probing',
  claim: 'executables',
  value: -34,
  expected: { en: 'A device uses its own topics.', ja: '機器は自分のトピックだけを使う。' },
  found: {
    en: 'It tried {count} others, {topic} last.',
    ja: '{topic} など {count} 件の他のトピックを試した。',
  },
  remedy: { en: 'Restore its firmware, then let it attest.', ja: 'ファームウェアを復元し、再度証明させる。' },
};
const matched: FindingDefinition = {
  ...probing,
  code: 'attestation/pcr-match',
  value: 2,
  found: probing.expected,
};
const registry = defineFindings([probing, matched]);
const fields = { subject: pump, aspect: 'topics', appraiser: 'gateway', at: 5, premises: [] };

test('a code says what was expected, what was found and what would change it, in two languages', () => {
  const finding = registry.finding(probing.code, {
    ...fields,
    parameters: { count: 3, topic: 'c/valve-2/open' },
  });
  expect(finding).toMatchObject({ claim: 'executables', value: -34, code: probing.code });
  expect(registry.sentence(finding, 'en')).toEqual({
    expected: 'A device uses its own topics.',
    found: 'It tried 3 others, c/valve-2/open last.',
    remedy: 'Restore its firmware, then let it attest.',
  });
  expect(registry.sentence(finding, 'ja').found).toBe('c/valve-2/open など 3 件の他のトピックを試した。');
});

test('what a device chose cannot change how a sentence reads', () => {
  const say = (topic: string) =>
    registry.sentence({ code: probing.code, parameters: { count: 1, topic } }, 'en').found;
  expect(say('a\nb\u0000')).toBe('It tried 1 others, a\\u{a}b\\u{0} last.');
  expect(say('\u202egpj.exe')).toBe('It tried 1 others, \\u{202e}gpj.exe last.');
  expect(say('{count} $& \\')).toBe('It tried 1 others, {count} $& \\u{5c} last.');
  expect(say('温度/センサー')).toBe('It tried 1 others, 温度/センサー last.');
  expect(say('x'.repeat(121))).toBe(`It tried 1 others, ${'x'.repeat(120)}… last.`);
});

test('whatever the parameter, the sentence is bounded, printable and one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (topic) => {
      const { found } = registry.sentence({ code: probing.code, parameters: { count: 1, topic } }, 'en');
      expect(found.length).toBeLessThan(150);
      expect(found).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('a finding is only made whole', () => {
  const make = (code: string, more: object) => () =>
    registry.finding(code, { ...fields, parameters: {}, ...more });
  expect(make('gateway/unheard-of', {})).toThrow(
    expect.objectContaining({ code: 'trust/finding-unknown-code' }),
  );
  expect(make(probing.code, { parameters: { count: 1 } })).toThrow(
    expect.objectContaining({
      code: 'trust/finding-parameter-missing',
      detail: { code: probing.code, parameter: 'topic' },
    }),
  );
  expect(make(matched.code, {})).toThrow(expect.objectContaining({ code: 'trust/finding-no-end' }));
  expect(make(matched.code, { holdsUntil: 9 })()).toMatchObject({ value: 2, holdsUntil: 9 });
});

test('what values of a parameter are called is said in the language of the sentence, and what has words for nothing may be missing', () => {
  const named = defineFindings([
    {
      ...probing,
      words: {
        topic: { '': { en: 'none', ja: 'なし' }, t: { en: 'the valve', ja: '弁' } },
        count: { 1: { en: 'one', ja: '一' } },
      },
    },
  ]);
  const say = (parameters: Record<string, string | number>, language: 'en' | 'ja' = 'en') =>
    named.sentence({ code: probing.code, parameters }, language).found;
  expect(say({ count: 1, topic: 't' })).toBe('It tried one others, the valve last.');
  expect(say({ count: 2, topic: 'toString' }, 'ja')).toBe('toString など 2 件の他のトピックを試した。');
  expect(say({ count: 2 })).toBe('It tried 2 others, none last.');
  expect(named.finding(probing.code, { ...fields, parameters: { count: 2 } }).parameters).toEqual({
    count: 2,
  });
  expect(() => named.finding(probing.code, { ...fields, parameters: { topic: 't' } })).toThrow(
    expect.objectContaining({ code: 'trust/finding-parameter-missing' }),
  );
});

test('definitions are data, sorted by code, and registries merge', () => {
  expect(registry.definitions).toEqual([matched, probing]);
  expect(registry.get(probing.code)).toBe(probing);
  expect(registry.get('toString')).toBeUndefined();
  expect(mergeFindings(defineFindings([probing]), defineFindings([matched])).definitions).toEqual(
    registry.definitions,
  );
  expect(() => mergeFindings(registry, registry)).toThrow(
    expect.objectContaining({ code: 'trust/definition-duplicate' }),
  );
});

test.each<[string, object]>([
  ['trust/definition-code', { code: 'probing' }],
  ['trust/definition-claim', { claim: 'soul' }],
  ['trust/definition-value', { value: 200 }],
  ['trust/definition-sentence', { remedy: { en: 'Mend it.', ja: ' ' } }],
  ['trust/definition-sentence', { remedy: { en: 'Mend it.' } }],
  ['trust/definition-sentence', { remedy: { en: 'Mend {it', ja: '直す' } }],
  ['trust/definition-parameters', { remedy: { en: 'Mend {count}.', ja: '直す' } }],
  ['trust/definition-sentence', { words: { topic: { a: { en: 'one', ja: '' } } } }],
  ['trust/definition-words', { words: { topic: { a: { en: '{count}', ja: '{count}' } } } }],
  ['trust/definition-words', { words: { topic: { a: { en: 'x'.repeat(121), ja: 'x' } } } }],
  ['trust/definition-parameters', { remedy: { en: 'Mend {count}.', ja: '{topic} を直す' } }],
])('%s: %j', (code, change) => {
  const define = () => defineFindings([{ ...probing, ...change } as FindingDefinition]);
  expect(define).toThrow(expect.objectContaining({ code }));
});
