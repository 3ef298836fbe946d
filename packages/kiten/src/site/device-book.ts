import { KitenError } from '@kiten/codec';
import type { CertificateStanding, PasswordOrigin } from '@kiten/identity';
import type { DeviceId, EnforcementMode, Finding, Profile, Standing, Verdict } from '@kiten/trust';
import { blacken } from '../store/evidence.ts';
import type { ExceptionRecord } from '../store/exceptions.ts';
import {
  type AttestSettings,
  changedGroup,
  type GroupChange,
  type GroupSettings,
  modeOf,
  newGroup,
  safetyGroup,
  strictest,
} from './group-settings.ts';

import type { HeldFall, TrustInForce } from './held-fall.ts';

/** That a device may use a password: nothing of the password itself. */
export interface PasswordStanding {
  /** Names the password. */
  readonly credential: string;
  readonly origin: PasswordOrigin;
  readonly setAt: number;
}

/** Everything the site holds about one device, immutable: a change makes a new record. */
export interface DeviceRecord {
  readonly id: DeviceId;
  readonly groups: readonly string[];
  /** The manufacturer identity it enrolled with. */
  readonly idevid?: string;
  readonly standing: Standing;
  /** Who set the standing, when and why; absent while nobody has. */
  readonly standingBy?: string;
  readonly standingReason?: string;
  readonly standingAt: number;
  readonly registeredAt: number;
  /** All findings that can still count: the newest of each claim, appraiser, aspect and slot. */
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  /** Falls that are shown and not enforced, and what enforcement goes by meanwhile. */
  readonly held?: readonly HeldFall[];
  readonly inForce?: TrustInForce;
  /** The attestation result of that verdict, a compact JWT. */
  readonly ear: string;
  /** Present and previous ones, without those that expired unrevoked. */
  readonly certificates: readonly CertificateStanding[];
  /** Set if it may use one. */
  readonly password?: PasswordStanding;
}

/** The devices and groups of a site, in memory; the store holds the same. */
export class DeviceBook {
  readonly #devices = new Map<string, DeviceRecord>();
  readonly #keyOwners = new Map<string, DeviceId>();
  readonly #groups = new Map<string, GroupSettings>();
  #exceptions: readonly ExceptionRecord[] = [];
  /** How many devices each group has, without those that are revoked. */
  readonly #sizes = new Map<string, number>();

  find(id: string): DeviceRecord | undefined {
    return this.#devices.get(id);
  }

  /** @throws KitenError `kiten/device-unknown` */
  get(id: string): DeviceRecord {
    const device = this.#devices.get(id);
    if (device !== undefined) return device;
    throw new KitenError(
      'kiten/device-unknown',
      `No device “${id.slice(0, 80)}” is registered at this site.`,
      {
        detail: { device: id.slice(0, 80) },
      },
    );
  }

  put(device: DeviceRecord): void {
    this.#count(this.#devices.get(device.id), -1);
    this.#count(device, 1);
    this.#devices.set(device.id, device);
    for (const { publicKeyDigest } of device.certificates) this.putKeyOwner(publicKeyDigest, device.id);
  }

  /** The evidence behind some findings was erased: what they had taken over from it is gone too. */
  blacken(id: string, premise: string): void {
    const device = this.#devices.get(id);
    if (device === undefined) return;
    const of = (finding: Finding): Finding =>
      finding.premises.includes(premise) ? { ...finding, parameters: blacken(finding.parameters) } : finding;
    const { findings, verdict } = device;
    this.put({
      ...device,
      findings: findings.map(of),
      verdict: { ...verdict, findings: verdict.findings.map(of) },
    });
  }

  putKeyOwner(publicKeyDigest: string, device: DeviceId): void {
    this.#keyOwners.set(publicKeyDigest, device);
  }

  /** The device that has, or had, a certificate for this public key. */
  keyOwner(publicKeyDigest: string): DeviceId | undefined {
    return this.#keyOwners.get(publicKeyDigest);
  }

  get size(): number {
    return this.#devices.size;
  }

  all(): IterableIterator<DeviceRecord> {
    return this.#devices.values();
  }

  #count(device: DeviceRecord | undefined, step: number): void {
    if (device === undefined || device.standing === 'revoked') return;
    for (const group of device.groups) this.#sizes.set(group, this.sizeOf(group) + step);
  }

  /** How many devices a group has, without those that are revoked. */
  sizeOf(group: string): number {
    return this.#sizes.get(group) ?? 0;
  }

  putGroup(group: GroupChange): void {
    this.#groups.set(group.name, changedGroup(newGroup(group.name), group));
  }

  groups(): readonly GroupSettings[] {
    return [...this.#groups.values()];
  }

  findGroup(name: string): GroupSettings | undefined {
    return this.#groups.get(name);
  }

  /** @throws KitenError `kiten/group-unknown` */
  group(name: string): GroupSettings {
    this.mustKnowGroup(name);
    return this.#groups.get(name) as GroupSettings;
  }

  /** The exceptions in force. */
  get exceptions(): readonly ExceptionRecord[] {
    return this.#exceptions;
  }

  setExceptions(exceptions: readonly ExceptionRecord[]): void {
    this.#exceptions = exceptions;
  }

  /** The exception that holds for a device longest. */
  exceptionFor({ id, groups }: Pick<DeviceRecord, 'id' | 'groups'>): ExceptionRecord | undefined {
    const own = this.#exceptions.filter(
      ({ device, group }) => device === id || (group !== undefined && groups.includes(group)),
    );
    return own.toSorted((left, right) => right.until - left.until)[0];
  }

  #safetyGroups(groups: readonly string[]): readonly GroupSettings[] {
    return groups.flatMap((name) => {
      const group = this.#groups.get(name);
      return group?.safety === true || name === safetyGroup ? (group ?? newGroup(name)) : [];
    });
  }

  /** Whether a device is never cut blindly. */
  isSafety({ groups }: Pick<DeviceRecord, 'groups'>): boolean {
    return this.#safetyGroups(groups).length > 0;
  }

  /** How long a device of the safety class has to bring itself to a safe state: as long as its most patient group says. */
  acknowledgeSeconds({ groups }: Pick<DeviceRecord, 'groups'>): number {
    return Math.max(0, ...this.#safetyGroups(groups).map((group) => group.acknowledgeSeconds));
  }

  /** How a device attests. */
  attestation({ groups }: Pick<DeviceRecord, 'groups'>): AttestSettings {
    return strictest(groups.flatMap((name) => this.#groups.get(name)?.attest ?? []));
  }

  /** The groups that policies see a device in. */
  groupsOf({ groups }: Pick<DeviceRecord, 'groups'>): readonly string[] {
    return this.isSafety({ groups }) && !groups.includes(safetyGroup) ? [...groups, safetyGroup] : groups;
  }

  /** Whether what policy refuses to a device is refused, or passes and is shown. */
  mode(device: Pick<DeviceRecord, 'id' | 'groups'>): EnforcementMode {
    if (this.#exceptions.length > 0 && this.exceptionFor(device) !== undefined) return 'observe';
    return modeOf(device.groups.map((group) => this.#groups.get(group)));
  }

  /** @throws KitenError `kiten/group-unknown` */
  mustKnowGroup(group: string): void {
    if (this.#groups.has(group)) return;
    const known = [...this.#groups.keys()].join(', ');
    throw new KitenError(
      'kiten/group-unknown',
      `There is no group “${group.slice(0, 80)}”. There are: ${known}.`,
    );
  }

  /** What a device in these groups has to show: all that any of them requires. */
  profile(groups: readonly string[]): Profile {
    const profiles = groups.flatMap((group) => this.#groups.get(group) ?? []);
    const [only] = profiles;
    if (only !== undefined && profiles.length === 1) return only;
    return {
      name: profiles.map(({ name }) => name).join('+') || 'default',
      required: [...new Set(profiles.flatMap(({ required }) => required))],
    };
  }
}
