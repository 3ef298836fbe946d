import type { CborValue } from '@kiten/codec';
import type { Statement } from '../formula/atom.ts';
import type { Name, NamedLiteral } from '../search/names.ts';
import { integer, type TermsTable } from './terms-table.ts';

/** The atoms and named gates of one proof, each by its index. */
export interface NamesTable {
  readonly list: CborValue[];
  readonly indexOf: (named: NamedLiteral) => number;
}

export function nameTable(terms: TermsTable): NamesTable {
  const list: CborValue[] = [];
  const indices = new Map<number, number>();
  return {
    list,
    indexOf: ({ name, literal }) => {
      const variable = Math.abs(literal);
      let index = indices.get(variable);
      if (index === undefined) {
        index = list.push(encodeName(name, terms)) - 1;
        indices.set(variable, index);
      }
      return index;
    },
  };
}

function encodeName(name: Name, terms: TermsTable): CborValue {
  switch (name.kind) {
    case 'statement':
      return encodeStatement(name.statement, terms);
    case 'policy':
    case 'region':
    case 'broken':
      return [name.kind, name.id];
    default:
      return [name.kind];
  }
}

function encodeStatement(statement: Statement, { indexOf, indexOfIp }: TermsTable): CborValue {
  const { form, text, pattern, coefficients, bound } = statement;
  const terms = statement.terms.map(indexOf);
  switch (form) {
    case 'has':
      return [form, terms[0]!, text];
    case 'inRange':
      return [form, terms[0]!, indexOfIp(text)];
    case 'like':
      return [form, terms[0]!, [...pattern]];
    case 'atLeast':
      return [form, terms.map((term, index) => [integer(coefficients[index]!), term]), integer(bound)];
    case 'fails':
      return [form, text, terms];
    default:
      return [form, ...terms];
  }
}
