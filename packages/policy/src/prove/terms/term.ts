import type { Kind, Type } from '../schema/type.ts';

/** What a term is made by; `docs/policy-certificate.md` says what each stands for. */
export type TermForm =
  | 'principal'
  | 'resource'
  | 'context'
  | 'bool'
  | 'string'
  | 'entity'
  | 'ip'
  | 'sum'
  | 'floor'
  | '.'
  | 'tag'
  | 'set'
  | 'record'
  | 'call'
  | 'outside'
  | 'common'
  | 'above';

/**
 * A term of one environment. Terms are made by a `TermTable` and are the same object if they are the same term.
 */
export interface Term {
  /** Its number within the table; parts have lower ones. */
  readonly id: number;
  readonly form: TermForm;
  readonly kind: Kind;
  /** The declared type; undefined for written sets and records. */
  readonly type: Type | undefined;
  readonly parts: readonly Term[];
  /** The text, id, attribute, operator or address that the form has besides its parts. */
  readonly text: string;
  /** The names of a record's parts. */
  readonly names: readonly string[];
  /** What a sum adds, what `floor` divides by, 1 for ⊤; else 0. */
  readonly number: bigint;
  /** The coefficients of a sum's parts. */
  readonly coefficients: readonly bigint[];
  /** Whether it is a constant of kind Bool, String, ipaddr, an entity or a number. */
  readonly constant: boolean;
  /** How many terms it is made of, itself included: the order in which equal terms replace each other. */
  readonly size: number;
}

/** Whether a set or record stands in the policies as such, not behind an attribute. */
export function isWritten({ form }: Term): boolean {
  return form === 'set' || form === 'record';
}

/** The type of the elements of a set with a declared type. */
export function elementType({ type }: Term): Type | undefined {
  return type?.kind === 'set' ? type.element : undefined;
}
