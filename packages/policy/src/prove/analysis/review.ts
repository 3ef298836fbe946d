import type { CompiledPolicies } from '../../compile/compile-policies.ts';
import type { CompiledPolicy } from '../../compile/policy.ts';
import { type DecisionLiterals, EnvironmentProver } from '../environment-prover.ts';
import { FALSE, type Literal } from '../formula/formula.ts';
import { keyOf } from '../policy-key.ts';
import { environmentsOf, type SchemaModel } from '../schema/schema-model.ts';
import { Patterns } from '../theory/patterns.ts';

/** A policy that has no effect, for all requests that fit the schema: without it everything is decided the same. */
export interface PolicyRemark {
  readonly policy: string;
  /**
   * `never-matches`: no request satisfies it. `contradicted`: a permit, but whatever it permits is forbidden; or a forbid,
   * but whatever it forbids nothing permits. `shadowed`: others always do the same.
   */
  readonly remark: 'never-matches' | 'contradicted' | 'shadowed';
  /** The policies that do it, or those among them that meet it; none if what it forbids is not permitted by anything. */
  readonly by: readonly string[];
}

export interface PolicyReview {
  readonly remarks: readonly PolicyRemark[];
  /** Policies of which it can't be said whether they have an effect. */
  readonly undecided: readonly string[];
}

/** Which policies of a set never match, are shadowed or contradicted. */
export function reviewPolicies(schema: SchemaModel, set: CompiledPolicies): PolicyReview {
  const patterns = new Patterns();
  const provers = environmentsOf(schema).map(
    (environment) => new EnvironmentProver(schema, environment, patterns),
  );
  const views = provers.map((prover) => new View(prover, set));
  const remarks: PolicyRemark[] = [];
  const undecided: string[] = [];
  for (const policy of set.policies) {
    const remark = review(policy, set, views);
    if (remark === 'undecided') undecided.push(policy.id);
    else if (remark !== undefined) remarks.push(remark);
  }
  return { remarks, undecided };
}

function review(
  policy: CompiledPolicy,
  set: CompiledPolicies,
  views: readonly View[],
): PolicyRemark | 'undecided' | undefined {
  const { id } = policy;
  const everywhere = (question: (view: View) => Literal | undefined) => isNever(views, question);
  const effective = everywhere((view) => view.effective(policy));
  if (effective !== 'never') return effective === 'sometimes' ? undefined : 'undecided';
  if (everywhere((view) => view.matches(id)) === 'never')
    return { policy: id, remark: 'never-matches', by: [] };
  const remark = everywhere((view) => view.unopposed(policy)) === 'never' ? 'contradicted' : 'shadowed';
  const opposite = (policy.effect === 'permit') === (remark === 'shadowed') ? 'permit' : 'forbid';
  const candidates =
    policy.effect === 'forbid' && remark === 'contradicted'
      ? []
      : set.policies.filter((other) => other.effect === opposite && other.id !== id);
  const alone = candidates.find(
    (other) => everywhere((view) => view.matchesWithout(id, other.id)) === 'never',
  );
  const by =
    alone === undefined
      ? candidates.filter((other) => everywhere((view) => view.matchBoth(id, other.id)) !== 'never')
      : [alone];
  return { policy: id, remark, by: by.map((other) => other.id) };
}

function isNever(
  views: readonly View[],
  question: (view: View) => Literal | undefined,
): 'never' | 'sometimes' | 'undecided' {
  let undecided = false;
  for (const view of views) {
    const literal = question(view);
    if (literal === FALSE) continue;
    const answer = literal === undefined ? 'undecided' : view.prover.isPossible(literal).kind;
    if (answer === 'possible') return 'sometimes';
    if (answer === 'undecided') undecided = true;
  }
  return undecided ? 'undecided' : 'never';
}

/** The questions about policies, in one environment; undefined where a policy is too complex. */
class View {
  readonly prover: EnvironmentProver;
  readonly #decision: DecisionLiterals | string;
  readonly #effects: ReadonlyMap<string, 'permit' | 'forbid'>;

  constructor(prover: EnvironmentProver, { policies }: CompiledPolicies) {
    this.prover = prover;
    this.#decision = prover.decision(policies.map((policy) => ({ policy, key: keyOf(policy) })));
    this.#effects = new Map(policies.map(({ id, effect }) => [id, effect]));
  }

  matches(id: string): Literal | undefined {
    return this.#ask((satisfied) => [satisfied(id)]);
  }

  matchBoth(id: string, other: string): Literal | undefined {
    return this.#ask((satisfied) => [satisfied(id), satisfied(other)]);
  }

  matchesWithout(id: string, other: string): Literal | undefined {
    return this.#ask((satisfied) => [satisfied(id), -satisfied(other)]);
  }

  /** It matches, and nothing of the opposite effect decides instead. */
  unopposed({ id, effect }: CompiledPolicy): Literal | undefined {
    return this.#ask((satisfied, { permitted, forbidden }) => [
      satisfied(id),
      effect === 'permit' ? -forbidden : permitted,
    ]);
  }

  /** It matches, decides, and is the only one of its effect that does. */
  effective({ id, effect }: CompiledPolicy): Literal | undefined {
    return this.#ask((satisfied, { permitted, forbidden, satisfied: all }) => [
      satisfied(id),
      effect === 'permit' ? -forbidden : permitted,
      ...[...all].flatMap(([other, literal]) =>
        other !== id && this.#effects.get(other) === effect ? [-literal] : [],
      ),
    ]);
  }

  #ask(
    conjuncts: (satisfied: (id: string) => Literal, decision: DecisionLiterals) => readonly Literal[],
  ): Literal | undefined {
    const decision = this.#decision;
    if (typeof decision === 'string') return undefined;
    return this.prover.universe.formula.allOf(
      conjuncts((id) => decision.satisfied.get(id) ?? FALSE, decision),
    );
  }
}
