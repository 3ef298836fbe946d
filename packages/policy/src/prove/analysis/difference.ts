import type { CompiledPolicies } from '../../compile/compile-policies.ts';
import { decide } from '../../decide.ts';
import type { Decision } from '../../decision.ts';
import { type Scenario, sourceOf } from '../counterexample/scenario.ts';
import { type DecisionLiterals, EnvironmentProver } from '../environment-prover.ts';
import { FALSE, type Literal } from '../formula/formula.ts';
import { keyOf } from '../policy-key.ts';
import { environmentsOf, type RequestEnvironment, type SchemaModel } from '../schema/schema-model.ts';
import { Patterns } from '../theory/patterns.ts';

/** Requests that are decided otherwise, for one cause. */
export interface ChangedRegion {
  readonly environment: RequestEnvironment;
  readonly change: 'allowed' | 'denied';
  /** What determined the example's decision before and after: permits or forbids by id; none if nothing permitted it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly example: Scenario;
}

export interface PolicyDifference {
  readonly regions: readonly ChangedRegion[];
  /** Where there may be more. */
  readonly undecided: readonly { readonly environment: RequestEnvironment; readonly why: string }[];
}

/** More causes in one environment are not told apart. */
const mostRegions = 16;

/**
 * What becomes allowed and what becomes denied from one policy set to another, for all requests that fit the schema: a
 * region for each cause, with an example. No regions and nothing undecided: the two decide the same.
 */
export function diffPolicies(
  schema: SchemaModel,
  before: CompiledPolicies,
  after: CompiledPolicies,
): PolicyDifference {
  const patterns = new Patterns();
  const regions: ChangedRegion[] = [];
  const undecided: { environment: RequestEnvironment; why: string }[] = [];
  for (const environment of environmentsOf(schema)) {
    const search = new DifferenceSearch(new EnvironmentProver(schema, environment, patterns), before, after);
    regions.push(...search.regions());
    if (search.why !== undefined) undecided.push({ environment, why: search.why });
  }
  return { regions, undecided };
}

class DifferenceSearch {
  readonly #prover: EnvironmentProver;
  readonly #sets: Readonly<Record<'before' | 'after', CompiledPolicies>>;
  why: string | undefined;

  constructor(prover: EnvironmentProver, before: CompiledPolicies, after: CompiledPolicies) {
    this.#prover = prover;
    this.#sets = { before, after };
  }

  regions(): readonly ChangedRegion[] {
    const [before, after] = [this.#decision('before'), this.#decision('after')];
    if (typeof before === 'string' || typeof after === 'string') {
      this.why = [before, after].find((decision) => typeof decision === 'string') as string;
      return [];
    }
    return [...this.#changes('allowed', before, after), ...this.#changes('denied', before, after)];
  }

  #decision(which: 'before' | 'after'): DecisionLiterals | string {
    const { policies } = this.#sets[which];
    return this.#prover.decision(policies.map((policy) => ({ policy, key: keyOf(policy) })));
  }

  #changes(
    change: 'allowed' | 'denied',
    before: DecisionLiterals,
    after: DecisionLiterals,
  ): readonly ChangedRegion[] {
    const { formula } = this.#prover.universe;
    const [from, to] = change === 'allowed' ? [before, after] : [after, before];
    let root = formula.allOf([to.allowed, -from.allowed]);
    const found: ChangedRegion[] = [];
    while (root !== FALSE) {
      const answer = this.#prover.isPossible(root);
      if (answer.kind === 'undecided') this.why = answer.why;
      if (answer.kind !== 'possible') break;
      const region = this.#region(change, answer.scenario);
      if (region === undefined) {
        this.why = 'a candidate was found that changes nothing when replayed';
        break;
      }
      found.push(region);
      if (found.length === mostRegions) {
        this.why = 'there are more causes than are told apart';
        break;
      }
      const [permits, forbids] =
        change === 'allowed' ? [region.after, region.before] : [region.before, region.after];
      root = formula.allOf([root, -this.#cause(to, from, permits, forbids)]);
    }
    return found;
  }

  /** What was forbidden is so because of the forbids; what nothing permitted, because of the permits. */
  #cause(
    allows: DecisionLiterals,
    denies: DecisionLiterals,
    permits: readonly string[],
    forbids: readonly string[],
  ): Literal {
    const { formula } = this.#prover.universe;
    const literals = (decision: DecisionLiterals, ids: readonly string[]) =>
      ids.flatMap((id) => decision.satisfied.get(id) ?? []);
    return forbids.length > 0
      ? formula.allOf(literals(denies, forbids))
      : formula.anyOf(literals(allows, permits));
  }

  #region(change: 'allowed' | 'denied', example: Scenario): ChangedRegion | undefined {
    const source = sourceOf(this.#prover.universe.schema, example);
    const decideBy = (which: 'before' | 'after'): Decision =>
      decide(this.#sets[which], example.request, source);
    const [before, after] = [decideBy('before'), decideBy('after')];
    if (before.allow === after.allow || after.allow !== (change === 'allowed')) return undefined;
    const { environment } = this.#prover;
    return { environment, change, before: before.reasons, after: after.reasons, example };
  }
}
