import * as is from '../shape.ts';
import { greatestLong, leastLong } from './extension.ts';
import { type Value, written } from './forms.ts';
import { any, entityForm, entries, isName, readJson, uidOf } from './json.ts';
import { at, must, need } from './report.ts';

/** A Cedar expression. Operators are named as in Cedar's JSON form. */
export interface Expression {
  readonly id: number;
  readonly op: string;
  readonly operands: readonly Expression[];
  /** Of a `Value` the form of its term and what it is made of; a variable's name; the type of `is`; names; parts of `like`. */
  readonly value: Value | readonly Value[] | undefined;
}

const words = (text: string): readonly string[] => text.split(' ');
const functions = new Set([
  ...words('ip isIpv4 isIpv6 isLoopback isMulticast isInRange datetime duration offset durationSince toDate'),
  ...words('toTime toMilliseconds toSeconds toMinutes toHours toDays decimal lessThan lessThanOrEqual'),
  ...words('greaterThan greaterThanOrEqual unknown'),
]);
const infix = words('== != in < <= > >= && || + - * contains containsAll containsAny getTag hasTag');
const patternForm = is.list(is.either(is.one('Wildcard'), is.object({ Literal: is.text })), 0);
const having = (names: string) => Object.fromEntries(words(names).map((name) => [name, any]));
/** What the body of an operator is: a variable, operands, or members that are operands and perhaps one that is none. */
const bodies: ReadonlyMap<string, is.Shape<unknown>> = new Map<string, is.Shape<unknown>>([
  ['Var', is.one('principal', 'action', 'resource', 'context')],
  ...['Set', ...functions].map((op) => [op, is.list(any, 0)] as const),
  ...infix.map((op) => [op, is.object(having('left right'))] as const),
  ...words('! neg isEmpty').map((op) => [op, is.object(having('arg'))] as const),
  ['if-then-else', is.object(having('if then else'))],
  ['.', is.object({ left: any, attr: is.text })],
  ['has', is.object({ left: any, attr: is.either(is.text, is.list(is.text, 1, 64)) })],
  ['like', is.object({ left: any, pattern: patternForm })],
  ['is', is.object({ left: any, entity_type: isName, in: is.optional(any) })],
]);
const operandNames = words('left right arg if then else in');
const [one, many] = [is.object({ fn: is.text, arg: any }), is.object({ fn: is.text, args: is.list(any, 0) })];
const callForm = is.object({ __extn: is.either(one, many) });

/** Reads expressions in Cedar's JSON form; the same twice is one. `t is X in g` becomes what it stands for, `t has a.b`, too. */
export function expressionReader(): (json: unknown) => Expression {
  const known = new Map<string, Expression>();
  const make = (op: string, operands: readonly Expression[], value?: Expression['value']): Expression => {
    const key = `${op}(${operands.map(({ id }) => id).join()})${value === undefined ? '' : written(value)}`;
    const expression = known.get(key) ?? { id: known.size, op, operands, value };
    known.set(key, expression);
    return expression;
  };
  const read = (json: unknown): Expression => {
    const [[op, body] = ['', undefined], ...others] = entries(json);
    must(others.length === 0, 'An expression has more than one operator.');
    if (op === 'Value') return readValue(body);
    if (op === 'Record') return recordOf(entries(body), read);
    must(bodies.get(op)?.(body), `There is no operator ${op}, or its body is not one of it.`);
    if (is.text(body)) return make(op, [], body);
    if (Array.isArray(body)) return make(op, body.map(read));
    const own = body as Readonly<Record<string, unknown>>;
    const all = operandNames.filter((name) => Object.hasOwn(own, name)).map((name) => read(own[name]));
    const value = (own.attr ?? own.entity_type) as string | readonly string[] | undefined;
    if (op === 'like') return make(op, all, partsOf(own.pattern as is.Of<typeof patternForm>));
    if (op === 'has' && typeof value === 'object') return hasAll(all, value);
    if (op === 'is' && all.length > 1) return make('&&', [make(op, all.slice(0, 1), value), make('in', all)]);
    return make(op, all, value);
  };
  /** `t has a.b` is `t has a && t.a has b`. */
  const hasAll = (owner: readonly Expression[], [name = '', ...rest]: readonly string[]): Expression => {
    const has = make('has', owner, name);
    return rest.length === 0 ? has : make('&&', [has, hasAll([make('.', owner, name)], rest)]);
  };
  const constant = (form: string, ...values: Value[]) => make('Value', [], [form, [], ...values]);
  /** A value: one of JSON's own, or under its escape an entity or a call of a function. */
  const readValue = (json: unknown): Expression => {
    if (typeof json === 'boolean') return constant(String(json));
    if (typeof json === 'string') return constant('string', json);
    if (Array.isArray(json)) return make('Set', json.map(readValue));
    if (typeof json === 'bigint' || is.integer(json)) {
      must(json >= leastLong && json <= greatestLong, 'An integer does not fit 64 bits.');
      return constant('sum', 'Long', BigInt(json), []);
    }
    const all = entries(json);
    if (!all.some(([name]) => /^__(entity|extn|expr)$/.test(name))) return recordOf(all, readValue);
    if (entityForm(json) && '__entity' in json)
      return constant('entity', json.__entity.type, json.__entity.id);
    must(callForm(json) && functions.has(json.__extn.fn), 'An escape is unknown, or has not its form.');
    const { fn, ...call } = json.__extn;
    return make(fn, ('args' in call ? call.args : [call.arg]).map(readValue));
  };
  const recordOf = (all: [string, unknown][], inner: (value: unknown) => Expression): Expression => {
    const sorted = all.toSorted(([one], [other]) => (one < other ? -1 : 1));
    const [names, parts] = [sorted.map(([name]) => name), sorted.map(([, value]) => inner(value))];
    return make('Record', parts, names);
  };
  return read;
}

/** The literals between wildcards, of which two in a row are one. */
function partsOf(elements: is.Of<typeof patternForm>): readonly string[] {
  const parts = [''];
  for (const one of elements)
    if (one !== 'Wildcard') parts[parts.length - 1] += one.Literal;
    else if (parts.length === 1 || parts.at(-1) !== '') parts.push('');
  return parts;
}

/** A policy, or an invariant: satisfied if all scopes and each `when` are true and each `unless` is false. */
export interface Policy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly scopes: readonly Expression[];
  readonly conditions: readonly Readonly<{ kind: 'when' | 'unless'; body: Expression }>[];
}

const scopeForm = is.either(
  is.object({ op: is.one('All') }),
  is.object({ op: is.one('==', 'in'), entity: entityForm }),
  is.object({ op: is.one('in'), entities: is.list(entityForm, 0) }),
  is.object({ op: is.one('is'), entity_type: isName, in: is.optional(is.object({ entity: entityForm })) }),
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
      let used = 0;
      /** A scope with its slot filled. */
      const filled = (scope: unknown, slot: string): unknown => {
        const { slot: own, ...others } = Object(scope);
        if ('in' in others) return { ...Object(scope), in: filled(others.in, slot) };
        if (own !== slot || !Object.hasOwn(values, slot)) return scope;
        used += 1;
        return { ...others, entity: values[slot] };
      };
      const scopes = (['action', 'principal', 'resource'] as const).map((name) =>
        readExpression(scopeOf(name, filled(value[name], `?${name}`))),
      );
      must(used === Object.keys(values).length, 'A link fills a slot that its template does not have.');
      const conditions = value.conditions.map(({ kind, body }) => ({ kind, body: readExpression(body) }));
      return { id, effect: value.effect, scopes, conditions };
    });
  return [
    ...Object.entries(set.staticPolicies).map(([id, value]) => read(id, value, {})),
    ...links.map(({ templateId, newId, values }) => read(newId, templates.get(templateId), values)),
  ];
}

/** A scope as an expression that has to be true, in JSON. */
function scopeOf(name: string, scope: unknown): object {
  must(scopeForm(scope), 'A scope has not its form, or a slot is not filled.');
  must(name === 'action' ? scope.op !== 'is' : !('entities' in scope), 'A scope is not for this variable.');
  const left = { Var: name };
  const constant = (entity: is.Of<typeof entityForm>) => ({ Value: { __entity: uidOf(entity) } });
  if (scope.op === 'All') return { Value: true };
  if ('entities' in scope) return { in: { left, right: { Set: scope.entities.map(constant) } } };
  if (scope.op !== 'is') return { [scope.op]: { left, right: constant(scope.entity) } };
  const group = scope.in === undefined ? {} : { in: constant(scope.in.entity) };
  return { is: { left, entity_type: scope.entity_type, ...group } };
}
