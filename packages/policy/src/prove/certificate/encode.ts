import { type CborValue, encodeCbor } from '@kiten/codec';
import type { Literal } from '../formula/formula.ts';
import type { RequestEnvironment } from '../schema/schema-model.ts';
import type { LearnedOrigin } from '../search/clause.ts';
import { type Lemma, rules } from '../search/lemma.ts';
import type { NamedLiteral, Names } from '../search/names.ts';
import type { Derived } from '../search/trim.ts';
import { nameTable } from './names-table.ts';
import { integer, termTable } from './terms-table.ts';

/** The steps that prove what is proved in one environment. */
export interface EnvironmentProof {
  readonly environment: RequestEnvironment;
  readonly names: Names;
  readonly steps: readonly Derived[];
  /** The policies whose meaning they need. */
  readonly policies: readonly string[];
}

/** A certificate: `docs/policy-certificate.md` says how it is read and checked. */
export function encodeCertificate(
  invariants: readonly string[],
  proofs: readonly EnvironmentProof[],
): Uint8Array {
  return encodeCbor(['kiten-policy-certificate', 1, [...invariants], proofs.map(encodeProof)]);
}

function encodeProof({ environment, names, steps, policies }: EnvironmentProof): CborValue {
  const terms = termTable();
  const atoms = nameTable(terms);
  const literal = (each: Literal): number => literalIn(atoms, names.of(Math.abs(each))!, each);
  const clause = (literals: readonly Literal[]) => literals.map(literal);
  const encoded = steps.map(
    ({ origin }): CborValue =>
      origin.kind === 'learned' ? implied(origin, clause) : lemmaStep(origin.lemma, clause, terms.indexOf),
  );
  const { principal, action, resource } = environment;
  return [
    [principal, action.uid.type, action.uid.id, resource],
    terms.list,
    atoms.list,
    encoded,
    [...policies],
  ];
}

function literalIn(
  atoms: { readonly indexOf: (named: NamedLiteral) => number },
  named: NamedLiteral,
  literal: Literal,
): number {
  const number = atoms.indexOf(named) + 1;
  return literal === named.literal ? number : -number;
}

type EncodeClause = (literals: readonly Literal[]) => CborValue;

function implied({ clause }: LearnedOrigin, encode: EncodeClause): CborValue {
  return [rules.implied, encode(clause)];
}

function lemmaStep(
  { rule, clause, terms, numbers }: Lemma,
  encode: EncodeClause,
  indexOf: (term: Lemma['terms'][number]) => number,
): CborValue {
  if (numbers === undefined) return [rule, encode(clause), ...terms.map(indexOf)];
  const facts = numbers.facts
    .filter(({ multiplier }) => multiplier !== 0n)
    .map(({ fact, term, multiplier }) => [fact, indexOf(term), integer(multiplier)]);
  return [rule, encode(clause), numbers.multipliers.map(integer), facts];
}
