import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { refuseComplexity, refuseDeepJson } from './complexity.ts';
import { callEngine } from './engine.ts';
import { schemaInvalid } from './schema-invalid.ts';
import { tokenize } from './tokens.ts';

/**
 * A schema in Cedar's JSON form with all names resolved, from Cedar text or from Cedar's JSON form, parsed.
 * @throws {KitenError} `policy/schema-invalid`, `policy/too-complex`
 */
export function resolveSchema(schema: string | SchemaJson<string>): SchemaJson<string> {
  const text = schemaText(schema);
  refuseComplexity(text, tokenize(text));
  const answer = callEngine((engine) => engine.schemaToJsonWithResolvedTypes(text));
  if (answer.type === 'failure') throw schemaInvalid(answer.errors, text);
  return answer.json;
}

/**
 * A schema as Cedar text.
 * @throws {KitenError} `policy/schema-invalid`, `policy/too-complex`
 */
export function schemaText(schema: string | SchemaJson<string>): string {
  if (typeof schema === 'string') return schema;
  refuseDeepJson(schema);
  const answer = callEngine(({ schemaToText }) => schemaToText(schema));
  if (answer.type === 'failure') throw schemaInvalid(answer.errors);
  return answer.text;
}
