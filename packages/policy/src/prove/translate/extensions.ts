import { EvaluationFailure } from '../../evaluate/failure.ts';
import { extensionFunctions } from '../../extensions/functions.ts';
import { type Literal, TRUE } from '../formula/formula.ts';
import { atLeast } from '../formula/say-numbers.ts';
import { inRange } from '../formula/say-ranges.ts';
import { fails, truth } from '../formula/say-truth.ts';
import type { Universe } from '../formula/universe.ts';
import type { Kind } from '../schema/type.ts';
import { combine } from '../terms/linear.ts';
import type { Term } from '../terms/term.ts';
import { type Case, compute, failing, judge, type Meaning } from './meaning.ts';
import { fitting, inOrder } from './numbers.ts';
import type { Translate } from './translator.ts';
import { constantOf } from './values.ts';

/** An extension function of terms of these kinds; terms of others make it fail. */
interface Function<Result> {
  readonly kinds: readonly Kind[];
  readonly apply: (universe: Universe, ...terms: Term[]) => Result | undefined;
}

function fit({ kinds }: Function<unknown>, terms: readonly Term[]): boolean {
  return terms.every(({ kind }, index) => kind === kinds[index]);
}

function computes(called: Function<Case | readonly Case[]>): Translate {
  return call(called, (universe, operands) =>
    compute(universe, operands, (...terms) =>
      fit(called, terms) ? called.apply(universe, ...terms) : undefined,
    ),
  );
}

function judges(called: Function<Literal>): Translate {
  return call(called, (universe, operands) =>
    judge(universe, operands, (...terms) =>
      fit(called, terms) ? called.apply(universe, ...terms) : undefined,
    ),
  );
}

/** A wrong number of arguments fails. */
function call(
  { kinds }: Function<unknown>,
  apply: (universe: Universe, operands: readonly Meaning[]) => Meaning,
): Translate {
  return (body: readonly unknown[], { universe, translate }) =>
    body.length === kinds.length ? apply(universe, body.map(translate)) : failing;
}

/** Of a constant text the value, now; of any other text a call that may fail. */
function construct(name: string): Translate {
  return computes({
    kinds: ['String'],
    apply: (universe, text) => {
      const { terms } = universe;
      if (text!.form !== 'string')
        return { condition: -fails(universe, name, [text!]), term: terms.call(name, [text!]) };
      try {
        const value = extensionFunctions.get(name)!.call(text!.text, '');
        return { condition: TRUE, term: constantOf(terms, value) };
      } catch (error) {
        if (error instanceof EvaluationFailure) return undefined;
        throw error;
      }
    },
  });
}

function inRanges(...ranges: readonly string[]): Translate {
  return judges({
    kinds: ['ipaddr'],
    apply: (universe, address) =>
      universe.formula.any(ranges.map((range) => inRange(universe, address!, range))),
  });
}

function decimals(order: '<' | '<=' | '>' | '>='): Translate {
  return judges({
    kinds: ['decimal', 'decimal'],
    apply: (universe, left, right) => inOrder(universe, order, left!, right!),
  });
}

const day = 86_400_000n;

/** Division toward zero: rounded down, of what is negative the opposite. */
function whole(by: bigint): Translate {
  return computes({
    kinds: ['duration'],
    apply: (universe, duration) => {
      const { terms } = universe;
      const condition = atLeast(universe, combine([duration!, 1n]), 0n);
      const opposite = terms.floor(terms.sum('Long', combine([duration!, -1n])), by);
      return [
        { condition, term: terms.floor(duration!, by) },
        { condition: -condition, term: terms.sum('Long', combine([opposite, -1n])) },
      ];
    },
  });
}

export const extensions: Readonly<Record<string, Translate>> = {
  ip: construct('ip'),
  decimal: construct('decimal'),
  datetime: construct('datetime'),
  duration: construct('duration'),
  isIpv4: inRanges('0.0.0.0/0'),
  isIpv6: inRanges('::/0'),
  isLoopback: inRanges('127.0.0.0/8', '::1'),
  isMulticast: inRanges('224.0.0.0/4', 'ff00::/8'),
  isInRange: judges({
    kinds: ['ipaddr', 'ipaddr'],
    apply: (universe, address, range) =>
      range!.form === 'ip'
        ? inRange(universe, address!, range!.text)
        : truth(universe, universe.terms.call('isInRange', [address!, range!])),
  }),
  lessThan: decimals('<'),
  lessThanOrEqual: decimals('<='),
  greaterThan: decimals('>'),
  greaterThanOrEqual: decimals('>='),
  offset: computes({
    kinds: ['datetime', 'duration'],
    apply: (universe, at, by) => fitting(universe, 'datetime', combine([at!, 1n], [by!, 1n])),
  }),
  durationSince: computes({
    kinds: ['datetime', 'datetime'],
    apply: (universe, at, from) => fitting(universe, 'duration', combine([at!, 1n], [from!, -1n])),
  }),
  toDate: computes({
    kinds: ['datetime'],
    apply: (universe, at) => fitting(universe, 'datetime', combine([universe.terms.floor(at!, day), day])),
  }),
  toTime: computes({
    kinds: ['datetime'],
    apply: ({ terms }, at) => ({
      condition: TRUE,
      term: terms.sum('duration', combine([at!, 1n], [terms.floor(at!, day), -day])),
    }),
  }),
  toMilliseconds: computes({
    kinds: ['duration'],
    apply: ({ terms }, duration) => ({ condition: TRUE, term: terms.sum('Long', combine([duration!, 1n])) }),
  }),
  toSeconds: whole(1_000n),
  toMinutes: whole(60_000n),
  toHours: whole(3_600_000n),
  toDays: whole(day),
  unknown: () => failing,
};
