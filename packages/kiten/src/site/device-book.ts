import { KitenError } from '@kiten/codec';
import type { CertificateStanding, PasswordOrigin } from '@kiten/identity';
import type { DeviceId, Finding, Profile, Standing, Verdict } from '@kiten/trust';
import { blacken } from '../store/evidence.ts';

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
  readonly #profiles = new Map<string, Profile>();

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

  putProfile(profile: Profile): void {
    this.#profiles.set(profile.name, profile);
  }

  profiles(): readonly Profile[] {
    return [...this.#profiles.values()];
  }

  /** @throws KitenError `kiten/group-unknown` */
  mustKnowGroup(group: string): void {
    if (this.#profiles.has(group)) return;
    const known = [...this.#profiles.keys()].join(', ');
    throw new KitenError(
      'kiten/group-unknown',
      `There is no group “${group.slice(0, 80)}”. There are: ${known}.`,
    );
  }

  /** What a device in these groups has to show: all that any of them requires. */
  profile(groups: readonly string[]): Profile {
    const profiles = groups.flatMap((group) => this.#profiles.get(group) ?? []);
    const [only] = profiles;
    if (only !== undefined && profiles.length === 1) return only;
    return {
      name: profiles.map(({ name }) => name).join('+') || 'default',
      required: [...new Set(profiles.flatMap(({ required }) => required))],
    };
  }
}
