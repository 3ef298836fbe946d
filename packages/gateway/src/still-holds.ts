import type { Core } from './core.ts';
import type { CachedDecision } from './decision-cache.ts';
import type { DeviceRecord } from './device-record.ts';

/** Whether nothing has changed since that could change the decision about publishing, or the list of recipients. */
export function stillHolds(core: Core, decision: CachedDecision, publisher: DeviceRecord): boolean {
  return (
    decision.policyEpoch === core.judge.policyEpoch &&
    decision.trustEpoch === publisher.trustEpoch &&
    decision.routeEpoch === core.subscriptions.epochs.epochOf(decision.branch) &&
    (decision.owner === undefined || decision.owner.trustEpoch === decision.ownerEpoch)
  );
}
