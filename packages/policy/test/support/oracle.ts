import { type AuthorizationCall, isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { World } from './arbitrary-worlds.ts';

/** A decision as both engines can give it: policies as sorted lists, or a refusal of the input. */
export type Outcome =
  | { readonly allow: boolean; readonly reasons: string[]; readonly errors: string[] }
  | 'refused';

/** What Cedar's own engine decides. */
export function cedarDecides(world: World): Outcome {
  const call = {
    ...world.request,
    policies: { staticPolicies: world.policies, templates: world.templates, templateLinks: world.links },
    entities: world.entities,
  };
  const answer = isAuthorized(exactIntegers(call) as AuthorizationCall);
  if (answer.type === 'failure') return 'refused';
  const { decision, diagnostics } = answer.response;
  return {
    allow: decision === 'allow',
    reasons: diagnostics.reason.toSorted(),
    errors: diagnostics.errors.map(({ policyId }) => policyId).toSorted(),
  };
}

/** The engine takes its input as JSON text; `JSON.rawJSON` lets a bigint through digit by digit. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

export function exactIntegers(json: unknown): unknown {
  if (typeof json === 'bigint') return rawJson(String(json));
  if (Array.isArray(json)) return json.map(exactIntegers);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, exactIntegers(value)]));
}
