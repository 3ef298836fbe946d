import { deviceEntity, type Entity, type EntityValue, entityValue } from '@kiten/policy';
import { claimNames, type StreamTrust, type Subject } from '@kiten/trust';
import type { ReplicaDevice } from './change.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';
import { sameTrusts } from './sourced.ts';

/** How far a device is let in: all that policy permits, or only to attest and be updated. */
export type Admission = 'full' | 'restricted' | 'none';

/** An acknowledgement of a device: where it comes, and what it names. */
export interface Expected {
  readonly topic: string;
  readonly run: string;
}

const mostExpected = 16;

/**
 * What the gateway holds about one device, at one place for as long as it runs: everything that refers to the
 * device refers to this, so that a change is seen everywhere at once.
 */
export class DeviceRecord {
  readonly id: string;
  /** No device: the broker, when it speaks for itself. */
  readonly isBroker: boolean;
  readonly uid: EntityValue;
  readonly subject: Subject;
  /** `undefined` while the device is not in the register. */
  device: ReplicaDevice | undefined;
  /** What policies see. */
  entity: Entity | undefined;
  /** What is known of its streams of readings, by their names. */
  streams: ReadonlyMap<string, StreamTrust> = new Map();
  /** Grows when something changes that a policy may look at, and not otherwise. */
  trustEpoch = 0;
  readonly connections = new Set<Connection>();
  readonly sessions = new Set<Session>();
  /** Acknowledgements that the site waits for, few and bounded. */
  expected: readonly Expected[] = [];
  retainedMessages = 0;
  /** CONNECTs within the minute that began then. */
  connects = { since: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(id: string, isBroker = false) {
    this.id = id;
    this.isBroker = isBroker;
    this.uid = entityValue('Device', id);
    this.subject = { kind: 'device', id };
  }

  /** From now on this acknowledgement is looked for. */
  expect(one: Expected): void {
    this.expected = [...this.expected.filter(({ run }) => run !== one.run), one].slice(-mostExpected);
    // Decisions about its topic were made when nobody looked.
    this.trustEpoch++;
  }

  /** Whether what is published to a topic may be an acknowledgement that the site waits for. */
  expects(topic: string): boolean {
    return this.expected.some((one) => one.topic === topic);
  }

  /** It came; says whether it was expected. */
  acknowledged({ topic, run }: Expected): boolean {
    const others = this.expected.filter((one) => one.topic !== topic || one.run !== run);
    const isExpected = others.length < this.expected.length;
    this.expected = others;
    return isExpected;
  }

  /** Takes the new content in; says whether policies can see a difference. */
  update(device: ReplicaDevice | undefined): boolean {
    const changed = !sameForPolicies(this.device, device);
    this.device = device;
    if (!changed) return false;
    this.trustEpoch++;
    this.entity = device === undefined ? undefined : deviceEntity(device).entity;
    this.streams = new Map(device?.streams?.map((trust) => [trust.stream, trust]));
    return true;
  }
}

function sameForPolicies(before: ReplicaDevice | undefined, after: ReplicaDevice | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return (
    before.standing === after.standing &&
    before.overdue === after.overdue &&
    (before.mode ?? 'enforce') === (after.mode ?? 'enforce') &&
    before.ownSourcedData === after.ownSourcedData &&
    sameTrusts(before.streams ?? [], after.streams ?? []) &&
    claimNames.every((claim) => before.vector[claim] === after.vector[claim]) &&
    before.groups.length === after.groups.length &&
    before.groups.every((group, index) => group === after.groups[index])
  );
}
