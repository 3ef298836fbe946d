import { constructors, type Ip, isWithin, readIp } from '../../../src/policy/extension.ts';
import type { Term } from '../../../src/policy/forms.ts';
import type { Schema, Type } from '../../../src/policy/schema.ts';

import { anyOf, keyOf, kindOf, type Value } from './value.ts';

type Entity = Extract<Value, { kind: 'entity' }>;

/** A request and a store of entities; `above` is transitive. */
export interface Model {
  readonly principal: Entity;
  readonly resource: Entity;
  readonly context: Value;
  readonly store: ReadonlyMap<string, Stored>;
}
export type Stored = Readonly<{
  attributes: ReadonlyMap<string, Value>;
  tags: ReadonlyMap<string, Value>;
  above: ReadonlySet<string>;
}>;

/** What terms stand for and which atoms hold in a model, by the tables of docs/policy-certificate.md. */
export function evaluatorOf(model: Model, schema: Schema) {
  const stored = (value: Value): Stored | undefined => model.store.get(keyOf(value));
  const number = (value: Value): bigint => (value as Extract<Value, { kind: 'number' }>).number;
  const elements = (value: Value): readonly Value[] => (value as Extract<Value, { kind: 'set' }>).elements;
  const text = (value: Value): string => (value as Extract<Value, { kind: 'String' }>).text;
  const rangeOf = (value: Value): Ip => (value as Extract<Value, { kind: 'ipaddr' }>).range;
  const isOne = (value: Value, all: readonly Value[]): boolean =>
    all.some((one) => keyOf(one) === keyOf(value));
  const isIn = (one: Value, other: Value): boolean =>
    keyOf(one) === keyOf(other) || stored(one)?.above.has(keyOf(other)) === true;
  const sumOf = ({ operands, values }: Term): bigint => {
    const [, constant, coefficients] = values as [string, bigint, bigint[]];
    return operands.reduce((sum, term, at) => sum + coefficients[at]! * number(valueAt(term)), constant);
  };
  const valueAt = (term: Term): Value => {
    const { form, operands, values, type } = term;
    const [one, two] = operands as [Term, Term];
    switch (form) {
      case 'principal':
      case 'resource':
      case 'context':
        return model[form];
      case 'string':
        return { kind: 'String', text: String(values[0]) };
      case 'entity':
        return { kind: 'entity', type: String(values[0]), id: String(values[1]) };
      case 'ip':
        return { kind: 'ipaddr', range: values as unknown as Ip };
      case 'sum':
        return { kind: 'number', unit: term.kind, number: sumOf(term) };
      case 'floor': {
        const [value, by] = [number(valueAt(one)), values[0] as bigint];
        const isUp = value < 0n && value % by !== 0n;
        return { kind: 'number', unit: 'Long', number: value / by - (isUp ? 1n : 0n) };
      }
      case '.': {
        const owner = valueAt(one);
        const own = owner.kind === 'record' ? owner.members : stored(owner)?.attributes;
        return own?.get(String(values[0])) ?? anyOf(type);
      }
      case 'tag':
        return stored(valueAt(one))?.tags.get(text(valueAt(two))) ?? anyOf(type);
      case 'set':
        return { kind: 'set', elements: operands.map(valueAt) };
      case 'record':
        return {
          kind: 'record',
          members: new Map(operands.map((member, at) => [(values[0] as string[])[at]!, valueAt(member)])),
        };
      case 'call':
        return call(String(values[0]), operands.map(valueAt)) ?? anyOf(type);
      case 'outside':
        return elements(valueAt(one)).find((each) => !isOne(each, elements(valueAt(two)))) ?? anyOf(type);
      case 'common':
        return elements(valueAt(one)).find((each) => isOne(each, elements(valueAt(two)))) ?? anyOf(type);
      case 'above':
        return elements(valueAt(two)).find((each) => isIn(valueAt(one), each)) ?? anyOf(type);
      default:
        return { kind: 'Bool', is: holds(term) };
    }
  };
  /** What a call gives in Cedar; undefined if it fails. */
  const call = (operator: string, operands: readonly Value[]): Value | undefined => {
    const [one, other] = operands as [Value, Value];
    if (operator === 'ip') {
      const range = one.kind === 'String' ? readIp(one.text) : undefined;
      return range && { kind: 'ipaddr', range };
    }
    const construct = constructors.get(operator);
    if (construct !== undefined) {
      const value = one.kind === 'String' ? construct(one.text) : undefined;
      return value === undefined ? undefined : { kind: 'number', unit: operator, number: value };
    }
    if (operator === '*') {
      const product = number(one) * number(other);
      return BigInt.asIntN(64, product) === product
        ? { kind: 'number', unit: 'Long', number: product }
        : undefined;
    }
    if (operator === 'isInRange') return { kind: 'Bool', is: isWithin(rangeOf(one), rangeOf(other)) };
    if (operator !== 'in') throw new Error(`There is no call ${operator}.`);
    if (other.kind === 'entity') return { kind: 'Bool', is: isIn(one, other) };
    if (!elements(other).every((each) => each.kind === 'entity')) return undefined;
    return { kind: 'Bool', is: elements(other).some((each) => isIn(one, each)) };
  };
  /** Whether a term of kind Bool is true. */
  const holds = (term: Term): boolean => {
    const { form, operands, values } = term;
    const [one, two] = operands as [Term, Term];
    switch (form) {
      case 'true':
      case 'false':
        return form === 'true';
      case '.':
      case 'tag':
      case 'call':
      case 'outside':
      case 'common':
        return (valueAt(term) as Extract<Value, { kind: 'Bool' }>).is;
      case 'known': {
        const value = valueAt(one);
        return stored(value) !== undefined || schema.actions.has(keyOf(value));
      }
      case 'has': {
        const owner = valueAt(one);
        return (
          (owner.kind === 'record' ? owner.members : stored(owner)?.attributes)?.has(String(values[0])) ===
          true
        );
      }
      case 'hasTag':
        return stored(valueAt(one))?.tags.has(text(valueAt(two))) === true;
      case 'like':
        return regexOf(values[0] as readonly string[]).test(text(valueAt(one)));
      case 'equal':
        return kindOf(valueAt(one)) === kindOf(valueAt(two)) && keyOf(valueAt(one)) === keyOf(valueAt(two));
      case 'in':
        return isIn(valueAt(one), valueAt(two));
      case 'inAny':
        return elements(valueAt(two)).some((each) => isIn(valueAt(one), each));
      case 'contains':
        return isOne(valueAt(two), elements(valueAt(one)));
      case 'containsAll':
        return elements(valueAt(two)).every((each) => isOne(each, elements(valueAt(one))));
      case 'containsAny':
        return elements(valueAt(two)).some((each) => isOne(each, elements(valueAt(one))));
      case 'inRange':
        return isWithin(rangeOf(valueAt(one)), rangeOf(valueAt(two)));
      case 'atLeast':
        return number(valueAt(one)) >= (values[0] as bigint);
      case 'fails':
        return call(String(values[0]), operands.map(valueAt)) === undefined;
      default:
        throw new Error(`There is no atom ${form}.`);
    }
  };
  return { valueAt, holds };
}

/** A pattern as a regular expression, made another way than the checker's automaton. */
const regexOf = (parts: readonly string[]): RegExp =>
  new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('.*')}$`, 'su');

export type { Type };
