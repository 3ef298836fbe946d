import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { readSchemaModel as readResolved } from '../prove/schema/read-schema-model.ts';
import type { SchemaModel } from '../prove/schema/schema-model.ts';
import { resolveSchema } from './resolve-schema.ts';

/**
 * A schema, for proving: Cedar text, or Cedar's JSON form parsed.
 * @throws {KitenError} `policy/schema-invalid`, `policy/too-complex`
 */
export function readSchemaModel(schema: string | SchemaJson<string>): SchemaModel {
  return readResolved(resolveSchema(schema));
}
