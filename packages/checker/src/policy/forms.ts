import { encodeUtf8 } from '@kiten/codec';
import * as is from '../shape.ts';
import { any } from './json.ts';
import type { Literal } from './propagation.ts';
import { type Effort, must } from './report.ts';
import type { Kind, Type } from './schema.ts';

/** What a term or an operator is made of besides terms. */
export type Value = string | bigint | readonly (string | bigint)[];

/** What stands for a value. Terms of one environment that are made of the same are the same object. */
export interface Term {
  readonly id: number;
  readonly form: string;
  readonly operands: readonly Term[];
  readonly values: readonly Value[];
  readonly kind: Kind;
  /** As it is declared. One of a written set or record has but its kind. */
  readonly type: Type;
  /** How many terms are within each other, itself included. */
  readonly depth: number;
  /** Of kind Bool: when it is true. */
  readonly literal: Literal | undefined;
}

/** How a value is written: equal ones are written the same, others are not. */
export function written(value: Value | readonly Value[]): string {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? `${value.length}:${value}` : `[${value.map(written).join()}]`;
}

/** Of which kinds operands are, a letter each. `t` is any, `D` a set with a declared type. */
const kinds: Readonly<Record<string, RegExp>> = {
  ...{ b: /^Bool$/, x: /^String$/, L: /^Long$/, d: /^datetime$/, u: /^duration$/, a: /^ipaddr$/ },
  ...{ n: /^(Long|decimal|datetime|duration)$/, m: /^decimal$/, c: /^(Long|datetime|duration)$/ },
  ...{ e: /^@/, o: /^(@.*|record)$/s, S: /^set$/, D: /^set$/, t: /^/ },
};
const isFitting = (letter: string | undefined, { kind, type }: Term): boolean =>
  letter !== undefined && kinds[letter]!.test(kind) && (letter !== 'D' || type.element !== undefined);

/** How values are read, a letter each: texts and integers, and lists of them. */
const readers: Readonly<Record<string, (item: unknown) => Value>> = {
  ...{ s: readText, S: (item: unknown) => array(item, 0).map(readText) },
  ...{ i: readInteger, I: (item: unknown) => array(item, 0).map(readInteger) },
};

/**
 * What things are by their form. A key is a form, in brackets the letters of its operands (with `*` any number of them,
 * which are then one array), and the letters of its values.
 */
export type Forms<Made> = Readonly<Record<string, (...parts: never[]) => Made>>;
/** Makes a thing of what its form says of it. */
type Settle<M, T> = (made: M, form: string, operands: readonly Term[], values: readonly Value[]) => T;

/** Makes things by their form, the same of the same parts. */
export function makerOf<Made, T>(forms: Forms<Made>, effort: Effort, settle: Settle<Made, T>) {
  const layouts = new Map(
    Object.entries(forms).map(([key, made]) => {
      const [, form = '', letters = '', isMany, values = ''] = /^(.+)\((\w*)(\*?)\) ?(\w*)$/.exec(key) ?? [];
      return [form, { letters, isMany: isMany === '*', values, made: made as (...parts: unknown[]) => Made }];
    }),
  );
  const known = new Map<string, T>();
  /** Undefined if there is no such form, or if it is not for such operands. */
  const tried = (form: string, operands: readonly Term[], ...values: readonly Value[]): T | undefined => {
    // A template would keep its parts, too.
    const key = [form, operands.map(({ id }) => id).join(), values.map(written).join()].join(' ');
    effort.spend(key.length + 16);
    if (known.has(key)) return known.get(key);
    const { letters = '', isMany, made } = layouts.get(form) ?? {};
    const areFitting = operands.every((operand, at) => isFitting(letters[isMany ? 0 : at], operand));
    if (!made || !areFitting || !(isMany || operands.length === letters.length)) return undefined;
    const thing = settle(made(...(isMany ? [operands] : operands), ...values), form, operands, values);
    known.set(key, thing);
    return thing;
  };
  const make = (form: string, operands: readonly Term[], ...values: readonly Value[]): T => {
    const made = tried(form, operands, ...values);
    must(made !== undefined, 'A part is of a kind that does not fit.');
    return made;
  };
  /** What CBOR says, with the indices of terms in place of the terms. */
  const read = (item: unknown, terms: readonly Term[]): T => {
    const [form, ...parts] = array(item, 1);
    const layout = layouts.get(form as string);
    const count = layout?.isMany ? 1 : (layout?.letters.length ?? 0);
    const isSound = parts.length === count + (layout?.values.length ?? 0);
    must(layout && isSound, 'There is no such term, or it has not its parts.');
    const indices = layout.isMany ? array(parts[0], 0) : parts.slice(0, count);
    const values = parts.slice(count).map((part, at) => readers[layout.values[at]!]!(part));
    const operands = indices.map((index) => termAt(index, terms));
    return make(form as string, operands, ...values);
  };
  return { tried, make, read };
}

export function termAt(index: unknown, terms: readonly Term[]): Term {
  const term = is.natural(index) ? terms[index] : undefined;
  must(term, 'An index is not that of an earlier term.');
  return term;
}

export function array(item: unknown, least: number, most = Number.POSITIVE_INFINITY): readonly unknown[] {
  must(is.list(any, least, most)(item), 'An array is none, or has another length.');
  return item;
}

/** An integer; beyond ±(2^53 − 1) it is a text of at most 100 decimal digits. */
export function readInteger(item: unknown): bigint {
  if (is.integer(item)) return BigInt(item);
  const isGreat = is.text(item) && /^-?[1-9][0-9]{0,99}$/.test(item) && !Number.isSafeInteger(Number(item));
  must(isGreat, 'An integer is none, or a text is one that should be none.');
  return BigInt(item);
}

export const isShort = is.shape<string>((item) => is.text(item) && encodeUtf8(item).length <= 4096);
function readText(item: unknown): string {
  must(isShort(item), 'A text is none, or too long.');
  return item;
}
