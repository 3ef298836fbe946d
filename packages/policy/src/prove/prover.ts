import type { CompiledPolicies } from '../compile/compile-policies.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import { decide } from '../decide.ts';
import { Environment } from '../evaluate/environment.ts';
import { EvaluationFailure } from '../evaluate/failure.ts';
import { type EnvironmentProof, encodeCertificate } from './certificate/encode.ts';
import { policiesNeeded } from './certificate/policies-needed.ts';
import { type Scenario, sourceOf } from './counterexample/scenario.ts';
import { type DecisionLiterals, EnvironmentProver, type KeyedPolicy } from './environment-prover.ts';
import { FALSE, type Literal } from './formula/formula.ts';
import { keyOf } from './policy-key.ts';
import { environmentsOf, type RequestEnvironment, type SchemaModel } from './schema/schema-model.ts';
import { Patterns } from './theory/patterns.ts';

/** What came of one invariant. */
export type InvariantOutcome =
  | { readonly id: string; readonly result: 'proved' }
  | {
      readonly id: string;
      readonly result: 'refuted';
      /** A request in the invariant's region on which the policies decide otherwise: it was replayed. */
      readonly counterexample: Scenario;
    }
  | {
      readonly id: string;
      readonly result: 'unknown';
      readonly environment: RequestEnvironment;
      readonly why: string;
    };

export interface ProofReport {
  readonly outcomes: readonly InvariantOutcome[];
  /** Proves the invariants that were proved; undefined if none was. (`docs/policy-certificate.md`) */
  readonly certificate: Uint8Array | undefined;
}

interface EnvironmentOutcome {
  readonly broken: ReadonlyMap<string, InvariantOutcome>;
  readonly impossible: ReadonlyMap<string, Question>;
  readonly prover: EnvironmentProver;
  /** Undefined where no invariant has a region. */
  readonly decision?: DecisionLiterals;
}

/** In an environment: an invariant's region, what the decision must not be there, and both. */
interface Question {
  readonly region: Literal;
  readonly wrong: Literal;
  readonly root: Literal;
}

/** Proves invariants of policy sets over one schema. What it learns of one set it uses for the next. */
export class PolicyProver {
  readonly schema: SchemaModel;
  readonly #environments: readonly EnvironmentProver[];
  readonly #earlier = new Map<
    EnvironmentProver,
    { readonly key: string; readonly outcome: EnvironmentOutcome }
  >();

  constructor(schema: SchemaModel) {
    this.schema = schema;
    const patterns = new Patterns();
    this.#environments = environmentsOf(schema).map(
      (environment) => new EnvironmentProver(schema, environment, patterns),
    );
  }

  prove(policies: CompiledPolicies, invariants: CompiledPolicies): ProofReport {
    const keyed = policies.policies.map((policy) => ({ policy, key: keyOf(policy) }));
    const wanted = invariants.policies.map((policy) => ({ policy, key: keyOf(policy) }));
    const proveAll = (some: readonly KeyedPolicy[]) =>
      this.#environments.map((environment) => this.#proveIn(environment, policies, keyed, some));
    const outcomes = proveAll(wanted);
    const results = wanted.map(({ policy: { id } }): InvariantOutcome => {
      const broken = outcomes.flatMap(({ broken }) => broken.get(id) ?? []);
      return broken.find(({ result }) => result === 'refuted') ?? broken[0] ?? { id, result: 'proved' };
    });
    const proved = wanted.filter((_, index) => results[index]!.result === 'proved');
    if (proved.length === wanted.length)
      return { outcomes: results, certificate: this.#certify(proved, outcomes) };
    // A certificate speaks of nothing but what it claims, but steps found with the others there may speak of them.
    return { outcomes: results, certificate: this.#certify(proved, proveAll(proved)) };
  }

  #proveIn(
    prover: EnvironmentProver,
    policies: CompiledPolicies,
    keyed: readonly KeyedPolicy[],
    invariants: readonly KeyedPolicy[],
  ): EnvironmentOutcome {
    const { formula } = prover.universe;
    const undecided = (id: string, why: string): InvariantOutcome => ({
      id,
      result: 'unknown',
      environment: prover.environment,
      why,
    });
    const regions = invariants
      .map((invariant) => ({ invariant: invariant.policy, region: prover.satisfied(invariant) }))
      .filter(({ region }) => region !== FALSE);
    const broken = new Map<string, InvariantOutcome>();
    const impossible = new Map<string, Question>();
    if (regions.length === 0) return { broken, impossible, prover };
    const decision = prover.decision(keyed);
    if (typeof decision === 'string') {
      for (const { invariant } of regions) broken.set(invariant.id, undecided(invariant.id, decision));
      return { broken, impossible, prover };
    }
    const roots = regions.flatMap(({ invariant, region }) => {
      if (region === undefined) {
        broken.set(invariant.id, undecided(invariant.id, 'the invariant has too many cases to be followed'));
        return [];
      }
      const wrong = invariant.effect === 'forbid' ? decision.allowed : -decision.allowed;
      return [{ invariant, region, wrong, root: formula.allOf([region, wrong]) }];
    });
    const key = [
      [...decision.satisfied].map(([id, literal]) => `${id}:${literal}`),
      roots.map(({ invariant, root }) => `${invariant.id}:${root}`),
    ].join('|');
    const earlier = this.#earlier.get(prover);
    if (earlier?.key === key) return earlier.outcome;
    prover.names.forgetPolicies();
    for (const [id, literal] of decision.satisfied) prover.names.give(literal, { kind: 'policy', id });
    prover.names.give(decision.permitted, { kind: 'permitted' });
    prover.names.give(decision.forbidden, { kind: 'forbidden' });
    prover.names.give(decision.allowed, { kind: 'allowed' });
    for (const { invariant, region, root } of roots) {
      prover.names.give(region, { kind: 'region', id: invariant.id });
      prover.names.give(root, { kind: 'broken', id: invariant.id });
    }
    prover.restart(roots.map(({ root }) => root));
    for (const { invariant, ...question } of roots) {
      const { root } = question;
      const answer = prover.isPossible(root);
      if (answer.kind === 'impossible') impossible.set(invariant.id, question);
      else if (answer.kind === 'undecided') broken.set(invariant.id, undecided(invariant.id, answer.why));
      else if (this.#breaks(policies, invariant, answer.scenario))
        broken.set(invariant.id, { id: invariant.id, result: 'refuted', counterexample: answer.scenario });
      else
        broken.set(
          invariant.id,
          undecided(invariant.id, 'a candidate was found that breaks nothing when replayed'),
        );
    }
    const outcome = { broken, impossible, prover, decision };
    this.#earlier.set(prover, { key, outcome });
    return outcome;
  }

  /** Whether a scenario breaks an invariant, by the evaluator's word. */
  #breaks(policies: CompiledPolicies, invariant: CompiledPolicy, scenario: Scenario): boolean {
    const source = sourceOf(this.schema, scenario);
    return (
      isSatisfied(invariant, new Environment(scenario.request, source)) &&
      decide(policies, scenario.request, source).allow === (invariant.effect === 'forbid')
    );
  }

  #certify(
    invariants: readonly KeyedPolicy[],
    outcomes: readonly EnvironmentOutcome[],
  ): Uint8Array | undefined {
    const ids = invariants.map(({ policy: { id } }) => id);
    const proved = ids.filter((id) => outcomes.every(({ broken }) => !broken.has(id)));
    if (proved.length === 0) return undefined;
    const proofs = outcomes.flatMap(({ impossible, prover, decision }): EnvironmentProof[] => {
      const questions = proved.flatMap((id) => impossible.get(id) ?? []);
      const roots = questions.map(({ root }) => root).filter((root) => root !== FALSE);
      const clauses = prover.foundation(roots);
      const steps = prover.steps(roots, clauses);
      if (decision === undefined) return [];
      const policies = policiesNeeded(decision, questions, clauses);
      if (steps.length + policies.length === 0) return [];
      return [{ environment: prover.environment, names: prover.names, steps, policies }];
    });
    return encodeCertificate(proved, proofs);
  }
}

function isSatisfied(policy: CompiledPolicy, environment: Environment): boolean {
  try {
    return policy.holds(environment);
  } catch (error) {
    if (error instanceof EvaluationFailure) return false;
    throw error;
  }
}
