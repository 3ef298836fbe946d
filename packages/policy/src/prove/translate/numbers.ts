import type { Literal } from '../formula/formula.ts';
import { atLeast, exceeds } from '../formula/say-numbers.ts';
import { fails } from '../formula/say-truth.ts';
import type { Universe } from '../formula/universe.ts';
import type { NumberKind } from '../schema/type.ts';
import { combine, type Linear } from '../terms/linear.ts';
import type { Term } from '../terms/term.ts';
import { type Case, compute, judge } from './meaning.ts';
import type { Translate } from './translator.ts';

/** A sum as a value, where it doesn't leave 64 bits. */
export function fitting(universe: Universe, kind: NumberKind, sum: Linear): Case {
  const { formula, terms } = universe;
  const negative: Linear = {
    constant: -sum.constant,
    parts: new Map([...sum.parts].map(([term, factor]) => [term, -factor])),
  };
  const condition = formula.and(
    -atLeast(universe, sum, 2n ** 63n),
    -atLeast(universe, negative, 2n ** 63n + 1n),
  );
  return { condition, term: terms.sum(kind, sum) };
}

function areLong(...terms: readonly Term[]): boolean {
  return terms.every(({ kind }) => kind === 'Long');
}

function add(factor: bigint): Translate {
  return ({ left, right }, { universe, translate }) =>
    compute(universe, [translate(left), translate(right)], (a, b) =>
      areLong(a!, b!) ? fitting(universe, 'Long', combine([a!, 1n], [b!, factor])) : undefined,
    );
}

const negate: Translate = ({ arg }, { universe, translate }) =>
  compute(universe, [translate(arg)], (a) =>
    areLong(a!) ? fitting(universe, 'Long', combine([a!, -1n])) : undefined,
  );

const multiply: Translate = ({ left, right }, { universe, translate }) =>
  compute(universe, [translate(left), translate(right)], (a, b) => {
    if (!areLong(a!, b!)) return undefined;
    const [factor, term] = a!.constant ? [a!, b!] : [b!, a!];
    if (factor.constant) return fitting(universe, 'Long', combine([term, factor.number]));
    return { condition: -fails(universe, '*', [a!, b!]), term: universe.terms.call('*', [a!, b!]) };
  });

type Order = '<' | '<=' | '>' | '>=';

export function inOrder(universe: Universe, order: Order, left: Term, right: Term): Literal {
  switch (order) {
    case '<':
      return exceeds(universe, right, left, 1n);
    case '<=':
      return exceeds(universe, right, left, 0n);
    case '>':
      return exceeds(universe, left, right, 1n);
    case '>=':
      return exceeds(universe, left, right, 0n);
  }
}

const ordered: ReadonlySet<string> = new Set(['Long', 'datetime', 'duration']);

function compare(order: Order): Translate {
  return ({ left, right }, { universe, translate }) =>
    judge(universe, [translate(left), translate(right)], (a, b) =>
      a!.kind === b!.kind && ordered.has(a!.kind) ? inOrder(universe, order, a!, b!) : undefined,
    );
}

export const numbers: Readonly<Record<string, Translate>> = {
  '+': add(1n),
  '-': add(-1n),
  '*': multiply,
  neg: negate,
  '<': compare('<'),
  '<=': compare('<='),
  '>': compare('>'),
  '>=': compare('>='),
};
