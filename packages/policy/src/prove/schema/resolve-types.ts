import { type Namespaces, objectAt, qualified, type TypeReader, textAt, unreadable } from './read-parts.ts';
import type { Field, Type } from './type.ts';

const primitives: ReadonlyMap<string, Type> = new Map([
  ['Long', { kind: 'Long' }],
  ['String', { kind: 'String' }],
  ['Bool', { kind: 'Bool' }],
  ['Boolean', { kind: 'Bool' }],
  ['ipaddr', { kind: 'ipaddr' }],
  ['decimal', { kind: 'decimal' }],
  ['datetime', { kind: 'datetime' }],
  ['duration', { kind: 'duration' }],
]);

/** Cedar allows no cycles among common types; a schema that has one is refused here instead of followed for ever. */
const deepest = 64;

/** A reader of types that knows the schema's common types and entity types. */
export function resolveTypes(namespaces: Namespaces): TypeReader {
  const common = namesOf(namespaces, 'commonTypes');
  const entities = namesOf(namespaces, 'entityTypes');

  const named = (name: string, depth: number, entityToo: boolean): Type => {
    if (common.has(name)) return read(common.get(name), depth + 1);
    if (entityToo && entities.has(name)) return { kind: 'entity', name };
    return primitives.get(name.replace(/^__cedar::/, '')) ?? unreadable(`there is no type ${name}`);
  };

  const read = (json: unknown, depth: number): Type => {
    if (depth > deepest) return unreadable('its types nest too deeply');
    const form = objectAt(json, 'a type');
    const type = textAt(form.type, 'the type of a type');
    switch (type) {
      case 'Set':
        return { kind: 'set', element: read(form.element, depth + 1) };
      case 'Record':
        return { kind: 'record', fields: readFields(form, (field) => read(field, depth + 1)) };
      case 'Entity':
        return { kind: 'entity', name: textAt(form.name, 'the name of an entity type') };
      case 'Extension':
        return primitives.get(textAt(form.name, 'an extension')) ?? unreadable('an extension is not known');
      case 'EntityOrCommon':
        return named(textAt(form.name, 'the name of a type'), depth, true);
      default:
        return named(type, depth, false);
    }
  };
  return (json) => read(json, 0);
}

function readFields(form: Readonly<Record<string, unknown>>, read: TypeReader): ReadonlyMap<string, Field> {
  if (form.additionalAttributes === true) return unreadable('a record is open (additionalAttributes)');
  const attributes = Object.entries(objectAt(form.attributes ?? {}, 'attributes'));
  return new Map(
    attributes.map(([name, type]) => {
      const required = objectAt(type, name).required !== false;
      return [name, { type: read(type), required }] as const;
    }),
  );
}

function namesOf(namespaces: Namespaces, part: 'commonTypes' | 'entityTypes'): ReadonlyMap<string, unknown> {
  return new Map(
    namespaces.flatMap(([namespace, body]) =>
      Object.entries(objectAt(body[part] ?? {}, part)).map(
        ([name, type]) => [qualified(namespace, name), type] as const,
      ),
    ),
  );
}
