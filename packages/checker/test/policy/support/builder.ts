import { type CborValue, encodeCbor } from '@kiten/codec';
import { checkPolicyCertificate } from '../../../src/policy/check.ts';
import { policySet } from './policies.ts';
import { schema } from './world.ts';

/** Composes the proof of one environment, by docs/policy-certificate.md and nothing else. */
export class ProofBuilder {
  readonly environment: readonly string[];
  readonly terms: CborValue[] = [];
  readonly atoms: CborValue[] = [];
  readonly steps: CborValue[] = [];
  /** The policies that it says it needs; undefined: it does not say. */
  needed: readonly string[] | undefined;

  constructor(...environment: readonly string[]) {
    this.environment = environment;
  }

  /** The index of a term; inner ones are given by their indices. */
  term = (...parts: readonly CborValue[]): number => add(this.terms, [...parts]);
  /** The literal of an atom. */
  atom = (...parts: readonly CborValue[]): number => add(this.atoms, [...parts]) + 1;
  step = (rule: number, clause: readonly number[], ...rest: readonly CborValue[]): void => {
    this.steps.push([rule, [...clause], ...rest]);
  };

  /** A path of attributes from a variable. */
  path = (variable: string, ...names: readonly string[]): number =>
    names.reduce((owner, name) => this.term('.', owner, name), this.term(variable));

  get cbor(): CborValue {
    const needed = this.needed === undefined ? [] : [[...this.needed]];
    return [[...this.environment], this.terms, this.atoms, this.steps, ...needed];
  }
}

function add(all: CborValue[], one: CborValue): number {
  const index = all.findIndex((known) => JSON.stringify(known) === JSON.stringify(one));
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
