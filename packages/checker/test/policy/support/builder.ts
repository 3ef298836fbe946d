import { type CborValue, encodeCbor } from '@kiten/codec';
import { checkPolicyCertificate } from '../../../src/policy/check.ts';
import { policySet } from './policies.ts';
import { schema } from './world.ts';

/** Composes the proof of one environment, by docs/policy-certificate.md and nothing else. */
export class ProofBuilder {
  readonly environment: readonly string[];
  readonly terms: CborValue[] = [];
  readonly steps: CborValue[] = [];
  /** The policies that it names, and so needs. */
  needed: readonly string[] = ['p'];

  constructor(...environment: readonly string[]) {
    this.environment = environment;
  }

  /** The index of a term; inner ones are given by their indices. */
  term = (...parts: readonly CborValue[]): number => add(this.terms, [...parts]);
  /** The literal of a term of kind Bool. */
  atom = (...parts: readonly CborValue[]): number => this.term(...parts) + 1;
  step = (rule: number, clause: readonly number[], ...rest: readonly CborValue[]): void => {
    this.steps.push([rule, [...clause], ...rest]);
  };

  /** A sum of terms with their coefficients. */
  sum = (kind: string, constant: number, weighted: readonly (readonly number[])[]): number => {
    const [coefficients, terms] = [weighted.map(([weight]) => weight!), weighted.map(([, term]) => term!)];
    return this.term('sum', terms, kind, constant, coefficients);
  };
  /** The literal of a sum's being at least a bound. */
  atLeast = (weighted: readonly (readonly number[])[], bound: number | string): number =>
    this.atom('atLeast', this.sum('Long', 0, weighted), bound);
  /** The literal of what is so of a number anyhow. */
  anyhow = (term: number, weighted: readonly (readonly number[])[], bound: number | string): number => {
    const literal = this.atLeast(weighted, bound);
    this.step(15, [literal], term);
    return literal;
  };

  /** A path of attributes from a variable. */
  path = (variable: string, ...names: readonly string[]): number =>
    names.reduce((owner, name) => this.term('.', owner, name), this.term(variable));

  get cbor(): CborValue {
    for (const id of this.needed) this.term('policy', id);
    return [[...this.environment], this.terms, this.steps];
  }
}

function add(all: CborValue[], one: CborValue): number {
  const key = (item: CborValue) =>
    JSON.stringify(item, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
  const index = all.findIndex((known) => key(known) === key(one));
  return index >= 0 ? index : all.push(one) - 1;
}

export const encode = (invariants: readonly string[], proofs: readonly CborValue[]): Uint8Array =>
  encodeCbor(['kiten-policy-certificate', 1, [...invariants], [...proofs]]);

/** Checks a certificate of the world's schema, policies and invariants in Cedar's syntax. */
export const checkText = (certificate: Uint8Array, policies: string, invariants: string) =>
  checkPolicyCertificate({
    certificate,
    policies: JSON.stringify(policySet(policies)),
    schema: JSON.stringify(schema),
    invariants: JSON.stringify(policySet(invariants)),
  });
