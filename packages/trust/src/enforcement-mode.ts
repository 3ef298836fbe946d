/**
 * Whether what policy refuses to a group's devices is refused, or passes and is shown. Revocation, an operator's quarantine
 * and certificates are enforced in either mode.
 */
export type EnforcementMode = 'observe' | 'enforce';

export const enforcementModes: readonly EnforcementMode[] = ['observe', 'enforce'];

export function isEnforcementMode(value: unknown): value is EnforcementMode {
  return value === 'observe' || value === 'enforce';
}
