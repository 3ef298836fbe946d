import { EvaluationFailure } from '../evaluate/failure.ts';
import { callExtension, extensionFunctions } from '../extensions/functions.ts';
import { setValue } from '../values/set-value.ts';
import { fitsLong, recordValue, type Value } from '../values/value.ts';
import { readEntityUid } from './entity-uid.ts';
import { isJsonObject, type JsonObject, readList, readObject, readText, refuse } from './read.ts';
import type { Shape } from './schema.ts';

const code = 'policy/json-value';
const deepest = 64;

/**
 * A Cedar value from its JSON form: true, false, whole numbers (beyond 2⁵³ as bigint), strings, arrays for sets, objects
 * for records, `{"__entity": {"type", "id"}}` and `{"__extn": {"fn", "arg"}}` (or `"args"`). A shape from a schema allows
 * the last two to be written plainly.
 *
 * @throws {KitenError} `policy/json-value` if it is no such form.
 * @throws {EvaluationFailure} if an extension function refuses its argument.
 */
export function readValue(json: unknown, shape?: Shape, depth = 0): Value {
  if (depth > deepest) return refuse(code, `a value nested at most ${deepest} deep`);
  if (shape?.kind === 'extension' && typeof json === 'string') return call(shape.constructorName, [json]);
  switch (typeof json) {
    case 'boolean':
    case 'string':
      return json;
    case 'number':
    case 'bigint':
      return readLong(json);
  }
  if (Array.isArray(json)) {
    const element = shape?.kind === 'set' ? shape.element : undefined;
    return setValue(json.map((each) => readValue(each, element, depth + 1)));
  }
  return isJsonObject(json)
    ? readJsonObject(json, shape, depth)
    : refuse(code, 'a boolean, number, string, list or object', json);
}

function readJsonObject(json: JsonObject, shape: Shape | undefined, depth: number): Value {
  if (Object.hasOwn(json, '__entity')) return readEntityUid(json, code);
  if (Object.hasOwn(json, '__extn')) {
    return readExtension(
      readObject(json, { code, name: 'an extension value' }, ['__extn']).__extn,
      depth + 1,
    );
  }
  if (Object.hasOwn(json, '__expr')) return refuse(code, 'a value; __expr is no longer part of Cedar', json);
  if (shape?.kind === 'entity') return readEntityUid(json, code);
  if (shape?.kind === 'extension') return readExtension(json, depth + 1);
  const fields = shape?.kind === 'record' ? shape.fields : undefined;
  return recordValue(
    Object.entries(json).map(
      ([name, field]) => [name, readValue(field, fields?.get(name), depth + 1)] as const,
    ),
  );
}

/** A Long from a JSON number. A number that is not whole, or too big to be exact, is refused, never rounded. */
export function readLong(json: number | bigint): bigint {
  if (typeof json === 'number' && !Number.isSafeInteger(json)) {
    return refuse(code, 'a whole number that is exact (beyond 2^53 read as bigint)', json);
  }
  const value = BigInt(json);
  return fitsLong(value) ? value : refuse(code, 'a whole number of 64 bits', value);
}

/** `{"fn", "arg"}`, or `"args"` for a function of several. */
function readExtension(json: unknown, depth: number): Value {
  const { fn, arg, args } = readObject(json, { code, name: 'an extension value' }, ['fn'], ['arg', 'args']);
  const name = readText(fn, code, 'the name of an extension function');
  if ((arg === undefined) === (args === undefined))
    return refuse(code, 'either arg or args in an extension value', json);
  const values = args === undefined ? [arg] : readList(args, code, 'args');
  return call(
    name,
    values.map((each) => readValue(each, undefined, depth)),
  );
}

function call(name: string, args: readonly Value[]): Value {
  const called = extensionFunctions.get(name);
  if (called === undefined) throw new EvaluationFailure(`there is no extension function ${name}`);
  return callExtension(called, args);
}
