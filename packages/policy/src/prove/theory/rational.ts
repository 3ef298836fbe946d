/** An exact fraction in lowest terms, denominator positive. */
export interface Rational {
  readonly over: bigint;
  readonly under: bigint;
}

export const zero: Rational = { over: 0n, under: 1n };

export function rational(over: bigint, under = 1n): Rational {
  if (under === 1n) return { over, under };
  const divisor = gcd(over < 0n ? -over : over, under < 0n ? -under : under);
  const sign = under < 0n ? -1n : 1n;
  return { over: (sign * over) / divisor, under: (sign * under) / divisor };
}

export function plus(left: Rational, right: Rational): Rational {
  return rational(left.over * right.under + right.over * left.under, left.under * right.under);
}

export function minus(left: Rational, right: Rational): Rational {
  return rational(left.over * right.under - right.over * left.under, left.under * right.under);
}

export function times(left: Rational, right: Rational): Rational {
  return rational(left.over * right.over, left.under * right.under);
}

export function dividedBy(left: Rational, right: Rational): Rational {
  return rational(left.over * right.under, left.under * right.over);
}

export function compare(left: Rational, right: Rational): number {
  const difference = left.over * right.under - right.over * left.under;
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

export function isZero({ over }: Rational): boolean {
  return over === 0n;
}

function gcd(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
