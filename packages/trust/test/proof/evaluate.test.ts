import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Atom,
  compileRules,
  type Pattern,
  type Rule,
  type Term,
  type Variable,
} from '../../src/index.ts';
import { type Evaluation, evaluate } from '../../src/proof/evaluate.ts';
import { conclusion, keyOf } from './by-hand.ts';
import { everything } from './naive.ts';

const code = (code: string) => expect.objectContaining({ code });
const ruleSet = (rules: readonly Rule[]) => ({ name: 'test', version: 1, rules });
const rule = (head: Pattern, ...body: Pattern[]): Rule => ({ label: 'rule', head, body });
const [X, Y, Z] = ['X', 'Y', 'Z'].map((name) => [name] as const) as [Variable, Variable, Variable];

/** Few terms, one of each kind among them that looks like another, so that atoms often meet. */
const constants: readonly Term[] = [0, 1, '1', new Uint8Array([1])];
const arities = { p: 1, q: 2, r: 3, s: 2 } as const;
const anyTerm = fc.constantFrom(...constants);
const anyPredicate = fc.constantFrom('p', 'q', 'r', 's') as fc.Arbitrary<keyof typeof arities>;

const atomOf = <T>(term: fc.Arbitrary<T>) =>
  anyPredicate.chain((predicate) =>
    fc
      .tuple(...Array<fc.Arbitrary<T>>(arities[predicate]).fill(term))
      .map((terms) => [predicate, ...terms] as const),
  );

/** Marks are on what is in this list. */
const marked = new Set([keyOf(1)]);
const isAbsent = ([, , value]: Atom) => !marked.has(keyOf(value));

/** A rule that is range-restricted: what has to be bound is drawn from what the patterns before it bind. */
const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    body: fc.array(atomOf(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(X, Y, Z) }, anyTerm)), {
      maxLength: 3,
    }),
    more: fc.array(fc.constantFrom('absent', '=least', '=next'), { maxLength: 2 }),
    head: atomOf(fc.nat()),
    dice: fc.infiniteStream(fc.nat()),
  })
  .map(({ body, more, head: [predicate, ...places], dice }) => {
    const names = [
      ...new Set(body.flat().flatMap((term) => (Array.isArray(term) ? [term[0] as string] : []))),
    ];
    const bound = (): Term | Variable => {
      const choices = [...names.map((name) => [name] as const), ...constants];
      return choices[(dice.next().value as number) % Math.max(names.length * 2, choices.length)] ?? 0;
    };
    const extra = more.map((kind): Pattern => {
      if (kind === 'absent') return ['absent', 'statement', bound()];
      // What is added goes no further than the rule: numbers would grow without end.
      return kind === '=least' ? ['=least', bound(), bound(), ['L']] : ['=next', bound(), bound()];
    });
    if (extra.some(([kind]) => kind === '=least')) names.push('L');
    return rule([predicate, ...places.map(bound)], ...(body as unknown as Pattern[]), ...extra);
  });

const programs = (rules: number, term: fc.Arbitrary<Term>, given: fc.ArrayConstraints) =>
  fc.record({
    rules: fc.array(anyRule, { minLength: 2, maxLength: rules }),
    given: fc.array(atomOf(term), given) as unknown as fc.Arbitrary<Atom[]>,
  });
const anyProgram = programs(8, anyTerm, { minLength: 4, maxLength: 14 });
/** So many atoms that looking at each in turn gives way to indexes. */
const largeProgram = programs(4, fc.nat(9), { minLength: 80, maxLength: 100 });

function derived(evaluation: Evaluation): ReadonlySet<string> {
  const numbers = Array.from({ length: evaluation.size }, (_, number) => number);
  return new Set(
    numbers
      .filter((number) => evaluation.origin(number).kind !== 'asked')
      .map((number) => keyOf(evaluation.atom(number))),
  );
}

describe('evaluation', () => {
  test.each([
    ['few', anyProgram, 500],
    ['many', largeProgram, 100],
  ])('derives what follows and nothing else, from %s atoms', (_, program, numRuns) => {
    let steps = 0;
    fc.assert(
      fc.property(program, ({ rules, given }) => {
        const evaluation = evaluate(compileRules(ruleSet(rules)), given, isAbsent);
        const expected = everything(rules, given, isAbsent);
        expect(derived(evaluation)).toEqual(expected);
        steps += expected.size - new Set(given.map(keyOf)).size;
      }),
      { numRuns },
    );
    expect(steps).toBeGreaterThan(numRuns);
  });

  test('gives a step for each atom that it derives, from atoms before it', () => {
    fc.assert(
      fc.property(anyProgram, ({ rules, given }) => {
        const evaluation = evaluate(compileRules(ruleSet(rules)), given, isAbsent);
        for (let number = 0; number < evaluation.size; number += 1) {
          const [origin, atom] = [evaluation.origin(number), evaluation.atom(number)];
          if (origin.kind === 'given') expect(atom).toEqual(given[origin.place]);
          if (origin.kind === 'asked') expect(isAbsent(atom)).toBe(true);
          if (origin.kind !== 'step') continue;
          for (const premise of origin.premises) expect(premise).toBeLessThan(number);
          const premises = origin.premises.map((premise) => evaluation.atom(premise));
          expect(conclusion(rules[origin.rule] as Rule, premises)).toEqual(atom);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('gives the same steps for the same input, and the same atoms in whatever order it comes', () => {
    const steps = (evaluation: Evaluation) =>
      Array.from({ length: evaluation.size }, (_, number) => [
        evaluation.atom(number),
        evaluation.origin(number),
      ]);
    fc.assert(
      fc.property(anyProgram, fc.infiniteStream(fc.nat()), ({ rules, given }, dice) => {
        const compiled = compileRules(ruleSet(rules));
        const evaluation = evaluate(compiled, given, isAbsent);
        expect(steps(evaluate(compiled, structuredClone(given), isAbsent))).toEqual(steps(evaluation));
        const keyed = given.map((atom) => ({ atom, key: dice.next().value as number }));
        const shuffled = keyed.sort((left, right) => left.key - right.key).map(({ atom }) => atom);
        expect(derived(evaluate(compiled, shuffled, isAbsent))).toEqual(derived(evaluation));
      }),
      { numRuns: 200 },
    );
  });

  test('finds a path through a thousand edges', () => {
    const compiled = compileRules(
      ruleSet([
        rule(['reaches', X, Y], ['edge', X, Y]),
        rule(['reaches', 0, Z], ['reaches', 0, Y], ['edge', Y, Z]),
      ]),
    );
    const edges = Array.from({ length: 1000 }, (_, index): Atom => ['edge', index, index + 1]);
    const evaluation = evaluate(compiled, edges.toReversed(), () => false);
    expect(derived(evaluation)).toContain(keyOf(['reaches', 0, 1000]));
    expect(evaluation.size).toBe(2999);
  });

  test('stops where numbers would grow without end, and where joins would', () => {
    const counting = compileRules(ruleSet([rule(['n', Y], ['n', X], ['=next', X, Y])]));
    expect(() => evaluate(counting, [['n', 0]], () => false)).toThrow(code('trust/derivation-too-large'));
    const square = compileRules(
      ruleSet([rule(['far', 0], ['e', X], ['e', Y], ['e', Z], ['never', X, Y, Z])]),
    );
    const many = Array.from({ length: 300 }, (_, index): Atom => ['e', index]);
    const given: Atom[] = [['never', -1, -1, -1], ...many];
    expect(() => evaluate(square, given, () => false)).toThrow(code('trust/derivation-too-large'));
  });
});

describe('rules are refused', () => {
  test.each<[string, Rule]>([
    ['trust/rules-unbound', rule(['a', X], ['b', Y])],
    ['trust/rules-unbound', rule(['a', X])],
    ['trust/rules-unbound', rule(['a', Y], ['=next', X, Y], ['b', X])],
    ['trust/rules-unbound', rule(['a', X], ['b', X], ['=least', X, Y, Z])],
    ['trust/rules-unbound', rule(['a', X], ['absent', 'key', X])],
    ['trust/rules-unbound', rule(['a', X], ['absent', 'key', X], ['b', X])],
    ['trust/rules-unbound', rule(['a', 1], ['b', Y], ['present', X, Y])],
    ['trust/rules-computation', rule(['a', Y], ['b', X], ['=previous', X, Y])],
    ['trust/rules-computation', rule(['a', X], ['b', X], ['=next', X])],
    ['trust/rules-computation', rule(['a', Y], ['b', X], ['=next', X, X, Y])],
    ['trust/rules-head', rule(['=next', X, X], ['b', X])],
    ['trust/rules-head', rule(['absent', 'key', X], ['b', X])],
    ['trust/rules-head', rule(['present', 'key', X], ['b', X])],
    ['trust/rules-malformed', rule(['a', 0.5])],
  ])('%s: %#', (expected, wrong) => {
    expect(() => compileRules(ruleSet([rule(['a', 1]), wrong]))).toThrow(code(expected));
  });
});
