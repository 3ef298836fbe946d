import { severityOf, tierOf } from '@kiten/trust';
import { attestationFindings } from '../findings/attestation-findings.ts';

/** One conclusion of an appraisal, before it is a finding. */
export interface Conclusion {
  /** One of `attestationFindings`. */
  readonly code: string;
  /** What was looked at: conclusions on the same aspect of a claim supersede each other. */
  readonly aspect: Aspect;
  readonly parameters: Readonly<Record<string, string | number>>;
}

export const aspects = [
  'quote',
  'boot',
  'runtime',
  'files',
  'endorsement',
  'keys',
  'tpm',
  // Of a runtime report: who signs it, and what it says.
  'report',
  'visibility',
  'kernel',
  'taint',
  'modules',
  'sockets',
  'processes',
  'running-files',
  'memory',
  'credentials',
  'events',
] as const;
export type Aspect = (typeof aspects)[number];

export const conclude = (
  word: string,
  aspect: Aspect,
  parameters: Conclusion['parameters'] = {},
): Conclusion => ({ code: `attestation/${word}`, aspect, parameters });

/** How bad a conclusion is: the order in which the worse of two is kept. */
const severity = ({ code }: Conclusion): number =>
  severityOf(tierOf(attestationFindings.get(code)?.value ?? 0));

/** Whether it speaks against the device. */
export const isAdverse = (conclusion: Conclusion): boolean => severity(conclusion) >= severityOf('warning');

/** The worst conclusion on an aspect, the first of several that are as bad. */
export function worstOn(aspect: Aspect, conclusions: readonly Conclusion[]): Conclusion | undefined {
  let worst: Conclusion | undefined;
  for (const each of conclusions) {
    if (each.aspect === aspect && (worst === undefined || severity(each) > severity(worst))) worst = each;
  }
  return worst;
}
