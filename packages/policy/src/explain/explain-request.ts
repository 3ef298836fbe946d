import type { CompiledPolicies } from '../compile/compile-policies.ts';
import { compileScope } from '../compile/match-scope.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import { decide } from '../decide.ts';
import type { Decision, Request } from '../decision.ts';
import type { EntitySource } from '../entity-source.ts';
import { Environment } from '../evaluate/environment.ts';
import { type Observation, observe } from './observe.ts';

/** Why a request is decided as it is. */
export interface Explanation {
  readonly decision: Decision;
  /**
   * The policies that decided; if nothing permitted it, the permits that came nearest: whose scope holds, or else those
   * for this action.
   */
  readonly policies: readonly ExplainedPolicy[];
}

export interface ExplainedPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly outcome: 'satisfied' | 'not satisfied' | 'failed';
  /** The parts of the scope that don't hold. */
  readonly outside: readonly ('principal' | 'action' | 'resource')[];
  /** The conditions looked at, up to the first that doesn't hold, with what decided them. */
  readonly conditions: readonly ExplainedCondition[];
}

export interface ExplainedCondition {
  readonly kind: 'when' | 'unless';
  readonly holds: boolean | 'failed';
  readonly because: readonly Observation[];
}

const mostShown = 20;

/** Which policies decided, and which attributes decided them. */
export function explainRequest(
  compiled: CompiledPolicies,
  request: Request,
  entities: EntitySource,
): Explanation {
  const decision = decide(compiled, request, entities);
  const environment = new Environment(request, entities);
  const explained = compiled.policies
    .filter(({ id }) => decision.reasons.includes(id) || decision.errors.some(({ policy }) => policy === id))
    .map((policy) => explainPolicy(policy, environment));
  const near = decision.reasons.length === 0 ? nearest(compiled, environment) : [];
  return { decision, policies: [...explained, ...near.map((policy) => explainPolicy(policy, environment))] };
}

/** Permits that might have allowed it, had their conditions held; or else those for its action. */
function nearest({ policies }: CompiledPolicies, environment: Environment): readonly CompiledPolicy[] {
  const permits = policies.filter(({ effect }) => effect === 'permit');
  const inScope = permits.filter((policy) => outside(policy, environment).length === 0);
  const forAction = permits.filter((policy) => !outside(policy, environment).includes('action'));
  return (inScope.length > 0 ? inScope : forAction).slice(0, mostShown);
}

function outside({ scope }: CompiledPolicy, environment: Environment) {
  return (['principal', 'action', 'resource'] as const).filter(
    (name) => compileScope(scope[name])?.(environment[name], environment) === false,
  );
}

function explainPolicy(policy: CompiledPolicy, environment: Environment): ExplainedPolicy {
  const { id, effect } = policy;
  const missed = outside(policy, environment);
  const conditions: ExplainedCondition[] = [];
  if (missed.length === 0) {
    for (const { kind, body } of policy.conditions) {
      const { value, because } = observe(body, environment);
      const holds = typeof value !== 'boolean' ? 'failed' : value === (kind === 'when');
      conditions.push({ kind, holds, because });
      if (holds !== true) break;
    }
  }
  const failed = conditions.some(({ holds }) => holds === 'failed');
  const satisfied = missed.length === 0 && conditions.every(({ holds }) => holds === true);
  return {
    id,
    effect,
    outcome: failed ? 'failed' : satisfied ? 'satisfied' : 'not satisfied',
    outside: missed,
    conditions,
  };
}
