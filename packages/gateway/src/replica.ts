import { KitenError } from '@kiten/codec';
import { type CompiledPolicies, compilePolicies } from '@kiten/policy';
import { isDeviceId, isEnforcementMode, isStanding, tiers } from '@kiten/trust';
import type { ReplicaChange, ReplicaDevice } from './change.ts';
import { DeviceRecord } from './device-record.ts';
import { areStreamTrusts, StreamTable } from './sourced.ts';

/** What an applied change means for those who hold decisions. */
export type Applied =
  | {
      readonly kind: 'device';
      readonly record: DeviceRecord;
      readonly changed: boolean;
      readonly isRevocation: boolean;
    }
  | { readonly kind: 'device-removed'; readonly record: DeviceRecord }
  | { readonly kind: 'policies' }
  | { readonly kind: 'other' };

/**
 * The gateway's copy of policies and register, kept by one ordered stream of changes. It knows how fresh it is:
 * a replica that has not heard for longer than its staleness bound answers nothing but no.
 */
export class Replica {
  /** Grows when decisions of every device may come out differently. */
  policyEpoch = 0;
  policies: CompiledPolicies | undefined;
  /** Which messages are readings, if any are. */
  streams: StreamTable | undefined;
  stale: boolean;
  readonly #stalenessBound: number;
  readonly #devices = new Map<string, DeviceRecord>();
  #hasLostTrack = false;
  #sequence = Number.NEGATIVE_INFINITY;
  #freshAt = Number.NEGATIVE_INFINITY;

  /** `stalenessBound` in milliseconds, 0 for none. */
  constructor(stalenessBound: number) {
    this.#stalenessBound = stalenessBound;
    this.stale = stalenessBound > 0;
  }

  /** The record of a registered device. */
  device(id: string): DeviceRecord | undefined {
    return this.#devices.get(id);
  }

  /** The record of a device that was known before this process: the register may tell about it yet. */
  expected(id: string): DeviceRecord {
    const record = this.#devices.get(id) ?? new DeviceRecord(id);
    this.#devices.set(id, record);
    return record;
  }

  /** Those that were {@link expected} and that nobody told about. */
  forgetUnknown(): void {
    for (const [id, { device }] of this.#devices) if (device === undefined) this.#devices.delete(id);
  }

  get devices(): Iterable<DeviceRecord> {
    return this.#devices.values();
  }

  /** Looks at the time; cheap enough for every chunk that arrives. */
  observe(now: number): void {
    const isOld = this.#stalenessBound > 0 && now - this.#freshAt > this.#stalenessBound;
    const stale = isOld || this.#hasLostTrack;
    if (stale === this.stale) return;
    this.stale = stale;
    this.policyEpoch++;
  }

  /**
   * Takes one change in.
   *
   * @throws KitenError `gateway/change-out-of-order`, `gateway/change-malformed`, or what compiling policies throws;
   * then there are no policies, and nothing is permitted, until good ones arrive.
   */
  apply(change: ReplicaChange): Applied {
    const isNext =
      change.sequence > this.#sequence || (change.kind === 'heartbeat' && change.sequence === this.#sequence);
    if (!isNext) {
      throw new KitenError(
        'gateway/change-out-of-order',
        `Change ${change.sequence} came after ${this.#sequence}.`,
      );
    }
    this.#sequence = change.sequence;
    switch (change.kind) {
      case 'policies':
        this.policyEpoch++;
        this.policies = undefined;
        this.policies = compilePolicies(change.policies);
        return { kind: 'policies' };
      case 'streams': {
        this.policyEpoch++;
        const { patterns } = change;
        if (!StreamTable.isSound(patterns)) return this.#loseTrack('A declaration of readings');
        this.streams = patterns.length === 0 ? undefined : new StreamTable(patterns);
        return { kind: 'other' };
      }
      case 'device':
        return this.#upsert(change.device);
      case 'device-removed':
        return this.#remove(change.id);
      case 'heartbeat':
        this.#freshAt = Math.max(this.#freshAt, change.at);
        return { kind: 'other' };
      case 'tls':
      case 'payload-rules':
      case 'notice':
      case 'saying':
      case 'sever':
        return { kind: 'other' };
    }
  }

  #upsert(device: ReplicaDevice): Applied {
    const { id, standing, mode = 'enforce', streams = [], ownSourcedData = 'none' } = device;
    const isSound = isDeviceId(id) && isStanding(standing) && isEnforcementMode(mode);
    if (!isSound || !tiers.includes(ownSourcedData) || !areStreamTrusts(streams))
      return this.#loseTrack('The id, standing, mode or data of a device');
    const record = this.expected(id);
    // Decisions made while the owner of a topic was unknown hold no reference to it.
    if (record.device === undefined) this.policyEpoch++;
    const isRevocation = revokesMore(record.device, device);
    return { kind: 'device', record, changed: record.update(device), isRevocation };
  }

  /** It may have been a fall: from here on nobody knows what holds, so nothing does. */
  #loseTrack(what: string): never {
    this.#hasLostTrack = true;
    throw new KitenError('gateway/change-malformed', `${what} in the change stream is not valid.`);
  }

  #remove(id: string): Applied {
    const record = this.#devices.get(id);
    if (record === undefined) return { kind: 'other' };
    this.#devices.delete(id);
    this.policyEpoch++;
    record.update(undefined);
    return { kind: 'device-removed', record };
  }
}

/** Whether certificates that were good are not any more: sessions resumed by them must not be either. */
function revokesMore(before: ReplicaDevice | undefined, after: ReplicaDevice): boolean {
  const isRevoked = after.standing === 'revoked' && before?.standing !== 'revoked';
  return isRevoked || after.revokedSerials.some((serial) => before?.revokedSerials.includes(serial) !== true);
}
