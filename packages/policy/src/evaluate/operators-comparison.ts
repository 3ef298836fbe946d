import { equalValues } from '../values/equality.ts';
import type { Value } from '../values/value.ts';
import { binary } from './binary.ts';
import { failType } from './failure.ts';
import type { Operator } from './operator.ts';

type Order = (left: bigint, right: bigint) => boolean;

/** Order is defined between two Longs, two datetimes or two durations; never across. */
function ordered(name: string, order: Order): Operator {
  return binary(name, (left, right) => {
    if (typeof left === 'bigint')
      return typeof right === 'bigint' ? order(left, right) : failType('long', right);
    const from = instant(left);
    if (from === undefined) return failType('long, datetime or duration', left);
    if (typeof right !== 'object' || right.kind !== from.kind) return failType(from.kind, right);
    return order(from.milliseconds, (right as typeof from).milliseconds);
  });
}

function instant(value: Value) {
  if (typeof value !== 'object') return undefined;
  return value.kind === 'datetime' || value.kind === 'duration' ? value : undefined;
}

export const comparisonOperators: Readonly<Record<string, Operator>> = {
  '==': binary('==', equalValues),
  '!=': binary('!=', (left, right) => !equalValues(left, right)),
  '<': ordered('<', (left, right) => left < right),
  '<=': ordered('<=', (left, right) => left <= right),
  '>': ordered('>', (left, right) => left > right),
  '>=': ordered('>=', (left, right) => left >= right),
};
