import type { CborValue } from '@kiten/codec';
import { parseIpAddress } from '../../extensions/ip-address.ts';
import type { Statement } from '../formula/atom.ts';
import type { Name } from '../search/names.ts';
import type { Term } from '../terms/term.ts';

/** The terms of one proof, statements and names among them, each by its index; parts come first. */
export class TermsTable {
  readonly list: CborValue[] = [];
  readonly #indices = new Map<string, number>();
  readonly #terms = new Map<Term, number>();

  indexOf(encoded: readonly CborValue[]): number {
    const key = JSON.stringify(encoded);
    const index = this.#indices.get(key) ?? this.list.push([...encoded]) - 1;
    this.#indices.set(key, index);
    return index;
  }

  indexOfTerm(term: Term): number {
    const index = this.#terms.get(term) ?? this.indexOf(this.#encodeTerm(term));
    this.#terms.set(term, index);
    return index;
  }

  indexOfName(name: Name): number {
    if (name.kind === 'statement') return this.#indexOfStatement(name.statement);
    return this.indexOf('id' in name ? [name.kind, name.id] : [name.kind]);
  }

  #encodeTerm(term: Term): readonly CborValue[] {
    const { form, kind, text, names, number, coefficients } = term;
    const parts = term.parts.map((part) => this.indexOfTerm(part));
    switch (form) {
      case 'principal':
      case 'resource':
      case 'context':
        return [form];
      case 'bool':
        return [number === 1n ? 'true' : 'false'];
      case 'string':
        return [form, text];
      case 'entity':
        return [form, kind.slice(1), text];
      case 'ip':
        return encodeIp(text);
      case 'sum':
        return [form, parts, kind, integer(number), coefficients.map(integer)];
      case 'floor':
        return [form, parts[0]!, integer(number)];
      case '.':
        return [form, parts[0]!, text];
      case 'record':
        return [form, parts, [...names]];
      case 'set':
        return [form, parts];
      case 'call':
        return [form, parts, text];
      default:
        return [form, ...parts];
    }
  }

  #indexOfStatement(statement: Statement): number {
    const { form, text, pattern, bound } = statement;
    if (form === 'true') return this.indexOfTerm(statement.terms[0]!);
    if (form === 'atLeast') return this.indexOf([form, this.#indexOfSum(statement), integer(bound)]);
    const terms = statement.terms.map((term) => this.indexOfTerm(term));
    switch (form) {
      case 'has':
        return this.indexOf([form, terms[0]!, text]);
      case 'inRange':
        return this.indexOf([form, terms[0]!, this.indexOf(encodeIp(text))]);
      case 'like':
        return this.indexOf([form, terms[0]!, [...pattern]]);
      case 'fails':
        return this.indexOf([form, terms, text]);
      default:
        return this.indexOf([form, ...terms]);
    }
  }

  #indexOfSum({ terms, coefficients }: Statement): number {
    const [only, ...others] = terms;
    if (others.length === 0 && coefficients[0] === 1n) return this.indexOfTerm(only!);
    const indices = terms.map((term) => this.indexOfTerm(term));
    return this.indexOf(['sum', indices, 'Long', 0, coefficients.map(integer)]);
  }
}

function encodeIp(text: string): readonly CborValue[] {
  const { bits, address, prefix } = parseIpAddress(text)!;
  return ['ip', bits === 32 ? 4 : 6, integer(address), prefix];
}

/** An integer as such where every reader of numbers can hold it, else its digits. */
export function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
