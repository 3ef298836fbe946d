import { claimNames, type Finding, type RecordedEvent, type Verdict } from '@kiten/trust';

/** The log's entry for a finding: what was concluded, and the digests of what it rests on. */
export function findingRecorded(finding: Finding): RecordedEvent {
  return {
    type: 'finding/recorded',
    at: finding.at,
    actor: 'site',
    subject: finding.subject,
    data: {
      code: finding.code,
      claim: finding.claim,
      value: finding.value,
      aspect: finding.aspect,
      appraiser: finding.appraiser,
      premises: finding.premises.join(' '),
      ...(finding.holdsUntil === undefined ? {} : { holdsUntil: finding.holdsUntil }),
    },
  };
}

/** The log's entry for a verdict: the vector in the order of the claims' numbers. */
export function verdictIssued(verdict: Verdict): RecordedEvent {
  return {
    type: 'verdict/issued',
    at: verdict.at,
    actor: 'site',
    subject: verdict.subject,
    data: {
      epoch: verdict.epoch,
      status: verdict.status,
      overdue: verdict.overdue,
      profile: verdict.profile,
      vector: claimNames.map((name) => verdict.vector[name]).join(' '),
    },
  };
}
