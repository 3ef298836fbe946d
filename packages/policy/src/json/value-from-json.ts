import { KitenError } from '@kiten/codec';
import { EvaluationFailure } from '../evaluate/failure.ts';
import type { RecordValue, Value } from '../values/value.ts';
import { refuse } from './read.ts';
import type { Shape } from './schema.ts';
import { readValue } from './value.ts';

const code = 'policy/json-value';

/**
 * A value from its JSON form, as it stands in entities and requests, where an extension value must be well-formed.
 * @throws {KitenError} `policy/json-value`
 */
export function valueFromJson(json: unknown, shape?: Shape): Value {
  try {
    return readValue(json, shape);
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    throw new KitenError(code, `A value is malformed: ${error.message}.`);
  }
}

/** A request's context: a record. @throws {KitenError} `policy/json-value` */
export function contextFromJson(json: unknown, shape?: Shape): RecordValue {
  const value = valueFromJson(json, shape);
  return typeof value === 'object' && value.kind === 'record'
    ? value
    : refuse(code, 'a record as context', json);
}
