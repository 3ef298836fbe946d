import type { CborValue } from '@kiten/codec';
import { parseIpAddress } from '../../extensions/ip-address.ts';
import type { Term } from '../terms/term.ts';

/** The terms of one proof, each by its index; parts come first. */
export interface TermsTable {
  readonly list: CborValue[];
  readonly indexOf: (term: Term) => number;
  /** Of the constant that an address or range is, by its text. */
  readonly indexOfIp: (text: string) => number;
}

export function termTable(): TermsTable {
  const list: CborValue[] = [];
  const indices = new Map<Term, number>();
  const constants = new Map<string, number>();
  const indexOfIp = (text: string): number => {
    const index = constants.get(text) ?? list.push(encodeIp(text)) - 1;
    constants.set(text, index);
    return index;
  };
  const indexOf = (term: Term): number => {
    if (term.form === 'ip') return indexOfIp(term.text);
    let index = indices.get(term);
    if (index === undefined) {
      const encoded = encodeTerm(term, term.parts.map(indexOf));
      index = list.push(encoded) - 1;
      indices.set(term, index);
    }
    return index;
  };
  return { list, indexOf, indexOfIp };
}

function encodeTerm(term: Term, parts: readonly number[]): CborValue {
  const { form, kind, text, names, number, coefficients } = term;
  switch (form) {
    case 'principal':
    case 'resource':
    case 'context':
      return [form];
    case 'bool':
      return [form, Number(number)];
    case 'string':
      return [form, text];
    case 'entity':
      return [form, kind.slice(1), text];
    case 'sum':
      return [form, kind, integer(number), parts.map((part, index) => [integer(coefficients[index]!), part])];
    case 'floor':
      return [form, parts[0]!, integer(number)];
    case '.':
      return [form, parts[0]!, text];
    case 'record':
      return [form, parts.map((part, index) => [names[index]!, part])];
    case 'set':
      return [form, [...parts]];
    case 'call':
      return [form, text, [...parts]];
    default:
      return [form, ...parts];
  }
}

function encodeIp(text: string): CborValue {
  const { bits, address, prefix } = parseIpAddress(text)!;
  return ['ip', bits === 32 ? 4 : 6, integer(address), prefix];
}

/** An integer as such where every reader of numbers can hold it, else its digits. */
export function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
