import { showValue } from '../values/show.ts';
import type { Value } from '../values/value.ts';

/**
 * Why an expression has no value. It makes one policy fail, never the decision, and never leaves this package: so it is
 * no `Error`, whose stack trace would cost more than the whole evaluation.
 */
export class EvaluationFailure {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export function fail(message: string): never {
  throw new EvaluationFailure(message);
}

export function failType(expected: string, found: Value): never {
  return fail(`type error: expected ${expected}, found ${showValue(found)}`);
}
