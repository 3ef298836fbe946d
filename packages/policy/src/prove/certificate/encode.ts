import { type CborValue, encodeCbor } from '@kiten/codec';
import type { Literal } from '../formula/formula.ts';
import type { RequestEnvironment } from '../schema/schema-model.ts';
import type { LearnedOrigin } from '../search/clause.ts';
import { type Lemma, rules } from '../search/lemma.ts';
import type { Names } from '../search/names.ts';
import type { Derived } from '../search/trim.ts';
import { integer, TermsTable } from './terms-table.ts';

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
  const terms = new TermsTable();
  for (const id of policies) terms.indexOf(['policy', id]);
  const literal = (each: Literal): number => {
    const named = names.of(Math.abs(each))!;
    const number = terms.indexOfName(named.name) + 1;
    return each === named.literal ? number : -number;
  };
  const encoded = steps.map(
    ({ origin }): CborValue =>
      origin.kind === 'learned' ? implied(origin, literal) : lemmaStep(origin.lemma, literal, terms),
  );
  const { principal, action, resource } = environment;
  return [[principal, action.uid.type, action.uid.id, resource], terms.list, encoded];
}

function implied({ clause }: LearnedOrigin, literal: (each: Literal) => number): CborValue {
  return [rules.implied, clause.map(literal)];
}

function lemmaStep(
  { rule, clause, terms, multipliers }: Lemma,
  literal: (each: Literal) => number,
  table: TermsTable,
): CborValue {
  const encoded = clause.map(literal);
  if (multipliers !== undefined) return [rule, encoded, multipliers.map(integer)];
  // What it is told of is that which the first literal denies.
  if (rule === rules.presence) return [rule, encoded, -encoded[0]! - 1];
  return [rule, encoded, ...terms.map((term) => table.indexOfTerm(term))];
}
