import type { SchemaJson, Type } from '@cedar-policy/cedar-wasm/nodejs';
import type { Shape } from '../json/schema.ts';

type SchemaType = Type<string>;

/** The extension types of Cedar, with the functions that make their values. */
const constructors: ReadonlyMap<string, string> = new Map([
  ['ipaddr', 'ip'],
  ['decimal', 'decimal'],
  ['datetime', 'datetime'],
  ['duration', 'duration'],
]);

/** Turns the types of a schema whose names are resolved into shapes; common types are followed (they have no cycles). */
export function shapeReader(schema: SchemaJson<string>): (type: SchemaType | undefined) => Shape | undefined {
  const common = commonTypes(schema);
  const shapeOf = (type: SchemaType | undefined): Shape | undefined => {
    if (type === undefined) return undefined;
    if ('element' in type) return { kind: 'set', element: shapeOf(type.element) };
    if ('attributes' in type) return { kind: 'record', fields: fieldShapes(type.attributes, shapeOf) };
    if (type.type === 'Entity') return { kind: 'entity' };
    const name = 'name' in type ? type.name : type.type;
    const definition = common.get(name);
    if (definition !== undefined) return shapeOf(definition);
    const constructorName = constructors.get(name.replace(/^__cedar::/, ''));
    return constructorName === undefined ? undefined : { kind: 'extension', constructorName };
  };
  return shapeOf;
}

function fieldShapes(
  attributes: Readonly<Record<string, SchemaType>>,
  shapeOf: (type: SchemaType) => Shape | undefined,
): ReadonlyMap<string, Shape> {
  const fields = new Map<string, Shape>();
  for (const [name, type] of Object.entries(attributes)) {
    const shape = shapeOf(type);
    if (shape !== undefined) fields.set(name, shape);
  }
  return fields;
}

function commonTypes(schema: SchemaJson<string>): ReadonlyMap<string, SchemaType> {
  const all = new Map<string, SchemaType>();
  for (const [namespace, { commonTypes: declared }] of Object.entries(schema)) {
    for (const [name, type] of Object.entries(declared ?? {}))
      all.set(namespace === '' ? name : `${namespace}::${name}`, type);
  }
  return all;
}
