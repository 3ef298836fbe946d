import { KitenError } from '@kiten/codec';
import type { PolicySetJson } from '../json/policy-json.ts';
import { parsePolicies } from './parse-policies.ts';
import { validatePolicies } from './validate-policies.ts';

/**
 * Policies that may act: parsed, and valid against the schema.
 * @throws {KitenError} as `parsePolicies` and `validatePolicies`, and `policy/invalid` with the validator's findings.
 */
export function checkPolicies(text: string, schema: string): PolicySetJson {
  const { errors } = validatePolicies(text, schema);
  if (errors.length === 0) return parsePolicies(text);
  const sentences = errors.map(({ policy, line, message }) => `${policy} (line ${line}): ${message}`);
  throw new KitenError('policy/invalid', `The policies do not fit the schema: ${sentences.join(' — ')}.`, {
    detail: { errors },
  });
}
