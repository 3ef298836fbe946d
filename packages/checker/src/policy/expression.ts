import * as is from '../shape.ts';
import { greatestLong, leastLong } from './extension.ts';
import { written } from './forms.ts';
import { any, entityForm, entries, isName, object, uidOf } from './json.ts';
import { must } from './report.ts';

/** A Cedar expression. Operators are named as in Cedar's JSON form. */
export interface Expression {
  readonly id: number;
  readonly op: string;
  readonly operands: readonly Expression[];
  /** Of a `Value` the form and the parts of its term; a variable's name; the type of `is`; names; parts of `like`. */
  readonly value: string | readonly (string | bigint | readonly never[])[] | undefined;
}

const words = (text: string): readonly string[] => text.split(' ');
const functions = new Set([
  ...words('ip isIpv4 isIpv6 isLoopback isMulticast isInRange datetime duration offset durationSince toDate'),
  ...words('toTime toMilliseconds toSeconds toMinutes toHours toDays decimal lessThan lessThanOrEqual'),
  ...words('greaterThan greaterThanOrEqual unknown'),
]);
const infix = words('== != in < <= > >= && || + - * contains containsAll containsAny getTag hasTag');
/** The members of an operator's body: operands, and at the end perhaps what is none. */
const bodies: Readonly<Record<string, string>> = {
  ...Object.fromEntries(infix.map((op) => [op, 'left right'])),
  ...{ '!': 'arg', neg: 'arg', isEmpty: 'arg', 'if-then-else': 'if then else' },
  ...{ '.': 'left attr', has: 'left attr', like: 'left pattern', is: 'left in entity_type' },
};
const pattern = is.list(is.either(is.one('Wildcard'), object({ Literal: is.text })), 0);
const isVariable = is.one('principal', 'action', 'resource', 'context');
const path = is.list(is.text, 1, 64);
const [callForm, isCall] = [object({ fn: is.text, args: is.list(any, 0) }), object({ __extn: any })];

/** Reads expressions in Cedar's JSON form; the same twice is one. `t is X in g` becomes what it stands for, `t has a.b`, too. */
export function expressionReader(): (json: unknown) => Expression {
  const known = new Map<string, Expression>();
  const make = (
    op: string,
    operands: readonly Expression[] = [],
    value?: Expression['value'],
  ): Expression => {
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
    if (op === 'Var') {
      must(isVariable(body), `There is no variable ${body}.`);
      return make(op, [], body);
    }
    if (op === 'Set' || functions.has(op)) {
      must(Array.isArray(body), `The operands of ${op} are no array.`);
      return make(op, body.map(read));
    }
    must(Object.hasOwn(bodies, op), `There is no operator or function ${op}.`);
    const { attr, pattern: elements, entity_type: type, ...rest } = Object.fromEntries(entries(body));
    const names = words(bodies[op]!).filter((name) => name !== 'in' || Object.hasOwn(rest, 'in'));
    must(entries(body).length === names.length, `An operator ${op} has not its members.`);
    const all = names
      .filter((name) => !/^(attr|pattern|entity_type)$/.test(name))
      .map((name) => read(rest[name]));
    if (op === 'is') {
      must(isName(type), 'The type of "is" is none.');
      const isOfType = make(op, all.slice(0, 1), type);
      return all.length < 2 ? isOfType : make('&&', [isOfType, make('in', all)]);
    }
    if (op === 'like') {
      must(pattern(elements), 'A pattern has not its form.');
      return make(op, all, partsOf(elements));
    }
    if (op === 'has' && path(attr)) return having(all, attr);
    if (op !== 'has' && op !== '.') return make(op, all);
    must(is.text(attr), 'The name of an attribute is none.');
    return make(op, all, attr);
  };
  /** `t has a.b` is `t has a && t.a has b`. */
  const having = (owner: readonly Expression[], [name = '', ...rest]: readonly string[]): Expression => {
    const has = make('has', owner, name);
    return rest.length === 0 ? has : make('&&', [has, having([make('.', owner, name)], rest)]);
  };
  /** A value: one of JSON's own, or under its escape an entity or a call of a function. */
  const readValue = (json: unknown): Expression => {
    if (typeof json === 'boolean') return make('Value', [], ['bool', json ? 1n : 0n]);
    if (typeof json === 'string') return make('Value', [], ['string', json]);
    if (Array.isArray(json)) return make('Set', json.map(readValue));
    if (typeof json === 'bigint' || is.integer(json)) {
      must(json >= leastLong && json <= greatestLong, 'An integer does not fit 64 bits.');
      return make('Value', [], ['sum', 'Long', BigInt(json), []]);
    }
    const all = entries(json);
    if (!all.some(([name]) => /^__(entity|extn|expr)$/.test(name))) return recordOf(all, readValue);
    if (entityForm(json) && '__entity' in json)
      return make('Value', [], ['entity', uidOf(json).type, uidOf(json).id]);
    must(isCall(json), 'An escape is unknown, or is not alone.');
    const { arg, ...rest } = Object.fromEntries(entries(json.__extn));
    const call: unknown = arg === undefined ? rest : { ...rest, args: [arg] };
    must(callForm(call) && functions.has(call.fn), 'A call has not its form.');
    return make(call.fn, call.args.map(readValue));
  };
  const recordOf = (all: readonly [string, unknown][], inner: (value: unknown) => Expression): Expression =>
    make(
      'Record',
      all.map(([, value]) => inner(value)),
      all.map(([name]) => name),
    );
  return read;
}

/** The literals between wildcards. */
function partsOf(elements: is.Of<typeof pattern>): readonly string[] {
  const parts = [''];
  for (const one of elements) parts.push(...(one === 'Wildcard' ? [''] : [parts.pop() + one.Literal]));
  return parts;
}
