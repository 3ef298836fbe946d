import * as is from '../shape.ts';
import { type Expression, expressionReader } from './expression.ts';
import { any, entityForm, entries, isName, object, readJson, uidOf } from './json.ts';
import { at, must, need } from './report.ts';

/** A policy, or an invariant: satisfied if all scopes and each `when` are true and each `unless` is false. */
export interface Policy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly scopes: readonly Expression[];
  readonly conditions: readonly Readonly<{ kind: 'when' | 'unless'; body: Expression }>[];
}

const scope = is.either(
  object({ op: is.one('All') }),
  object({ op: is.one('==', 'in'), entity: entityForm }),
  object({ op: is.one('in'), entities: is.list(entityForm, 0) }),
  object({ op: is.one('is'), entity_type: isName, in: is.optional(object({ entity: entityForm })) }),
);
const policyForm = object({
  effect: is.one('permit', 'forbid'),
  ...{ principal: any, action: any, resource: any },
  conditions: is.list(object({ kind: is.one('when', 'unless'), body: any }), 0),
  annotations: is.optional(any),
});
const link = object({ templateId: is.text, newId: is.text, values: any });
const templateLinks = is.optional(is.list(link, 0));
const setForm = object({ staticPolicies: any, templates: is.optional(any), templateLinks });
/** What fills the slots of a template. */
type Slots = ReadonlyMap<string, unknown>;

/**
 * Reads a policy set in Cedar's JSON form, links as the policies that they stand for; or a set of invariants, which are
 * static policies, each with its id as an annotation.
 */
export function readPolicies(json: unknown, what: 'policy' | 'invariant'): readonly Policy[] {
  const set = readJson(json);
  must(setForm(set), 'A policy set has not its form.');
  const [templates, links] = [new Map(entries(set.templates ?? {})), set.templateLinks ?? []];
  must(what === 'policy' || templates.size + links.length === 0, 'Among invariants there are no templates.');
  const all: [id: string, value: unknown, slots: Slots][] = [
    ...entries(set.staticPolicies).map(([id, value]): (typeof all)[0] => [id, value, new Map()]),
    ...links.map(({ templateId, newId, values }): (typeof all)[0] => [
      newId,
      templates.get(templateId),
      new Map(entries(values)),
    ]),
  ];
  const ids = new Set(templates.keys());
  const readExpression = expressionReader();
  return all.map(([id, value, slots]) =>
    at({ [what]: id }, () => {
      need(!ids.has(id), 'policy-repeated', 'Two policies have the same id.');
      ids.add(id);
      must(policyForm(value), 'A policy has not its form, or there is no such template.');
      const isNamed = what === 'policy' || new Map(entries(value.annotations ?? {})).get('id') === id;
      must(isNamed, 'An invariant has not its id as an annotation.');
      const used = new Set<unknown>();
      const scopes = (['action', 'principal', 'resource'] as const).map((name) => {
        const fill = (slot: unknown) => {
          used.add(slot);
          return slot === `?${name}` ? slots.get(slot) : undefined;
        };
        return readExpression(scopeOf(name, value[name], fill));
      });
      must(used.size === slots.size, 'A link fills a slot that its template does not have.');
      const conditions = value.conditions.map(({ kind, body }) => ({ kind, body: readExpression(body) }));
      return { id, effect: value.effect, scopes, conditions };
    }),
  );
}

/** A scope as an expression that has to be true, in JSON. `fill` gives what a slot stands for. */
function scopeOf(name: string, given: unknown, fill: (slot: unknown) => unknown): object {
  const filled = (one: unknown): unknown => {
    const { slot, ...rest } = Object(one);
    return slot === undefined ? one : { ...rest, entity: fill(slot) };
  };
  const { in: within } = Object(given);
  const one = filled(within === undefined ? given : { ...Object(given), in: filled(within) });
  must(scope(one), 'A scope has not its form, or a slot is not filled.');
  must(name === 'action' ? one.op !== 'is' : !('entities' in one), 'A scope is not for this variable.');
  const [left, entity] = [
    { Var: name },
    (uid: is.Of<typeof entityForm>) => ({ Value: { __entity: uidOf(uid) } }),
  ];
  if (one.op === 'All') return { Value: true };
  if ('entities' in one) return { in: { left, right: { Set: one.entities.map(entity) } } };
  if ('entity' in one) return { [one.op]: { left, right: entity(one.entity) } };
  const group = one.in === undefined ? {} : { in: entity(one.in.entity) };
  return { is: { left, entity_type: one.entity_type, ...group } };
}
