import type { CborValue } from '@kiten/codec';
import type { Term } from '../terms/term.ts';

/** The terms of one proof, each by its index; parts come first. */
export interface TermsTable {
  readonly list: CborValue[];
  readonly indexOf: (term: Term) => number;
}

export function termTable(): TermsTable {
  const list: CborValue[] = [];
  const indices = new Map<Term, number>();
  const indexOf = (term: Term): number => {
    let index = indices.get(term);
    if (index === undefined) {
      const encoded = encodeTerm(term, term.parts.map(indexOf));
      index = list.push(encoded) - 1;
      indices.set(term, index);
    }
    return index;
  };
  return { list, indexOf };
}

function encodeTerm(term: Term, parts: readonly number[]): CborValue {
  const { form, kind, text, names, number, coefficients } = term;
  switch (form) {
    case 'principal':
    case 'resource':
    case 'context':
      return form;
    case 'bool':
      return [form, Number(number)];
    case 'string':
    case 'ip':
      return [form, text];
    case 'entity':
      return [form, kind.slice(1), text];
    case 'sum':
      return [form, kind, integer(number), parts.map((part, index) => [integer(coefficients[index]!), part])];
    case 'floor':
    case 'quotient':
      return [form, parts[0]!, integer(number)];
    case '.':
      return [form, parts[0]!, text];
    case 'record':
      return [form, ...parts.map((part, index) => [names[index]!, part])];
    case 'call':
      return [form, text, ...parts];
    default:
      return [form, ...parts];
  }
}

/** An integer as such where every reader of numbers can hold it, else its digits. */
export function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
