import { encodeUtf8 } from '@kiten/codec';
import * as is from '../shape.ts';
import { type Effort, must } from './report.ts';
import type { Kind, Type } from './schema.ts';

/** What a term, an atom or an operator is made of. */
export type Part = Term | string | bigint | readonly Part[];
export type Weighted = readonly (readonly [coefficient: bigint, term: Term])[];

/** What stands for a value. Terms of one environment that are written the same are the same object. */
export interface Term {
  readonly id: number;
  readonly form: string;
  readonly parts: readonly Part[];
  readonly kind: Kind;
  /** As it is declared. One of a written set or record has but its kind. */
  readonly type: Type;
  /** How many terms are within each other, itself included. */
  readonly depth: number;
  /** Of a number kind: what it amounts to, and the least and the greatest that it can be. */
  readonly linear: Linear;
  readonly range: readonly [least: bigint, greatest: bigint];
}
/** A whole number: a constant, and terms that are no sums with their coefficients, none of which is zero. */
export type Linear = Readonly<{ constant: bigint; weights: ReadonlyMap<Term, bigint> }>;

/** How a part is written: equal parts are written the same, others are not. */
export function written(part: Part): string {
  if (typeof part === 'string') return `${part.length}:${part}`;
  if (typeof part === 'bigint') return String(part);
  return 'id' in part ? `#${part.id}` : `[${part.map(written).join()}]`;
}

/** The terms of which a part is made. */
export function termsIn(part: Part): readonly Term[] {
  if (typeof part !== 'object') return [];
  return 'id' in part ? [part] : part.flatMap(termsIn);
}

/** Replaces the terms in a part. */
export function mapTerms(part: Part, map: (term: Term) => Term): Part {
  if (typeof part !== 'object') return part;
  return 'id' in part ? map(part) : part.map((inner) => mapTerms(inner, map));
}

/**
 * What the parts of a form are, a letter each. The letters of this table are terms of these kinds, `D` a set with a
 * declared type, `t` any term; those of the next are other things. `W` are pairs of an integer and a number.
 */
const kinds: Readonly<Record<string, RegExp>> = {
  ...{ b: /^Bool$/, x: /^String$/, L: /^Long$/, d: /^datetime$/, u: /^duration$/, a: /^ipaddr$/ },
  ...{ n: /^(Long|decimal|datetime|duration)$/, m: /^decimal$/, c: /^(Long|datetime|duration)$/ },
  ...{ e: /^@/, o: /^(@.*|record)$/s, S: /^set$/, D: /^set$/, W: /^(Long|decimal|datetime|duration)$/ },
};
type Read = (item: unknown, terms: readonly Term[]) => Part;
const list = (read: Read, least = 0): Read => {
  return (item, terms) => array(item, least).map((one) => read(one, terms));
};
const pair = (left: Read, right: Read): Read => {
  return (item, terms) => [left(array(item, 2, 2)[0], terms), right(array(item, 2, 2)[1], terms)];
};
const readers: Readonly<Record<string, Read>> = {
  ...{ s: readText, i: readInteger, P: list(readText, 1), T: list(termAt) },
  ...{ M: list(pair(readText, termAt)), W: list(pair(readInteger, termAt)) },
};

function isFitting(letter: string, part: Part): boolean {
  const kind = kinds[letter];
  if (kind === undefined) return true;
  return termsIn(part).every(
    (term) => kind.test(term.kind) && (letter !== 'D' || term.type.element !== undefined),
  );
}

/** How something is made of parts, under the name of its form, a space and the letters of its parts. */
export type Forms<T> = Readonly<Record<string, (...parts: never[]) => T>>;

/** Makes things by their form, the same of the same parts. */
export function makerOf<T>(forms: Forms<T>, effort: Effort) {
  const layouts = new Map(
    Object.entries(forms).map(([key, of]) => {
      const [form = '', letters = ''] = key.split(' ');
      return [form, { letters, of: of as (...parts: readonly Part[]) => T }];
    }),
  );
  const known = new Map<string, T>();
  /** Undefined if there is no such form, or if it is not for such parts. */
  const tried = (form: string, parts: readonly Part[]): T | undefined => {
    const key = form + written(parts);
    effort.spend(key.length);
    const { letters, of } = layouts.get(form) ?? {};
    const isSound = (): boolean =>
      letters?.length === parts.length && parts.every((part, at) => isFitting(letters[at]!, part));
    if (known.has(key) || of === undefined || !isSound()) return known.get(key);
    const made = of(...parts);
    known.set(key, made);
    return made;
  };
  const make = (form: string, ...parts: readonly Part[]): T => {
    const made = tried(form, parts);
    must(made !== undefined, 'A part is of a kind that does not fit.');
    return made;
  };
  /** What CBOR says, with the indices of terms in place of the terms. */
  const read = (item: unknown, terms: readonly Term[]): T => {
    const [form, ...items] = array(item, 1);
    const letters = layouts.get(form as string)?.letters;
    must(letters?.length === items.length, 'There is no such term or atom, or it has not its parts.');
    return make(form as string, ...items.map((part, at) => (readers[letters[at]!] ?? termAt)(part, terms)));
  };
  return { tried, make, read };
}

export function termAt(index: unknown, terms: readonly Term[]): Term {
  const term = is.natural(index) ? terms[index] : undefined;
  must(term, 'An index is not that of an earlier term.');
  return term;
}

export function array(item: unknown, least: number, most = Number.POSITIVE_INFINITY): readonly unknown[] {
  const isSound = Array.isArray(item) && item.length >= least && item.length <= most;
  must(isSound, 'An array is none, or has another length.');
  return item;
}

/** An integer; beyond ±(2^53 − 1) it is a text of at most 100 decimal digits. */
export function readInteger(item: unknown): bigint {
  if (is.integer(item)) return BigInt(item);
  const isGreat = is.text(item) && /^-?[1-9][0-9]{0,99}$/.test(item) && !Number.isSafeInteger(Number(item));
  must(isGreat, 'An integer is none, or a text is one that should be none.');
  return BigInt(item);
}

export function readText(item: unknown): string {
  must(is.text(item) && encodeUtf8(item).length <= 4096, 'A text is none, or too long.');
  return item;
}
