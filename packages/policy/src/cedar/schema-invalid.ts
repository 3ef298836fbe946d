import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { KitenError } from '@kiten/codec';
import { problemsOf } from './engine.ts';

/** The engine's objections to a schema, as `policy/schema-invalid`. */
export function schemaInvalid(errors: readonly DetailedError[], text?: string): KitenError {
  const problems = text === undefined ? errors.map(({ message }) => ({ message })) : problemsOf(errors, text);
  const message = problems.map((problem) => problem.message).join(' — ');
  return new KitenError('policy/schema-invalid', `The schema is not valid: ${message}.`, {
    detail: { problems },
  });
}
