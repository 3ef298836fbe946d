import { compileExpression } from '../evaluate/compile-expression.ts';
import type { Environment } from '../evaluate/environment.ts';
import { asBoolean } from '../evaluate/operands.ts';
import type { Evaluate } from '../evaluate/operator.ts';
import type { PolicyJson } from '../json/policy-json.ts';
import { readList, readObject, refuse } from '../json/read.ts';
import { compileScope } from './match-scope.ts';
import { policyCode, readScope, type Scope, type Slots } from './scope.ts';

/** One policy, ready to be evaluated. */
export interface CompiledPolicy {
  readonly id: string;
  /** Its place in the policy set, from 0. */
  readonly order: number;
  readonly effect: 'permit' | 'forbid';
  readonly scope: { readonly principal: Scope; readonly action: Scope; readonly resource: Scope };
  /** In Cedar's JSON form, known to be well-formed. */
  readonly conditions: PolicyJson['conditions'];
  /** Whether scope and conditions hold. @throws {EvaluationFailure} if a condition has no value. */
  readonly holds: (environment: Environment) => boolean;
  /** Whether the conditions alone hold. @throws as `holds` */
  readonly conditionsHold: (environment: Environment) => boolean;
}

/**
 * Compiles a policy, or a template with its slots filled.
 * @throws {KitenError} `policy/json-…` if it is not in Cedar's JSON form.
 */
export function compilePolicy(id: string, order: number, json: unknown, slots: Slots = {}): CompiledPolicy {
  const parts = readObject(
    json,
    { code: policyCode, name: `policy ${id}` },
    ['effect', 'principal', 'action', 'resource', 'conditions'],
    ['annotations'],
  );
  const effect = parts.effect;
  if (effect !== 'permit' && effect !== 'forbid')
    return refuse(policyCode, 'permit or forbid as effect', effect);
  const scope = {
    principal: readScope(parts.principal, 'principal', slots),
    action: readScope(parts.action, 'action', slots),
    resource: readScope(parts.resource, 'resource', slots),
  };
  const conditions = readList(parts.conditions, policyCode, 'the conditions') as PolicyJson['conditions'];
  const conditionsHold = conjunction(conditions.map(compileCondition));
  const holds = inScope(scope, conditionsHold);
  return { id, order, effect, scope, conditions, holds, conditionsHold };
}

function compileCondition(json: unknown): (environment: Environment) => boolean {
  const { kind, body } = readObject(json, { code: policyCode, name: 'a condition' }, ['kind', 'body']);
  const evaluate: Evaluate = compileExpression(body).evaluate;
  if (kind === 'when') return (environment) => asBoolean(evaluate(environment));
  if (kind === 'unless') return (environment) => !asBoolean(evaluate(environment));
  return refuse(policyCode, 'when or unless as the kind of a condition', kind);
}

type Predicate = (environment: Environment) => boolean;

/** No further than the first that doesn't hold. Most policies have one. */
function conjunction(conditions: readonly Predicate[]): Predicate {
  const [first, ...others] = conditions;
  if (first === undefined) return () => true;
  if (others.length === 0) return first;
  return (environment) => conditions.every((condition) => condition(environment));
}

/** In Cedar's order: principal, action, resource, conditions. */
function inScope(scope: CompiledPolicy['scope'], conditionsHold: Predicate): Predicate {
  const principal = compileScope(scope.principal);
  const action = compileScope(scope.action);
  const resource = compileScope(scope.resource);
  return (environment) => {
    if (principal !== undefined && !principal(environment.principal, environment)) return false;
    if (action !== undefined && !action(environment.action, environment)) return false;
    if (resource !== undefined && !resource(environment.resource, environment)) return false;
    return conditionsHold(environment);
  };
}
