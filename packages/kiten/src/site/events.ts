import { claimNames, type RecordedEvent, type Verdict } from '@kiten/trust';

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
