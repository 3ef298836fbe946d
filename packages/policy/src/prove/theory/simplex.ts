import { compare, dividedBy, isZero, minus, plus, type Rational, rational, times, zero } from './rational.ts';

/** Σ coefficient × unknown ≥ bound; `source` says where it comes from. */
export interface Inequality<Unknown, Source> {
  readonly parts: readonly (readonly [Unknown, bigint])[];
  readonly bound: bigint;
  readonly source: Source;
}

/** Rational values for all unknowns; or inequalities with multipliers that add up to a contradiction. */
export type Solution<Unknown, Source> =
  | { readonly values: ReadonlyMap<Unknown, Rational> }
  | { readonly contradiction: readonly (readonly [Source, bigint])[] };

interface Bound<Source> {
  readonly value: Rational;
  readonly source: Source;
}

/** An unknown, or the sum of some; ≥ lower, ≤ upper. */
interface Variable<Source> {
  lower: Bound<Source> | undefined;
  upper: Bound<Source> | undefined;
  value: Rational;
}

/**
 * Solves linear inequalities over the rationals by the general simplex method (Dutertre and de Moura, "A fast
 * linear-arithmetic solver for DPLL(T)", 2006), with Bland's rule, so that it ends.
 */
export function solveInequalities<Unknown, Source>(
  inequalities: readonly Inequality<Unknown, Source>[],
): Solution<Unknown, Source> {
  const tableau = new Tableau<Source>();
  const columns = new Map<Unknown, number>();
  for (const { parts, bound, source } of inequalities) {
    const row = parts.map(([unknown, factor]) => {
      const column = columns.get(unknown) ?? tableau.unknown();
      columns.set(unknown, column);
      return [column, factor] as const;
    });
    const contradiction = tableau.restrict(row, bound, source);
    if (contradiction !== undefined) return { contradiction: wholeNumbers(contradiction) };
  }
  const contradiction = tableau.solve();
  if (contradiction !== undefined) return { contradiction: wholeNumbers(contradiction) };
  return { values: new Map([...columns].map(([unknown, column]) => [unknown, tableau.valueOf(column)])) };
}

type Contradiction<Source> = readonly (readonly [Source, Rational])[];

class Tableau<Source> {
  readonly #variables: Variable<Source>[] = [];
  /** Each basic variable as a sum of others. */
  readonly #rows = new Map<number, Map<number, Rational>>();
  readonly #sums = new Map<string, number>();

  unknown(): number {
    return this.#variables.push({ lower: undefined, upper: undefined, value: zero }) - 1;
  }

  valueOf(variable: number): Rational {
    return this.#variables[variable]!.value;
  }

  /** Σ ≥ bound. Multiples of one sum share a variable. */
  restrict(
    parts: readonly (readonly [number, bigint])[],
    bound: bigint,
    source: Source,
  ): Contradiction<Source> | undefined {
    const sorted = [...parts].sort(([left], [right]) => left - right);
    const scale = sorted[0]![1];
    const variable = this.#variableOf(sorted.map(([column, factor]) => [column, rational(factor, scale)]));
    const value = rational(bound, scale);
    return scale > 0n
      ? this.#raise(variable, { value, source }, scale)
      : this.#lower(variable, { value, source }, scale);
  }

  readonly #scales = new Map<Source, bigint>();

  #raise(variable: number, bound: Bound<Source>, scale: bigint): Contradiction<Source> | undefined {
    this.#scales.set(bound.source, scale);
    const all = this.#variables[variable]!;
    if (all.lower !== undefined && compare(all.lower.value, bound.value) >= 0) return undefined;
    all.lower = bound;
    return this.#crossed(all);
  }

  #lower(variable: number, bound: Bound<Source>, scale: bigint): Contradiction<Source> | undefined {
    this.#scales.set(bound.source, -scale);
    const all = this.#variables[variable]!;
    if (all.upper !== undefined && compare(all.upper.value, bound.value) <= 0) return undefined;
    all.upper = bound;
    return this.#crossed(all);
  }

  #crossed({ lower, upper }: Variable<Source>): Contradiction<Source> | undefined {
    if (lower === undefined || upper === undefined || compare(lower.value, upper.value) <= 0)
      return undefined;
    return [this.#weigh(lower, rational(1n)), this.#weigh(upper, rational(1n))];
  }

  /** The multiplier of the inequality itself: bounds are held divided by the first coefficient. */
  #weigh({ source }: Bound<Source>, factor: Rational): readonly [Source, Rational] {
    return [source, dividedBy(factor, rational(this.#scales.get(source)!))];
  }

  #variableOf(parts: readonly (readonly [number, Rational])[]): number {
    if (parts.length === 1) return parts[0]![0];
    const key = parts.map(([column, { over, under }]) => `${column}:${over}/${under}`).join();
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const sum = this.unknown();
    this.#sums.set(key, sum);
    const row = new Map<number, Rational>();
    for (const [column, factor] of parts)
      addMultiple(row, this.#rows.get(column) ?? new Map([[column, rational(1n)]]), factor);
    this.#rows.set(sum, row);
    return sum;
  }

  solve(): Contradiction<Source> | undefined {
    for (const [column, all] of this.#variables.entries()) {
      if (this.#rows.has(column)) continue;
      if (all.lower !== undefined && compare(all.value, all.lower.value) < 0) all.value = all.lower.value;
      if (all.upper !== undefined && compare(all.value, all.upper.value) > 0) all.value = all.upper.value;
    }
    for (const [basic, row] of this.#rows) this.#variables[basic]!.value = this.#evaluate(row);
    for (;;) {
      const basic = [...this.#rows.keys()]
        .sort((left, right) => left - right)
        .find((each) => this.#violated(each) !== 0);
      if (basic === undefined) return undefined;
      const direction = this.#violated(basic);
      const other = this.#entering(basic, direction);
      if (other === undefined) return this.#explain(basic, direction);
      const { lower, upper } = this.#variables[basic]!;
      this.#pivot(basic, other, (direction > 0 ? lower : upper)!.value);
    }
  }

  /** 1: below its lower bound, −1: above its upper. */
  #violated(variable: number): number {
    const { lower, upper, value } = this.#variables[variable]!;
    if (lower !== undefined && compare(value, lower.value) < 0) return 1;
    return upper !== undefined && compare(value, upper.value) > 0 ? -1 : 0;
  }

  #entering(basic: number, direction: number): number | undefined {
    const row = this.#rows.get(basic)!;
    return [...row.keys()]
      .sort((left, right) => left - right)
      .find((column) => {
        const { lower, upper, value } = this.#variables[column]!;
        const rises = row.get(column)!.over > 0n === direction > 0;
        return rises
          ? upper === undefined || compare(value, upper.value) < 0
          : lower === undefined || compare(value, lower.value) > 0;
      });
  }

  #explain(basic: number, direction: number): Contradiction<Source> {
    const { lower, upper } = this.#variables[basic]!;
    const all = [this.#weigh((direction > 0 ? lower : upper)!, rational(1n))];
    for (const [column, factor] of this.#rows.get(basic)!) {
      const bounds = this.#variables[column]!;
      const bound = (factor.over > 0n === direction > 0 ? bounds.upper : bounds.lower)!;
      all.push(this.#weigh(bound, factor.over > 0n ? factor : minus(zero, factor)));
    }
    return all;
  }

  /** Exchanges a basic variable for another, and gives it a value. */
  #pivot(basic: number, other: number, value: Rational): void {
    const row = this.#rows.get(basic)!;
    const factor = row.get(other)!;
    const change = dividedBy(minus(value, this.#variables[basic]!.value), factor);
    this.#variables[basic]!.value = value;
    this.#variables[other]!.value = plus(this.#variables[other]!.value, change);
    this.#rows.delete(basic);
    const solved = new Map<number, Rational>([[basic, dividedBy(rational(1n), factor)]]);
    for (const [column, each] of row)
      if (column !== other) solved.set(column, minus(zero, dividedBy(each, factor)));
    for (const [each, parts] of this.#rows) {
      const share = parts.get(other);
      if (share === undefined) continue;
      parts.delete(other);
      addMultiple(parts, solved, share);
      this.#variables[each]!.value = this.#evaluate(parts);
    }
    this.#rows.set(other, solved);
    for (const [each, parts] of this.#rows) this.#variables[each]!.value = this.#evaluate(parts);
  }

  #evaluate(row: ReadonlyMap<number, Rational>): Rational {
    let sum = zero;
    for (const [column, factor] of row) sum = plus(sum, times(factor, this.#variables[column]!.value));
    return sum;
  }
}

function addMultiple(
  row: Map<number, Rational>,
  other: ReadonlyMap<number, Rational>,
  factor: Rational,
): void {
  for (const [column, each] of other) {
    const sum = plus(row.get(column) ?? zero, times(each, factor));
    if (isZero(sum)) row.delete(column);
    else row.set(column, sum);
  }
}

/** The same proportions in whole numbers. */
function wholeNumbers<Source>(all: Contradiction<Source>): readonly (readonly [Source, bigint])[] {
  const common = all.reduce((product, [, { under }]) => product * under, 1n);
  const whole = all.map(([source, { over, under }]) => [source, (over * common) / under] as const);
  const divisor = whole.reduce((left, [, right]) => greatestCommon(left, right), 0n);
  return whole.map(([source, factor]) => [source, factor / divisor] as const);
}

function greatestCommon(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
