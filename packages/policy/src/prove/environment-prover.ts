import type { CompiledPolicy } from '../compile/policy.ts';
import { type Scenario, scenarioOf } from './counterexample/scenario.ts';
import { FALSE, type Literal } from './formula/formula.ts';
import { createUniverse, type Universe } from './formula/universe.ts';
import type { RequestEnvironment, SchemaModel } from './schema/schema-model.ts';
import { inherit } from './search/inherit.ts';
import { Names } from './search/names.ts';
import { Solver } from './search/solver.ts';
import { type Derived, trim } from './search/trim.ts';
import { AtomTheory } from './theory/atom-theory.ts';
import type { Patterns } from './theory/patterns.ts';
import { TooComplex } from './translate/meaning.ts';
import { satisfied } from './translate/policy.ts';

/** A policy with a text that says all that counts for its meaning. */
export interface KeyedPolicy {
  readonly policy: CompiledPolicy;
  readonly key: string;
}

/** Whether something can be so in one environment. */
export type Possibility =
  | { readonly kind: 'impossible' }
  | { readonly kind: 'possible'; readonly scenario: Scenario }
  | { readonly kind: 'undecided'; readonly why: string };

/** The literals of a policy set's decision. */
export interface DecisionLiterals {
  readonly satisfied: ReadonlyMap<string, Literal>;
  readonly permitted: Literal;
  readonly forbidden: Literal;
  readonly allowed: Literal;
}

const tooComplex = 'a policy has too many cases to be followed';

/**
 * One environment's universe and search, kept from one policy set to the next: policies that stay are not translated
 * again, and what was derived is used again.
 */
export class EnvironmentProver {
  readonly environment: RequestEnvironment;
  readonly universe: Universe;
  readonly names: Names;
  readonly #patterns: Patterns;
  readonly #translated = new Map<string, Literal | undefined>();
  #theory: AtomTheory;
  #solver: Solver;

  constructor(schema: SchemaModel, environment: RequestEnvironment, patterns: Patterns) {
    this.environment = environment;
    this.universe = createUniverse(schema, environment);
    this.names = new Names(this.universe);
    this.#patterns = patterns;
    [this.#theory, this.#solver] = this.#newSearch();
  }

  /** When a policy is satisfied; undefined if it is too complex. */
  satisfied({ policy, key }: KeyedPolicy): Literal | undefined {
    if (!this.#translated.has(key)) this.#translated.set(key, this.#translate(policy));
    return this.#translated.get(key);
  }

  #translate(policy: CompiledPolicy): Literal | undefined {
    try {
      return satisfied(this.universe, policy);
    } catch (error) {
      if (error instanceof TooComplex) return undefined;
      throw error;
    }
  }

  /** The decision of a policy set, or why it can't be said. */
  decision(policies: readonly KeyedPolicy[]): DecisionLiterals | string {
    const { formula } = this.universe;
    const literals = new Map<string, Literal>();
    const byEffect: { permit: Literal[]; forbid: Literal[] } = { permit: [], forbid: [] };
    for (const keyed of policies) {
      const literal = this.satisfied(keyed);
      if (literal === undefined) return `${tooComplex}: ${keyed.policy.id}`;
      if (literal === FALSE) continue;
      literals.set(keyed.policy.id, literal);
      byEffect[keyed.policy.effect].push(literal);
    }
    const permitted = formula.anyOf(byEffect.permit);
    const forbidden = formula.anyOf(byEffect.forbid);
    const allowed = formula.allOf([permitted, -forbidden]);
    return { satisfied: literals, permitted, forbidden, allowed };
  }

  /** Starts anew with what was derived before, as far as it is still about these. */
  restart(roots: readonly Literal[]): void {
    const old = this.#solver;
    [this.#theory, this.#solver] = this.#newSearch();
    for (const root of roots) this.#solver.activate(root);
    inherit(this.#solver, old);
  }

  isPossible(root: Literal): Possibility {
    if (root === FALSE) return { kind: 'impossible' };
    if (!this.names.has(Math.abs(root))) this.names.give(root, { kind: 'question' });
    const search = this.#solver.solve(root);
    if (search.kind !== 'possible') return search;
    const scenario = scenarioOf(this.universe, this.#theory.model!, (literal) => this.#solver.value(literal));
    return { kind: 'possible', scenario };
  }

  /** The steps that show that these can't be true. */
  steps(impossible: readonly Literal[]): readonly Derived[] {
    return trim(this.#solver, impossible);
  }

  #newSearch(): [AtomTheory, Solver] {
    const theory = new AtomTheory(this.universe, this.names, this.#patterns);
    return [theory, new Solver(this.universe.formula, theory, (variable) => this.names.has(variable))];
  }
}
