import { readObject } from '../json/read.ts';
import type { Value } from '../values/value.ts';
import { type CompileChild, type Evaluate, expressionCode, type Operator } from './operator.ts';

/** The two operands of `{"left", "right"}`, compiled. */
export function operands(name: string, body: unknown, compile: CompileChild): readonly [Evaluate, Evaluate] {
  const { left, right } = readObject(body, { code: expressionCode, name: `"${name}"` }, ['left', 'right']);
  return [compile(left).evaluate, compile(right).evaluate];
}

/** An operator that first evaluates its left operand, then its right, then applies. */
export function binary(name: string, apply: (left: Value, right: Value) => Value): Operator {
  return (body, compile) => {
    const [left, right] = operands(name, body, compile);
    return { evaluate: (environment) => apply(left(environment), right(environment)) };
  };
}

/** An operator on `{"arg"}`. */
export function unary(name: string, apply: (value: Value) => Value): Operator {
  return (body, compile) => {
    const { evaluate } = compile(readObject(body, { code: expressionCode, name: `"${name}"` }, ['arg']).arg);
    return { evaluate: (environment) => apply(evaluate(environment)) };
  };
}
