import { fail, failType } from '../evaluate/failure.ts';
import type { DatetimeValue, DurationValue, ExtensionValue } from '../values/extension-value.ts';
import { fitsLong, type Value } from '../values/value.ts';
import { parseDatetime } from './datetime.ts';
import { parseDecimal } from './decimal.ts';
import { parseDuration } from './duration.ts';
import { isInRange, isLoopback, isMulticast, parseIpAddress } from './ip-address.ts';

/** A function or method of an extension; a method's receiver is its first argument. */
export interface ExtensionFunction {
  readonly name: string;
  readonly arity: 1 | 2;
  /** @throws {EvaluationFailure} if an argument has the wrong type, is malformed, or the result overflows. */
  readonly call: (first: Value, second: Value) => Value;
}

type Kind = ExtensionValue['kind'];
type Of<K extends Kind> = Extract<ExtensionValue, { kind: K }>;

function cast<K extends Kind>(kind: K, value: Value): Of<K> {
  return typeof value === 'object' && value.kind === kind ? (value as Of<K>) : failType(kind, value);
}

function fromText(name: string, parse: (text: string) => ExtensionValue | undefined): ExtensionFunction {
  const call = (text: Value): Value => {
    if (typeof text !== 'string') return failType('string', text);
    return (
      parse(text) ?? fail(`${JSON.stringify(text.slice(0, 80))} is no value of ${name}, or out of its range`)
    );
  };
  return { name, arity: 1, call };
}

function unary<K extends Kind>(name: string, kind: K, apply: (value: Of<K>) => Value): ExtensionFunction {
  return { name, arity: 1, call: (value) => apply(cast(kind, value)) };
}

function binary<K extends Kind, L extends Kind>(
  name: string,
  [kind, otherKind]: readonly [K, L],
  apply: (value: Of<K>, other: Of<L>) => Value,
): ExtensionFunction {
  return { name, arity: 2, call: (value, other) => apply(cast(kind, value), cast(otherKind, other)) };
}

function time<K extends 'datetime' | 'duration'>(
  kind: K,
  milliseconds: bigint,
): { kind: K; milliseconds: bigint } {
  return fitsLong(milliseconds) ? { kind, milliseconds } : fail(`${kind} overflow: ${milliseconds} ms`);
}

const day = 86_400_000n;

/** Milliseconds since the last midnight, also before 1970. */
function sinceMidnight({ milliseconds }: DatetimeValue): bigint {
  return ((milliseconds % day) + day) % day;
}

function whole(unit: bigint): (value: DurationValue) => Value {
  return ({ milliseconds }) => milliseconds / unit;
}

const list: readonly ExtensionFunction[] = [
  fromText('ip', parseIpAddress),
  fromText('decimal', parseDecimal),
  fromText('datetime', parseDatetime),
  fromText('duration', parseDuration),
  unary('isIpv4', 'ipaddr', ({ bits }) => bits === 32),
  unary('isIpv6', 'ipaddr', ({ bits }) => bits === 128),
  unary('isLoopback', 'ipaddr', isLoopback),
  unary('isMulticast', 'ipaddr', isMulticast),
  binary('isInRange', ['ipaddr', 'ipaddr'], isInRange),
  binary('lessThan', ['decimal', 'decimal'], (left, right) => left.units < right.units),
  binary('lessThanOrEqual', ['decimal', 'decimal'], (left, right) => left.units <= right.units),
  binary('greaterThan', ['decimal', 'decimal'], (left, right) => left.units > right.units),
  binary('greaterThanOrEqual', ['decimal', 'decimal'], (left, right) => left.units >= right.units),
  binary('offset', ['datetime', 'duration'], (at, by) => time('datetime', at.milliseconds + by.milliseconds)),
  binary('durationSince', ['datetime', 'datetime'], (at, from) =>
    time('duration', at.milliseconds - from.milliseconds),
  ),
  unary('toDate', 'datetime', (at) => time('datetime', at.milliseconds - sinceMidnight(at))),
  unary('toTime', 'datetime', (at) => time('duration', sinceMidnight(at))),
  unary('toMilliseconds', 'duration', whole(1n)),
  unary('toSeconds', 'duration', whole(1_000n)),
  unary('toMinutes', 'duration', whole(60_000n)),
  unary('toHours', 'duration', whole(3_600_000n)),
  unary('toDays', 'duration', whole(day)),
  // Stands for a value not known yet, in Cedar's partial evaluation; in a decision it has no value.
  { name: 'unknown', arity: 1, call: () => fail('a decision has no unknown values') },
];

/** Every function of Cedar's extensions ipaddr, decimal, datetime and duration, by name. */
export const extensionFunctions: ReadonlyMap<string, ExtensionFunction> = new Map(
  list.map((entry) => [entry.name, entry]),
);

/** Calls with exactly the arguments given; a wrong number of them is a failure, as in Cedar. */
export function callExtension(called: ExtensionFunction, args: readonly Value[]): Value {
  const { name, arity, call } = called;
  if (args.length !== arity)
    fail(`${name} takes ${arity} argument(s), a method's receiver included, not ${args.length}`);
  return call(args[0]!, args[1]!);
}
