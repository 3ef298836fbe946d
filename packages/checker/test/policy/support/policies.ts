import { policySetTextToParts, policyToJson, templateToJson } from '@cedar-policy/cedar-wasm/nodejs';

/** Policies from Cedar's own syntax to its JSON form; each has its id from an annotation. Integers are small. */
export function policySet(text: string, links: readonly unknown[] = []) {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw new Error(JSON.stringify(parts.errors));
  const read = (policies: readonly string[], toJson: typeof policyToJson) =>
    Object.fromEntries(
      policies.map((policy, at) => {
        const answer = toJson(policy);
        if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
        return [answer.json.annotations?.id ?? `p${at}`, answer.json];
      }),
    );
  const staticPolicies = read(parts.policies, policyToJson);
  return { staticPolicies, templates: read(parts.policy_templates, templateToJson), templateLinks: links };
}
