import { compileExpression } from '../evaluate/compile-expression.ts';
import type { Environment } from '../evaluate/environment.ts';
import { EvaluationFailure } from '../evaluate/failure.ts';
import { showValue } from '../values/show.ts';
import type { Value } from '../values/value.ts';
import { showExpression } from './show-expression.ts';

/** A part of a condition that decided it: what it says, what came out, and the attributes that it read. */
export interface Observation {
  readonly expression: string;
  readonly value: string;
  readonly reads: readonly { readonly expression: string; readonly value: string }[];
}

type Json = Readonly<Record<string, unknown>>;
type Operands = { readonly left: unknown; readonly right: unknown };

interface Observed {
  /** undefined: it failed. */
  readonly value: Value | undefined;
  readonly because: readonly Observation[];
}

/** The value of a condition, and the parts of it that made it so: of `a && b` that is false, the one that is false. */
export function observe(json: unknown, environment: Environment): Observed {
  const [[name, body]] = Object.entries(json as Json) as [[string, unknown]];
  switch (name) {
    case '&&':
      return observeChain(body as Operands, false, environment);
    case '||':
      return observeChain(body as Operands, true, environment);
    case '!': {
      const { value, because } = observe((body as { arg: unknown }).arg, environment);
      return { value: typeof value === 'boolean' ? !value : undefined, because };
    }
    case 'if-then-else': {
      const parts = body as { if: unknown; then: unknown; else: unknown };
      const test = observe(parts.if, environment);
      if (typeof test.value !== 'boolean') return { value: undefined, because: test.because };
      const taken = observe(test.value ? parts.then : parts.else, environment);
      return { value: taken.value, because: [...test.because, ...taken.because] };
    }
    default:
      return observePart(json, environment);
  }
}

/** The left operand decides alone if it has the value that stops. */
function observeChain({ left, right }: Operands, stops: boolean, environment: Environment): Observed {
  const first = observe(left, environment);
  if (typeof first.value !== 'boolean') return { value: undefined, because: first.because };
  if (first.value === stops) return first;
  const second = observe(right, environment);
  if (second.value === stops) return second;
  return { value: second.value, because: [...first.because, ...second.because] };
}

function observePart(json: unknown, environment: Environment): Observed {
  const value = evaluate(json, environment);
  const reads = [...new Map(readsOf(json).map((read) => [showExpression(read), read]))]
    .filter(([, read]) => read !== json)
    .map(([expression, read]) => ({ expression, value: shown(evaluate(read, environment)) }));
  const observation = { expression: showExpression(json), value: shown(value), reads };
  return { value: value instanceof EvaluationFailure ? undefined : value, because: [observation] };
}

function evaluate(json: unknown, environment: Environment): Value | EvaluationFailure {
  try {
    return compileExpression(json).evaluate(environment);
  } catch (error) {
    if (error instanceof EvaluationFailure) return error;
    throw error;
  }
}

function shown(value: Value | EvaluationFailure): string {
  return value instanceof EvaluationFailure ? `fails: ${value.message}` : showValue(value);
}

/** The attributes and tags that an expression reads, each as the whole path to it; and variables that stand alone. */
function readsOf(json: unknown): readonly unknown[] {
  if (typeof json !== 'object' || json === null) return [];
  if (Array.isArray(json)) return json.flatMap(readsOf);
  const [entry] = Object.entries(json);
  if (entry === undefined) return [];
  const [name, body] = entry as [string, unknown];
  if (name === '.' || name === 'getTag' || name === 'Var') return [json];
  if (name === 'Value') return [];
  return typeof body === 'object' && body !== null ? Object.values(body).flatMap(readsOf) : [];
}
