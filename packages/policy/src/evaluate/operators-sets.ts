import { binary, unary } from './binary.ts';
import { asSet } from './operands.ts';
import type { Operator } from './operator.ts';

export const setOperators: Readonly<Record<string, Operator>> = {
  contains: binary('contains', (set, element) => asSet(set).has(element)),
  containsAll: binary('containsAll', (set, other) => asSet(set).includes(asSet(other))),
  containsAny: binary('containsAny', (set, other) => asSet(set).intersects(asSet(other))),
  isEmpty: unary('isEmpty', (set) => asSet(set).size === 0),
};
