import type { CompiledPolicies } from './compile/compile-policies.ts';
import type { CompiledPolicy } from './compile/policy.ts';
import type { Decision, PolicyError, Request } from './decision.ts';
import type { EntitySource } from './entity-source.ts';
import { Environment } from './evaluate/environment.ts';
import { EvaluationFailure } from './evaluate/failure.ts';

/**
 * Decides a request as Cedar does: allowed if some permit holds and no forbid does; a policy whose evaluation fails is
 * skipped and listed. (Cedar documentation, "Authorization")
 */
export function decide(compiled: CompiledPolicies, request: Request, entities: EntitySource): Decision {
  const environment = new Environment(request, entities);
  const permits: CompiledPolicy[] = [];
  const forbids: CompiledPolicy[] = [];
  const failures: Failure[] = [];
  compiled.index.visit(environment, (policy) => {
    try {
      if (policy.holds(environment)) (policy.effect === 'permit' ? permits : forbids).push(policy);
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error;
      failures.push({ policy, message: error.message });
    }
  });
  const allow = permits.length > 0 && forbids.length === 0;
  return { allow, reasons: idsInOrder(allow ? permits : forbids), errors: errorsInOrder(failures) };
}

interface Failure {
  readonly policy: CompiledPolicy;
  readonly message: string;
}

function idsInOrder(policies: CompiledPolicy[]): readonly string[] {
  if (policies.length > 1) policies.sort((left, right) => left.order - right.order);
  return policies.map(({ id }) => id);
}

function errorsInOrder(failures: Failure[]): readonly PolicyError[] {
  if (failures.length > 1) failures.sort((left, right) => left.policy.order - right.policy.order);
  return failures.map(({ policy, message }) => ({ policy: policy.id, message }));
}
