import { binary, unary } from './binary.ts';
import { asLong, inLong } from './operands.ts';
import type { Operator } from './operator.ts';

/** Arithmetic on Longs; what leaves 64 bits is a failure, not a wrap. */
export const arithmeticOperators: Readonly<Record<string, Operator>> = {
  '+': binary('+', (left, right) => inLong(asLong(left) + asLong(right))),
  '-': binary('-', (left, right) => inLong(asLong(left) - asLong(right))),
  '*': binary('*', (left, right) => inLong(asLong(left) * asLong(right))),
  neg: unary('neg', (value) => inLong(-asLong(value))),
};
