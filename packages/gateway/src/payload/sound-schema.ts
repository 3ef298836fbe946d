import { KitenError } from '@kiten/codec';

const types = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']);
const deepest = 32;

/** How the value of each keyword is looked at: as a schema, a list or record of them, a name of a type, or not at all. */
const keywords: Readonly<Record<string, 'schema' | 'list' | 'record' | 'type' | 'plain'>> = {
  ...each('schema', 'items additionalProperties contains propertyNames not if then else'),
  ...each('list', 'prefixItems allOf anyOf oneOf'),
  ...each('record', 'properties patternProperties dependentSchemas'),
  type: 'type',
  ...each(
    'plain',
    '$schema $comment title description default examples enum const required dependentRequired',
  ),
  ...each(
    'plain',
    'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern',
  ),
  ...each(
    'plain',
    'minItems maxItems uniqueItems minContains maxContains minProperties maxProperties format',
  ),
};

/**
 * Refuses a schema that says less than it seems to: a keyword that is misspelt, or a type that there is not, would
 * let everything pass. References are not followed, and refused.
 *
 * @throws KitenError `gateway/payload-schema`
 */
export function requireSoundSchema(schema: unknown, depth = 0): void {
  if (typeof schema === 'boolean') return;
  if (depth > deepest) throw refusal(`is deeper than ${deepest} levels.`);
  if (!isRecord(schema)) throw refusal('has something that is neither an object nor true or false.');
  for (const [name, value] of Object.entries(schema)) requireSoundKeyword(name, value, depth);
}

function requireSoundKeyword(name: string, value: unknown, depth: number): void {
  switch (Object.hasOwn(keywords, name) ? keywords[name] : undefined) {
    case 'schema':
      requireSoundSchema(value, depth + 1);
      return;
    case 'list':
      if (!Array.isArray(value)) throw refusal(`has “${name}”, which is no list.`);
      for (const each of value) requireSoundSchema(each, depth + 1);
      return;
    case 'record':
      if (!isRecord(value)) throw refusal(`has “${name}”, which is no object.`);
      for (const each of Object.values(value)) requireSoundSchema(each, depth + 1);
      return;
    case 'type':
      for (const type of Array.isArray(value) ? value : [value])
        if (!types.has(type as string)) throw refusal(`has the type “${String(type)}”, which JSON has not.`);
      return;
    case 'plain':
      return;
    default:
      throw refusal(`has the keyword “${name}”, which is not known here.`);
  }
}

function each<Kind>(kind: Kind, names: string): Record<string, Kind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(what: string): KitenError {
  return new KitenError('gateway/payload-schema', `The schema of a payload rule ${what}`);
}
