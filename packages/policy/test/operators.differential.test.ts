import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeByBoth, type Truth } from './support/both-engines.ts';
import { constructorTexts, longs, texts } from './support/universe.ts';

const value = (json: unknown) => ({ Value: json });
const both = (name: string, left: unknown, right: unknown) => ({ [name]: { left, right } });
const call = (name: string, ...args: unknown[]) => ({ [name]: args });
const made = (name: keyof typeof constructorTexts) =>
  constructorTexts[name].map((text) => call(name, value(text)));

/** Every pair under every operator. */
function table(
  lefts: readonly unknown[],
  rights: readonly unknown[],
  apply: ((left: unknown, right: unknown) => unknown)[],
) {
  return lefts.flatMap((left) => rights.flatMap((right) => apply.map((make) => make(left, right))));
}

/** Both engines agree on all, and each of the outcomes named is among them. */
function expectAgreement(
  expressions: readonly unknown[],
  outcomes: readonly Truth[] = ['true', 'false', 'error'],
): void {
  const { kiten, cedar } = judgeByBoth(expressions);
  const different = expressions.filter((_, index) => kiten[index] !== cedar[index]);
  expect(different).toEqual([]);
  expect([...new Set(kiten)].sort()).toEqual([...outcomes].sort());
}

describe('agreement with the Cedar engine, operator by operator', () => {
  it('holds for every pair of addresses', () => {
    const apply = [
      (left: unknown, right: unknown) => both('==', left, right),
      (left: unknown, right: unknown) => call('isInRange', left, right),
    ];
    expectAgreement(table(made('ip'), made('ip'), apply));
  });

  it('holds for what an address is', () => {
    const names = ['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'];
    expectAgreement(made('ip').flatMap((address) => names.map((name) => call(name, address))));
  });

  it('holds for every pair of decimals', () => {
    const names = ['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'];
    const methods = names.map((name) => (left: unknown, right: unknown) => call(name, left, right));
    const equal = (left: unknown, right: unknown) => both('==', left, right);
    expectAgreement(table(made('decimal'), made('decimal'), [equal, ...methods]));
  });

  it('holds for every pair of datetimes, and of durations', () => {
    const apply = ['==', '<', '<=', '>', '>='].map(
      (name) => (left: unknown, right: unknown) => both(name, left, right),
    );
    expectAgreement(table(made('datetime'), made('datetime'), apply));
    expectAgreement(table(made('duration'), made('duration'), apply));
  });

  it('holds for arithmetic on times', () => {
    const offsets = table(made('datetime'), made('duration'), [(at, by) => call('offset', at, by)]);
    const days = offsets.flatMap((at) =>
      [call('toDate', at), at].map((date) => both('<', date, call('datetime', value('1970-01-02')))),
    );
    const clocks = offsets.flatMap((at) =>
      ['0ms', '1ms', '12h'].map((span) => both('<=', call('toTime', at), call('duration', value(span)))),
    );
    const since = table(
      offsets.filter((_, index) => index % 7 === 0),
      made('datetime'),
      [(at, from) => both('<', call('durationSince', at, from), call('duration', value('1d')))],
    );
    expectAgreement(days);
    expectAgreement(clocks);
    expectAgreement(since);
  });

  it('holds for the units of a duration, rounded towards zero', () => {
    const names = ['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'];
    const numbers = [...longs, 106_751_991_167n, -106_751_991_167n, 26n, -26n, 93_784n].map(value);
    expectAgreement(
      table(
        made('duration'),
        numbers,
        names.map((name) => (span, number) => both('==', call(name, span), number)),
      ),
    );
  });

  it('holds for arithmetic and order of 64-bit integers', () => {
    const numbers = longs.map(value);
    const sums = ['+', '-', '*'].flatMap((name) =>
      ['==', '<', '>='].map(
        (compare) => (left: unknown, right: unknown) => both(compare, both(name, left, right), left),
      ),
    );
    const negations = numbers.map((number) => both('<', { neg: { arg: number } }, number));
    expectAgreement([...table(numbers, numbers, sums), ...negations]);
  });

  it('holds for like, patterns and texts of pieces that repeat and overlap', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', 'ab', 'aa', '*', '😀', 'é', '\u0000', '\ud7ff'), {
      maxLength: 6,
    });
    const pattern = fc.array(
      fc.oneof(
        fc.constant('Wildcard'),
        fc.constantFrom('a', 'b', 'ab', 'aa', '*', '😀', '').map((Literal) => ({ Literal })),
      ),
      { maxLength: 6 },
    );
    const cases = fc.sample(fc.tuple(pieces, pattern), { numRuns: 2_500, seed: 7 });
    expectAgreement(
      cases.map(([text, elements]) => ({ like: { left: value(text.join('')), pattern: elements } })),
      ['true', 'false'],
    );
  });

  it('holds for sets of sets, records and mixtures', () => {
    const leaf = fc.constantFrom<unknown>(
      1n,
      2n,
      true,
      '',
      'a',
      '1',
      { __entity: { type: 'User', id: 'ann' } },
      { a: 1n },
      { a: 1n, b: [] },
      { __extn: { fn: 'decimal', arg: '1.0' } },
      { __extn: { fn: 'decimal', arg: '1.00' } },
    );
    const { set } = fc.letrec<{ set: unknown[] }>((tie) => ({
      set: fc.array(fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: tie('set') }), {
        maxLength: 4,
        depthIdentifier: 'set',
      }),
    }));
    const names = fc.constantFrom('==', '!=', 'contains', 'containsAll', 'containsAny');
    const cases = fc.sample(fc.tuple(names, set, fc.oneof(set, leaf)), { numRuns: 2_500, seed: 7 });
    const unchanged = fc.sample(set, { numRuns: 300, seed: 7 });
    expectAgreement([
      ...cases.map(([name, left, right]) => both(name, value(left), value(right))),
      // Neither order nor repetition matters.
      ...unchanged.map((elements) =>
        both('==', value(elements), value([...elements.toReversed(), ...elements])),
      ),
    ]);
  });

  it('holds between values of different types', () => {
    const values = [
      true,
      1n,
      'a',
      '1.0',
      [],
      {},
      { __entity: { type: 'User', id: 'ann' } },
      { __extn: { fn: 'ip', arg: '::1' } },
      { __extn: { fn: 'decimal', arg: '1.0' } },
      { __extn: { fn: 'datetime', arg: '1970-01-01' } },
      { __extn: { fn: 'duration', arg: '0s' } },
    ].map(value);
    const names = [
      '==',
      '!=',
      '<',
      '<=',
      '>',
      '>=',
      '&&',
      '||',
      '+',
      '-',
      '*',
      'in',
      'contains',
      'containsAll',
      'containsAny',
      'getTag',
      'hasTag',
    ];
    const methods = ['isInRange', 'lessThan', 'greaterThanOrEqual', 'offset', 'durationSince'];
    expectAgreement(
      table(values, values, [
        ...names.map((name) => (left: unknown, right: unknown) => both(name, left, right)),
        ...methods.map((name) => (left: unknown, right: unknown) => call(name, left, right)),
        (left, right) => ({
          'if-then-else': Object.fromEntries([
            ['if', left],
            ['then', right],
            ['else', value(true)],
          ]),
        }),
      ]),
    );
    const unary = [
      'isIpv4',
      'isLoopback',
      'toDate',
      'toTime',
      'toDays',
      'ip',
      'decimal',
      'datetime',
      'duration',
      'unknown',
    ];
    expectAgreement(
      values.flatMap((operand) => [
        { '!': { arg: operand } },
        { neg: { arg: operand } },
        { isEmpty: { arg: operand } },
        { like: { left: operand, pattern: ['Wildcard'] } },
        { is: { left: operand, entity_type: 'User' } },
        { has: { left: operand, attr: 'name' } },
        { '.': { left: operand, attr: 'name' } },
        ...unary.map((name) => call(name, operand)),
      ]),
    );
  });

  it('holds for texts against themselves', () => {
    expectAgreement(table(texts.map(value), texts.map(value), [(left, right) => both('==', left, right)]), [
      'true',
      'false',
    ]);
  });
});
