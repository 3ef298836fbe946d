import fc from 'fast-check';
import { expect, test } from 'vitest';
import { always, type Literal, never, Propagation } from '../../src/policy/propagation.ts';
import { Effort } from '../../src/policy/report.ts';

const count = 6;
const literal = fc
  .tuple(fc.integer({ min: 1, max: count }), fc.boolean())
  .map(([one, isIt]) => (isIt ? one + 1 : -one - 1));
const clause = fc.array(literal, { maxLength: 4 });

/** Unit propagation as it is defined, the slow way. */
function follows(clauses: readonly (readonly Literal[])[], goal: readonly Literal[]): boolean {
  const known = new Set<Literal>([always, ...goal.map((one) => -one)]);
  for (let size = -1; size < known.size; ) {
    size = known.size;
    if ([...known].some((one) => known.has(-one))) return true;
    for (const all of clauses) {
      if (all.some((one) => known.has(one))) continue;
      const open = [...new Set(all)].filter((one) => !known.has(-one));
      if (open.length === 0) return true;
      if (open.length === 1) known.add(open[0]!);
    }
  }
  return [...known].some((one) => known.has(-one));
}

test('what is implied is what unit propagation finds, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(clause, clause), { maxLength: 20 }), (turns) => {
      const propagation = new Propagation(new Effort());
      for (let variable = 0; variable < count; variable += 1) propagation.variable();
      const clauses: Literal[][] = [];
      for (const [added, asked] of turns) {
        clauses.push(added);
        propagation.add(added);
        expect(propagation.implies(asked)).toBe(follows(clauses, asked));
      }
    }),
    { numRuns: 3000 },
  );
});

test('gates stand for what they are made of', () => {
  type Formula = Literal | readonly ['and' | 'or', readonly Formula[]];
  const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(literal, fc.constantFrom(always, never)),
      fc.tuple(fc.constantFrom('and', 'or'), fc.array(tie('formula'), { maxLength: 4 })),
    ),
  }));
  fc.assert(
    fc.property(formula, fc.array(fc.boolean(), { minLength: count, maxLength: count }), (whole, values) => {
      const propagation = new Propagation(new Effort());
      for (let variable = 0; variable < count; variable += 1) propagation.variable();
      const make = (one: Formula): Literal =>
        typeof one === 'number' ? one : propagation[one[0]](one[1].map(make));
      const value = (one: Formula): boolean => {
        if (typeof one !== 'number') return one[0] === 'and' ? one[1].every(value) : one[1].some(value);
        return Math.abs(one) === 1 ? one === always : values[Math.abs(one) - 2] === one > 0;
      };
      const gate = make(whole);
      const assumed = values.map((is, at) => (is ? -at - 2 : at + 2));
      expect(propagation.implies([...assumed, gate])).toBe(value(whole));
      expect(propagation.implies([...assumed, -gate])).toBe(!value(whole));
    }),
    { numRuns: 3000 },
  );
});
