import { type CompiledPolicies, type Decision, decide, type EntitySource } from '@kiten/policy';
import { requestProblem } from '@kiten/policy/cedar';
import { type RequestSchema, readRequest } from './policy-files.ts';

/** What a request is decided by. */
export interface Basis {
  readonly policies: CompiledPolicies;
  readonly entities: EntitySource;
  readonly schema: RequestSchema | undefined;
}

/** A decision; or, of a request that the schema refuses, a denial for which no policy is the reason, and why. */
export interface RequestDecision extends Decision {
  readonly refused?: string;
}

/**
 * Decides a request in Cedar's JSON form, as its corpora have it. It is validated if it says so itself (`validateRequest`),
 * or if it does not say and `validate` is true.
 */
export function decideRequest(
  json: unknown,
  { policies, entities, schema }: Basis,
  validate: boolean,
): RequestDecision {
  const request = readRequest(json, schema?.shapes);
  const { validateRequest, validate_request, context = {} } = json as Readonly<Record<string, unknown>>;
  const wants = validateRequest ?? validate_request ?? validate;
  const refused = schema && wants === true ? requestProblem(request, context, schema.resolved) : undefined;
  if (refused !== undefined) return { allow: false, reasons: [], errors: [], refused };
  return decide(policies, request, entities);
}
