import * as shared from '../../../packages/kiten/src/api/schemas.ts';
import type { Schema } from './open-api.ts';

/** A shape that several operations have, by the name it is given once. */
export interface NamedShape {
  readonly name: string;
  readonly schema: Schema;
}

/** Objects that routes share; those that only hold a parameter have no name of their own. */
export const namedShapes: readonly NamedShape[] = Object.entries(shared)
  .filter(([name, schema]) => isObject(schema as Schema) && !name.endsWith('Parameter'))
  .map(([name, schema]) => ({
    name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    schema: JSON.parse(JSON.stringify(schema)) as Schema,
  }))
  .sort((one, other) => (one.name < other.name ? -1 : 1));

function isObject({ type, properties, allOf }: Schema): boolean {
  return allOf !== undefined || (type === 'object' && properties !== undefined);
}

/** A shape is known by how it is written without names: the OpenAPI document writes out all that routes share. */
const named = new Map(namedShapes.map(({ name, schema }) => [writtenOut(schema), name]));

/** What a value has to look like, in the manner of TypeScript, a comment behind what has bounds or a meaning. */
export function shape(schema: Schema, indent = ''): string {
  return named.get(writtenOut(schema)) ?? written(schema, indent);
}

/** The same without a name of its own. */
export function written(schema: Schema, indent = ''): string {
  return write(schema, indent, shape);
}

function writtenOut(schema: Schema, indent = ''): string {
  return write(schema, indent, writtenOut);
}

function write(schema: Schema, indent: string, part: (schema: Schema, indent: string) => string): string {
  if (schema.allOf !== undefined) return schema.allOf.map((each) => part(each, indent)).join(' & ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => part(each, indent)).join(' | ');
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === 'array') return `${bracketed(part(schema.items ?? {}, indent))}[]`;
  if (schema.type !== 'object') return schema.type ?? 'unknown';
  const { additionalProperties, patternProperties } = schema;
  const others = Object.values(patternProperties ?? {})[0] ?? additionalProperties;
  if (schema.properties === undefined && typeof others === 'object')
    return `Record<string, ${part(others, indent)}>`;
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return others === true ? 'object' : '{}';
  const required = new Set(schema.required);
  const inner = `${indent}  `;
  const lines = fields.map(([name, field]) => {
    const text = part(field, inner);
    return `${inner}${/^\w+$/.test(name) ? name : `'${name}'`}${required.has(name) ? '' : '?'}: ${text}${comment(field, text)}`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** What is more to say of a value than its type. @param quoted how a pattern is set off from the text */
export function remarks(schema: Schema, quoted = (pattern: string) => pattern): string {
  const { pattern, minimum, maximum, minLength, maxLength, minItems, maxItems, description, items } = schema;
  const each = items === undefined || items.properties !== undefined ? '' : remarks(items, quoted);
  return [
    ...(description === undefined ? [] : [description]),
    ...(pattern === undefined || description !== undefined ? [] : [quoted(pattern)]),
    ...span(minimum, maximum, ''),
    ...(pattern === undefined ? span(minLength, maxLength, ' characters') : []),
    ...span(minItems, maxItems, ' of them'),
    ...(each === '' ? [] : [`each: ${each}`]),
  ].join('; ');
}

function comment(field: Schema, text: string): string {
  const said = remarks(field);
  // Behind a brace that closes, a comment would look as if it were about the last field.
  return said === '' || text.endsWith('}') || text.endsWith('}[]') ? '' : ` // ${said}`;
}

function span(least: number | undefined, most: number | undefined, what: string): readonly string[] {
  if (least === undefined && most === undefined) return [];
  if (least === undefined) return [`at most ${most}${what}`];
  return [most === undefined ? `at least ${least}${what}` : `${least} to ${most}${what}`];
}

function bracketed(text: string): string {
  return / [|&] /.test(text) && !text.startsWith('{') ? `(${text})` : text;
}
