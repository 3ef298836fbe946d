import type { PolicySetJson } from './json/policy-json.ts';

/**
 * The annotations of every policy, by its id: `@reason("…")` under `reason`; one without text is empty. A linked policy
 * has those of its template.
 */
export function policyAnnotations(set: PolicySetJson): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const all = new Map<string, Readonly<Record<string, string>>>();
  for (const [id, policy] of [...Object.entries(set.staticPolicies), ...Object.entries(set.templates)]) {
    const pairs = Object.entries(policy.annotations ?? {}).map(([name, text]) => [name, text ?? ''] as const);
    all.set(id, Object.fromEntries(pairs));
  }
  for (const { templateId, newId } of set.templateLinks) {
    const annotations = all.get(templateId);
    if (annotations !== undefined) all.set(newId, annotations);
  }
  return all;
}
