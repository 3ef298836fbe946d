import type { CompiledPolicy } from '../compile/policy.ts';
import { type Scenario, scenarioOf } from './counterexample/scenario.ts';
import { FALSE, type Literal, TRUE } from './formula/formula.ts';
import { createUniverse, type Universe } from './formula/universe.ts';
import type { RequestEnvironment, SchemaModel } from './schema/schema-model.ts';
import type { Clause } from './search/clause.ts';
import { inherit } from './search/inherit.ts';
import { Names } from './search/names.ts';
import { Solver } from './search/solver.ts';
import { type Derived, foundation } from './search/trim.ts';
import { AtomTheory } from './theory/atom-theory.ts';
import type { Patterns } from './theory/patterns.ts';
import { TooComplex } from './translate/meaning.ts';
import { inScopes, satisfied } from './translate/policy.ts';

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
  /** Of the policies that some request satisfies, as far as shows at once. */
  readonly satisfied: ReadonlyMap<string, Literal>;
  /** The policies in whose scope a request can be, but for which no atom decides whether it satisfies them. */
  readonly settled: readonly string[];
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
  readonly #emptied = new Map<string, boolean>();
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
    const settled: string[] = [];
    const byEffect: { permit: Literal[]; forbid: Literal[] } = { permit: [], forbid: [] };
    for (const keyed of policies) {
      const literal = this.satisfied(keyed);
      if (literal === undefined) return `${tooComplex}: ${keyed.policy.id}`;
      if (literal === TRUE || this.#isEmptied(keyed, literal)) settled.push(keyed.policy.id);
      if (literal === FALSE) continue;
      literals.set(keyed.policy.id, literal);
      byEffect[keyed.policy.effect].push(literal);
    }
    const permitted = formula.anyOf(byEffect.permit);
    const forbidden = formula.anyOf(byEffect.forbid);
    const allowed = formula.allOf([permitted, -forbidden]);
    return { satisfied: literals, settled, permitted, forbidden, allowed };
  }

  /** Whether it is the conditions, not the scopes, for which a policy is never satisfied. */
  #isEmptied({ policy, key }: KeyedPolicy, literal: Literal): boolean {
    if (literal !== FALSE) return false;
    let isEmptied = this.#emptied.get(key);
    if (isEmptied === undefined) {
      isEmptied = inScopes(this.universe, policy) !== FALSE;
      this.#emptied.set(key, isEmptied);
    }
    return isEmptied;
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

  /** The clauses by which these can't be true. */
  foundation(impossible: readonly Literal[]): ReadonlySet<Clause> {
    return foundation(this.#solver, impossible);
  }

  /** The steps that show that these can't be true. */
  steps(impossible: readonly Literal[], needed = this.foundation(impossible)): readonly Derived[] {
    return this.#solver.derived.filter((clause): clause is Derived => needed.has(clause));
  }

  #newSearch(): [AtomTheory, Solver] {
    const theory = new AtomTheory(this.universe, this.names, this.#patterns);
    return [theory, new Solver(this.universe.formula, theory, (variable) => this.names.has(variable))];
  }
}
