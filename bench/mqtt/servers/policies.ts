import { defaultPolicies, type PolicySetJson } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';

/** The default policies without the one that keeps devices with passwords among themselves: here they hear each other. */
export function benchmarkPolicies(): PolicySetJson {
  const { staticPolicies, ...rest } = parsePolicies(defaultPolicies);
  const { 'password-stays-with-its-own': _, ...kept } = staticPolicies;
  return { ...rest, staticPolicies: kept };
}
