import * as is from '../shape.ts';
import { type Expression, expressionReader } from './expression.ts';
import { any, entityForm, entries, isName, readJson, uidOf } from './json.ts';
import { at, must, need } from './report.ts';

/** A policy, or an invariant: satisfied if all scopes and each `when` are true and each `unless` is false. */
export interface Policy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly scopes: readonly Expression[];
  readonly conditions: readonly Readonly<{ kind: 'when' | 'unless'; body: Expression }>[];
}

const place = is.either(is.object({ entity: entityForm }), is.object({ slot: is.text }));
const scopeForm = is.either(
  is.object({ op: is.one('All') }),
  is.object({ op: is.one('==', 'in'), entity: entityForm }),
  is.object({ op: is.one('==', 'in'), slot: is.text }),
  is.object({ op: is.one('in'), entities: is.list(entityForm, 0) }),
  is.object({ op: is.one('is'), entity_type: isName, in: is.optional(place) }),
);
const policyForm = is.object({
  effect: is.one('permit', 'forbid'),
  ...{ principal: any, action: any, resource: any },
  conditions: is.list(is.object({ kind: is.one('when', 'unless'), body: any }), 0),
  annotations: is.optional(any),
});
const link = is.object({ templateId: is.text, newId: is.text, values: is.members });
const templateLinks = is.optional(is.list(link, 0));
const setForm = is.object({ staticPolicies: is.members, templates: is.optional(is.members), templateLinks });

/**
 * Reads a policy set in Cedar's JSON form, links as the policies that they stand for; or a set of invariants, which are
 * static policies, each with its id as an annotation.
 */
export function readPolicies(json: unknown, what: 'policy' | 'invariant'): readonly Policy[] {
  const set = readJson(json);
  must(setForm(set), 'A policy set has not its form.');
  const [templates, links] = [new Map(entries(set.templates ?? {})), set.templateLinks ?? []];
  must(what === 'policy' || templates.size + links.length === 0, 'Among invariants there are no templates.');
  const [ids, readExpression] = [new Set(templates.keys()), expressionReader()];
  const read = (id: string, value: unknown, values: Readonly<Record<string, unknown>>): Policy =>
    at({ [what]: id }, () => {
      need(!ids.has(id), 'policy-repeated', 'Two policies have the same id.');
      ids.add(id);
      must(policyForm(value), 'A policy has not its form, or there is no such template.');
      const isNamed = what === 'policy' || new Map(entries(value.annotations ?? {})).get('id') === id;
      must(isNamed, 'An invariant has not its id as an annotation.');
      const used = new Set<string>();
      const scopes = (['action', 'principal', 'resource'] as const).map((name) => {
        const fill = (slot: string): unknown => {
          used.add(slot);
          return slot === `?${name}` && Object.hasOwn(values, slot) ? values[slot] : undefined;
        };
        return readExpression(scopeOf(name, value[name], fill));
      });
      must(used.size === Object.keys(values).length, 'A link fills a slot that its template does not have.');
      const conditions = value.conditions.map(({ kind, body }) => ({ kind, body: readExpression(body) }));
      return { id, effect: value.effect, scopes, conditions };
    });
  return [
    ...Object.entries(set.staticPolicies).map(([id, value]) => read(id, value, {})),
    ...links.map(({ templateId, newId, values }) => read(newId, templates.get(templateId), values)),
  ];
}

/** A scope as an expression that has to be true, in JSON. `fill` gives what a slot stands for. */
function scopeOf(name: string, scope: unknown, fill: (slot: string) => unknown): object {
  must(scopeForm(scope), 'A scope has not its form.');
  must(name === 'action' ? scope.op !== 'is' : !('entities' in scope), 'A scope is not for this variable.');
  const left = { Var: name };
  const constant = (one: is.Of<typeof place>): object => {
    const entity = 'slot' in one ? fill(one.slot) : one.entity;
    must(entityForm(entity), 'A slot is not filled.');
    return { Value: { __entity: uidOf(entity) } };
  };
  if (scope.op === 'All') return { Value: true };
  if ('entities' in scope)
    return { in: { left, right: { Set: scope.entities.map((entity) => constant({ entity })) } } };
  if (scope.op !== 'is') return { [scope.op]: { left, right: constant(scope) } };
  const group = scope.in === undefined ? {} : { in: constant(scope.in) };
  return { is: { left, entity_type: scope.entity_type, ...group } };
}
