import { type Algebra, type Cases, isTotal, type Verdict } from './cases.ts';
import type { Expression } from './expression.ts';
import type { Part, Term } from './forms.ts';
import type { Gates } from './gates.ts';
import type { operatorsOf } from './operators.ts';
import type { Policy } from './policy-set.ts';
import { always, type Literal, never } from './propagation.ts';
import type { Effort, Uid } from './report.ts';
import type { Terms } from './terms.ts';

const not = ({ isTrue, isFalse }: Verdict): Verdict => ({ isTrue: isFalse, isFalse: isTrue });

/** When a policy is satisfied in one environment (docs/policy-certificate.md, "From policies to a formula"). */
export function translationOf(
  terms: Terms,
  { and, or }: Gates,
  { joined, under, said, verdictOf }: Algebra,
  operator: ReturnType<typeof operatorsOf>,
  action: Uid,
  effort: Effort,
) {
  const sure = (form: string, ...parts: readonly Part[]): Cases => [
    { condition: always, term: terms.make(form, ...parts) },
  ];
  /** All combinations of the operands' values, each with the condition that they are these. */
  const combinations = (operands: readonly Cases[]): readonly (readonly [Literal, Term[]])[] => {
    let all: (readonly [Literal, Term[]])[] = [[always, []]];
    for (const cases of operands) {
      const extend = ([condition, values]: (typeof all)[0]): typeof all =>
        cases.map((one, at) => {
          // The last case may have the array itself: many operands of one case each take no time.
          const extended = at < cases.length - 1 ? [...values] : values;
          effort.spend(at < cases.length - 1 ? values.length + 1 : 1);
          extended.push(one.term);
          return [and([condition, one.condition]), extended];
        });
      all = all.flatMap(extend).filter(([condition]) => condition !== never);
    }
    return all;
  };
  /** What an operator or a function makes of each combination of what its operands can be; of others it fails. */
  const applied = ({ op, operands, value }: Expression): Cases => {
    const made = (values: readonly Term[]): Cases => {
      if (op === 'Set') return sure('set', values);
      if (op === 'Record')
        return sure(
          'record',
          values.map((one, at) => [value![at] as string, one]),
        );
      return operator(op, value === undefined ? values : [value, ...values]) ?? [];
    };
    return joined(
      combinations(operands.map(meaningOf)).flatMap(([condition, values]) => under(condition, made(values))),
    );
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
    const areTotal = [condition, verdictOf(left), verdictOf(right)].every(isTotal);
    const { isTrue } = verdictOf(cases);
    return areTotal ? said({ isTrue, isFalse: -isTrue }) : cases;
  };

  const meaningOf = once((expression: Expression): Cases => {
    const { op, value } = expression;
    const [first, second, third] = expression.operands as [Expression, Expression, Expression];
    if (op === 'Value') return sure(...(value as [string, ...Part[]]));
    if (op === 'Var')
      return value === 'action' ? sure('entity', action.type, action.id) : sure(String(value));
    if (op === '!') return said(not(verdict(first)));
    if (op === '&&') return said(both(verdict(first), verdict(second)));
    if (op === '||') return said(not(both(not(verdict(first)), not(verdict(second)))));
    if (op === 'if-then-else') return choice(verdict(first), meaningOf(second), meaningOf(third));
    return applied(expression);
  });
  const verdict = once((expression: Expression): Verdict => verdictOf(meaningOf(expression)));

  return ({ scopes, conditions }: Policy): Literal => {
    const all: Literal[] = [];
    for (const scope of scopes) {
      all.push(verdict(scope).isTrue);
      // Of a policy for other requests it does not matter what its conditions are.
      if (all.at(-1) === never) return never;
    }
    for (const { kind, body } of conditions) all.push(verdict(body)[kind === 'when' ? 'isTrue' : 'isFalse']);
    return and(all);
  };
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
