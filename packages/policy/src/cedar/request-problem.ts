import type { AuthorizationCall, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Request } from '../decision.ts';
import { exactJson } from '../json/exact-json.ts';
import { callEngine, problemsOf } from './engine.ts';

/**
 * Why a request does not fit a schema, by Cedar's engine; undefined if it does. `context` is the request's in JSON, as it
 * was read, `schema` what `resolveSchema` gives.
 * @throws {KitenError} `policy/too-complex`
 */
export function requestProblem(
  { principal, action, resource }: Request,
  context: unknown,
  schema: SchemaJson<string>,
): string | undefined {
  const call = {
    principal: { type: principal.type, id: principal.id },
    action: { type: action.type, id: action.id },
    resource: { type: resource.type, id: resource.id },
    context: exactJson(context),
    schema,
    validateRequest: true,
    policies: { staticPolicies: {} },
    entities: [],
  };
  const answer = callEngine(({ isAuthorized }) => isAuthorized(call as unknown as AuthorizationCall));
  if (answer.type === 'success') return undefined;
  return problemsOf(answer.errors, '')
    .map(({ message }) => message)
    .join('; ');
}
