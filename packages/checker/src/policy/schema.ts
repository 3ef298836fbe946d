import * as is from '../shape.ts';
import { any, entries, isName, members, nameOf, readJson } from './json.ts';
import { must, type Uid } from './report.ts';

/** What kind of value: `Bool`, `String`, a number kind, `ipaddr`, `set`, `record`; of an entity `@` and its type. */
export type Kind = string;
export const entityKind = (type: string): Kind => `@${type}`;
export const isEntityKind = (kind: Kind): boolean => kind.startsWith('@');
export const isActionKind = (kind: Kind): boolean => /^@(.*::)?Action$/.test(kind);
export const isNumberKind = (kind: Kind): boolean => /^(Long|decimal|datetime|duration)$/.test(kind);

/** A declared type. Sets have an element, records attributes. */
export type Type = Readonly<{ kind: Kind; element?: Type; attributes?: Attributes; depth: number }>;
export type Attributes = ReadonlyMap<string, Attribute>;
export type Attribute = Readonly<{ type: Type; isRequired: boolean }>;
/** `above` are the kinds of what an entity can be in, over any number of steps; `ids` those of an enumerated type. */
export type EntityType = Readonly<{ above: ReadonlySet<Kind>; ids?: readonly string[] }> &
  Readonly<{ attributes?: Attributes; tags?: Type | undefined }>;
/** `groups` are the actions that this one is in, itself among them. */
export type Action = Readonly<{ uid: Uid; groups: readonly Uid[]; context: Type }> &
  Readonly<Record<'principals' | 'resources', readonly string[]>>;
/** Entity types by their kind, actions by their name. */
export type Schema = Readonly<{ types: ReadonlyMap<Kind, EntityType>; actions: ReadonlyMap<string, Action> }>;

const [maybe, names] = [is.optional(any), is.list(is.text, 0)];
const notes = { annotations: maybe };
const entityForm = is.either(
  is.object({ enum: is.list(is.text, 1), ...notes }),
  is.object({ memberOfTypes: is.optional(names), shape: maybe, tags: maybe, ...notes }),
);
const appliesTo = is.optional(is.object({ principalTypes: names, resourceTypes: names, context: maybe }));
const memberOf = is.optional(is.list(is.object({ id: is.text, type: is.optional(is.text) }), 0));
const actionForm = is.object({ memberOf, appliesTo, ...notes });
const namespaceForm = is.object({
  commonTypes: is.optional(is.members),
  ...{ entityTypes: members(entityForm), actions: members(actionForm), ...notes },
});
const typeForm = is.either(
  is.object({ type: is.one('Set'), element: any, ...notes }),
  is.object({ type: is.one('Record'), attributes: is.members, ...notes }),
  is.object({ type: is.one('Entity', 'EntityOrCommon', 'Extension'), name: is.text, ...notes }),
  is.object({ type: is.text, ...notes }),
);

/** Reads Cedar's JSON schema, names resolved (docs/policy-certificate.md, "Reading the schema"). */
export function readSchema(json: unknown): Schema {
  const [common, entities] = [new Map<string, unknown>(), new Map<string, is.Of<typeof entityForm>>()];
  const actions = new Map<string, is.Of<typeof actionForm> & Readonly<{ uid: Uid }>>();
  for (const [space, own] of entries(readJson(json))) {
    must((space === '' || isName(space)) && namespaceForm(own), `The namespace ${space} has not its form.`);
    const full = (name: string): string => (space === '' ? name : `${space}::${name}`);
    for (const [name, type] of Object.entries(own.commonTypes ?? {})) common.set(full(name), type);
    for (const [name, type] of Object.entries(own.entityTypes)) entities.set(full(name), type);
    for (const [id, action] of Object.entries(own.actions)) {
      const uid = { type: full('Action'), id };
      actions.set(nameOf(uid), { ...action, uid });
    }
  }
  const actionTypes = new Set([...actions.values()].map(({ uid }) => uid.type));
  const typeOf = typeReader(common, (name) => entities.has(name) || actionTypes.has(name));
  const recordOf = (value: unknown = { type: 'Record', attributes: {} }) => {
    const { attributes, ...type } = typeOf(value);
    must(attributes, 'What has attributes is a record.');
    return { ...type, attributes };
  };
  const declared = (all: readonly string[] = []): string[] => {
    for (const name of all) must(entities.has(name), `There is no entity type ${name}.`);
    return [...new Set(all)];
  };
  const parents = (name: string) => declared(Object(entities.get(name)).memberOfTypes);
  const types = [...entities].map(([name, type]): [Kind, EntityType] => {
    const kind = entityKind(name);
    must(isName(name) && !isActionKind(kind), `No entity type is named ${name}.`);
    const above = new Set([...reached(name, parents)].map(entityKind));
    if ('enum' in type) return [kind, { above, ids: type.enum }];
    const tags = type.tags === undefined ? undefined : typeOf(type.tags);
    return [kind, { above, attributes: recordOf(type.shape).attributes, tags }];
  });
  const groupsOf = (name: string): string[] => {
    const { uid, memberOf = [] } = actions.get(name) ?? {};
    must(uid, `There is no action ${name}.`);
    return memberOf.map(({ type = uid.type, id }) => nameOf({ type, id }));
  };
  const read = [...actions].map(([name, { uid, appliesTo }]): [string, Action] => {
    const above = reached(name, groupsOf);
    must(!above.has(name), `The action ${name} is in itself.`);
    const groups = [uid, ...[...above].map((one) => actions.get(one)!.uid)];
    const [principals, resources] = [declared(appliesTo?.principalTypes), declared(appliesTo?.resourceTypes)];
    return [name, { uid, groups, principals, resources, context: recordOf(appliesTo?.context) }];
  });
  return { types: new Map(types), actions: new Map(read) };
}

/** Reads types. A common type is read once; none is within itself, or nested too deep. */
function typeReader(common: ReadonlyMap<string, unknown>, isEntity: (name: string) => boolean) {
  const known = new Map<string, Type | undefined>();
  const named = (name: string, level: number): Type => {
    must(!known.has(name) || known.get(name), `The common type ${name} contains itself.`);
    if (!known.has(name)) known.set(name, undefined).set(name, typeOf(common.get(name), level));
    return known.get(name)!;
  };
  const around = (inner: readonly Type[], type: Omit<Type, 'depth'>): Type => {
    const depth = inner.reduce((most, { depth }) => Math.max(most, depth + 1), 0);
    must(depth < 100, 'A type is nested too deep.');
    return { ...type, depth };
  };
  const typeOf = (value: unknown, level = 0): Type => {
    must(typeForm(value) && level < 100, 'A type has not its form, or is nested too deep.');
    if ('element' in value) {
      const element = typeOf(value.element, level + 1);
      return around([element], { kind: 'set', element });
    }
    if ('attributes' in value) {
      const attributes = entries(value.attributes).map(([name, attribute]): [string, Attribute] => {
        const { required: isRequired = true, ...type } = Object(attribute);
        must(typeof isRequired === 'boolean', `Whether ${name} is required is neither true nor false.`);
        return [name, { type: typeOf(type, level + 1), isRequired }];
      });
      const types = attributes.map(([, { type }]) => type);
      return around(types, { kind: 'record', attributes: new Map(attributes) });
    }
    const [form, name] = 'name' in value ? [value.type, value.name] : ['', value.type];
    if ((form === '' || form === 'EntityOrCommon') && common.has(name)) return named(name, level + 1);
    if (form.startsWith('Entity') && isEntity(name)) return { kind: entityKind(name), depth: 0 };
    const kind = name.replace(/^__cedar::/, '').replace(/^Boolean$/, 'Bool');
    const isBuiltIn = /^(Long|String|Bool|ipaddr|decimal|datetime|duration)$/.test(kind);
    const isKnown = isBuiltIn && !(form === 'Extension' && /^[A-Z]/.test(kind)) && form !== 'Entity';
    must(isKnown, `There is no type ${name}.`);
    return { kind, depth: 0 };
  };
  return typeOf;
}

/** What can be reached from a name in one step or more. */
function reached(name: string, steps: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(steps(name));
  for (const one of found) for (const next of steps(one)) found.add(next);
  return found;
}
