import { attempt, KitenError } from '@kiten/codec';
import type { Appraiser } from '@kiten/trust';
import { identityFindings } from '../findings.ts';
import { parsePasswordEvidence, passwordMediaType } from './password-evidence.ts';

/**
 * Says what a password is worth: whoever knows it is let in as the device, so its identity is a warning for as long as
 * it may use one; and where the device keeps it is not known to anybody here.
 */
export function createPasswordAppraiser(): Appraiser {
  const appraiser = 'password';
  return {
    name: appraiser,
    mediaTypes: [passwordMediaType],
    appraise({ body, subject, receivedAt: at, digest }) {
      const fields = { subject, appraiser, at, premises: [digest] };
      const identity = { ...fields, aspect: 'credential' };
      const origin = attempt(() => parsePasswordEvidence(body));
      if (origin instanceof KitenError) {
        const parameters = { problem: origin.code };
        return [identityFindings.finding('identity/password-unreadable', { ...identity, parameters })];
      }
      const parameters = { device: subject.id };
      return [
        identityFindings.finding(`identity/password-${origin}`, { ...identity, parameters }),
        identityFindings.finding('identity/password-storage', {
          ...fields,
          aspect: 'credential',
          parameters,
        }),
      ];
    },
  };
}

/** The codes that stand against a device because it may use a password, and go when it may no longer. */
export const passwordFindingCodes: ReadonlySet<string> = new Set([
  'identity/password-generated',
  'identity/password-imported',
  'identity/password-unreadable',
]);
