import type { Value } from '../values/value.ts';
import type { Environment } from './environment.ts';

/** A compiled expression. @throws {EvaluationFailure} if it has no value in this environment. */
export type Evaluate = (environment: Environment) => Value;

/** An expression compiled, with its value if it depends on nothing in the environment. */
export interface Compiled {
  readonly evaluate: Evaluate;
  readonly constant?: Value;
}

/** Compiles a subexpression of the one at hand. */
export type CompileChild = (json: unknown) => Compiled;

/** How the body of one kind of expression becomes a closure: `{"==": body}`. */
export type Operator = (body: unknown, compile: CompileChild) => Compiled;

export const expressionCode = 'policy/json-expression';

export function constantly(value: Value): Compiled {
  return { evaluate: () => value, constant: value };
}
