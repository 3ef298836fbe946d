import type { Atoms } from './atoms.ts';
import type { Expression } from './expression.ts';
import type { Part, Term } from './forms.ts';
import type { Gates } from './gates.ts';
import type { Cases, operatorsOf } from './operators.ts';
import type { Policy } from './policy-set.ts';
import { always, type Literal, never } from './propagation.ts';
import type { Effort, Uid } from './report.ts';
import type { Terms } from './terms.ts';

/** When something is true and when it is false. If neither, it fails. */
type Verdict = Readonly<{ isTrue: Literal; isFalse: Literal }>;
const not = ({ isTrue, isFalse }: Verdict): Verdict => ({ isTrue: isFalse, isFalse: isTrue });
/** Whether it never fails. */
const isTotal = ({ isTrue, isFalse }: Verdict): boolean => isFalse === -isTrue;

/** When a policy is satisfied in one environment (docs/policy-certificate.md, "From policies to a formula"). */
export function translationOf(
  { make }: Terms,
  atoms: Atoms,
  { and, or }: Gates,
  operator: ReturnType<typeof operatorsOf>,
  action: Uid,
  effort: Effort,
) {
  const [yes, no] = [make('bool', 1n), make('bool', 0n)];
  /** Without those that never hold; those with the same term are one. */
  const joined = (all: Cases): Cases => {
    const conditions = new Map<Term, Literal[]>();
    for (const [condition, term] of all)
      if (condition !== never && !conditions.get(term)?.push(condition)) conditions.set(term, [condition]);
    return [...conditions].map(([term, some]) => [or(some), term]);
  };
  const under = (condition: Literal, all: Cases): Cases =>
    condition === always ? all : all.map(([own, term]) => [and([condition, own]), term]);
  const said = ({ isTrue, isFalse }: Verdict): Cases =>
    joined([
      [isTrue, yes],
      [isFalse, no],
    ]);
  const verdict = once((expression: Expression): Verdict => verdictOf(meaning(expression)));
  const verdictOf = (all: Cases): Verdict => {
    const bools = all.filter(([, term]) => term.kind === 'Bool');
    const truth = (term: Term) => (term === yes ? always : term === no ? never : atoms.make('true', term));
    const truths = bools.map(([condition, term]) => [condition, truth(term)] as const);
    const isTrue = or(truths.map(and));
    return { isTrue, isFalse: or(truths.map(([condition, truth]) => and([condition, -truth]))) };
  };
  /** All combinations of the operands' values, each with the condition that they are these. */
  const combinations = (operands: readonly Cases[]): (readonly [Literal, Term[]])[] => {
    let all: (readonly [Literal, Term[]])[] = [[always, []]];
    for (const cases of operands) {
      const extend = ([condition, values]: (typeof all)[0]): typeof all =>
        cases.map(([own, term], at) => {
          // The last case may have the array itself: many operands of one case each take no time.
          const extended = at < cases.length - 1 ? [...values] : values;
          effort.spend(at < cases.length - 1 ? values.length + 1 : 1);
          extended.push(term);
          return [and([condition, own]), extended];
        });
      all = all.flatMap(extend).filter(([condition]) => condition !== never);
    }
    return all;
  };
  /** `l && r`: false if l is, or if l is true and r is false. */
  const both = (left: Verdict, right: Verdict): Verdict => {
    const isTrue = and([left.isTrue, right.isTrue]);
    if (isTotal(left) && isTotal(right)) return { isTrue, isFalse: -isTrue };
    return { isTrue, isFalse: or([left.isFalse, and([left.isTrue, right.isFalse])]) };
  };
  /** `if c then l else r`. */
  const choice = (condition: Verdict, left: Cases, right: Cases): Cases => {
    const cases = joined([...under(condition.isTrue, left), ...under(condition.isFalse, right)]);
    if (![condition, verdictOf(left), verdictOf(right)].every(isTotal)) return cases;
    const { isTrue } = verdictOf(cases);
    return said({ isTrue, isFalse: -isTrue });
  };
  const meaning = once((expression: Expression): Cases => {
    const { op, operands, value } = expression;
    const [first, second, third] = operands as [Expression, Expression, Expression];
    if (op === 'Value') return [[always, make(...(value as [string, ...Part[]]))]];
    if (op === 'Var' && value === 'action') return [[always, make('entity', action.type, action.id)]];
    if (op === 'Var') return [[always, make(String(value))]];
    if (op === '!') return said(not(verdict(first)));
    if (op === '&&') return said(both(verdict(first), verdict(second)));
    if (op === '||') return said(not(both(not(verdict(first)), not(verdict(second)))));
    if (op === 'if-then-else') return choice(verdict(first), meaning(second), meaning(third));
    const all = combinations(operands.map(meaning));
    return joined(all.flatMap(([condition, values]) => under(condition, operator(op, value, values))));
  });
  /** Whether a request can be in the scopes of a policy at all. */
  const isOpen = ({ scopes }: Policy): boolean => scopes.every((scope) => verdict(scope).isTrue !== never);
  // Of a policy for other requests it does not matter what its conditions are.
  const satisfied = (policy: Policy): Literal => {
    if (!isOpen(policy)) return never;
    const { scopes, conditions } = policy;
    const are = conditions.map(({ kind, body }) => verdict(body)[kind === 'when' ? 'isTrue' : 'isFalse']);
    return and([...scopes.map((scope) => verdict(scope).isTrue), ...are]);
  };
  return { satisfied, isOpen };
}

/** A function that is asked once for each expression, and remembers. */
function once<T>(make: (expression: Expression) => T): (expression: Expression) => T {
  const known = new Map<Expression, T>();
  return (expression) => {
    const made = known.get(expression) ?? make(expression);
    known.set(expression, made);
    return made;
  };
}
