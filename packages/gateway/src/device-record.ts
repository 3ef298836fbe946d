import { deviceEntity, type Entity, type EntityValue, entityValue } from '@kiten/policy';
import { claimNames } from '@kiten/trust';
import type { ReplicaDevice } from './change.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';

/** How far a device is let in: all that policy permits, or only to attest and be updated. */
export type Admission = 'full' | 'restricted' | 'none';

/**
 * What the gateway holds about one device, at one place for as long as it runs: everything that refers to the
 * device refers to this, so that a change is seen everywhere at once.
 */
export class DeviceRecord {
  readonly id: string;
  /** No device: the broker, when it speaks for itself. */
  readonly isBroker: boolean;
  readonly uid: EntityValue;
  /** `undefined` while the device is not in the register. */
  device: ReplicaDevice | undefined;
  /** What policies see. */
  entity: Entity | undefined;
  /** Grows when something changes that a policy may look at, and not otherwise. */
  trustEpoch = 0;
  readonly connections = new Set<Connection>();
  readonly sessions = new Set<Session>();
  retainedMessages = 0;
  /** CONNECTs within the minute that began then. */
  connects = { since: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(id: string, isBroker = false) {
    this.id = id;
    this.isBroker = isBroker;
    this.uid = entityValue('Device', id);
  }

  /** Takes the new content in; says whether policies can see a difference. */
  update(device: ReplicaDevice | undefined): boolean {
    const changed = !sameForPolicies(this.device, device);
    this.device = device;
    if (!changed) return false;
    this.trustEpoch++;
    this.entity = device === undefined ? undefined : deviceEntity(device).entity;
    return true;
  }
}

function sameForPolicies(before: ReplicaDevice | undefined, after: ReplicaDevice | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return (
    before.standing === after.standing &&
    before.overdue === after.overdue &&
    (before.mode ?? 'enforce') === (after.mode ?? 'enforce') &&
    claimNames.every((claim) => before.vector[claim] === after.vector[claim]) &&
    before.groups.length === after.groups.length &&
    before.groups.every((group, index) => group === after.groups[index])
  );
}
