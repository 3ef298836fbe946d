import {
  appraiserName,
  findingsOf,
  heldByOthers,
  isComparable,
  type SecretFingerprint,
} from '@kiten/attestation';
import { toHex } from '@kiten/codec';
import { deviceSubject, type Finding, isAdverse, tierOf } from '@kiten/trust';
import type { Database } from '../../store/database.ts';
import { type DeviceSecret, devicesWithSecrets, secretSalt } from '../../store/device-secrets.ts';
import type { DeviceBook, DeviceRecord } from '../device-book.ts';
import type { Random } from '../secrets.ts';
import type { TrustDesk } from '../trust-desk.ts';

export interface SecretDeskParts {
  readonly database: Database;
  readonly book: DeviceBook;
  readonly trust: TrustDesk;
}

/** Of devices with one secret, so many are told of each other at once; the others when they attest. */
const mostTold = 1000;
const aspect = 'credentials';

/** Finds devices that have a secret in common, by fingerprints that tell no secret. */
export class SecretDesk {
  /** What fingerprints of passwords and host keys are made under at this site. */
  readonly salt: Uint8Array;
  readonly #parts: SecretDeskParts;

  private constructor(salt: Uint8Array, parts: SecretDeskParts) {
    this.salt = salt;
    this.#parts = parts;
  }

  static async open(parts: SecretDeskParts, random: Random): Promise<SecretDesk> {
    return new SecretDesk(await secretSalt(parts.database, random), parts);
  }

  /**
   * The findings of an appraisal, with what others have in common with the device in place of its secrets being sound:
   * that is all that one device alone can show.
   */
  async compared(
    device: string,
    findings: readonly Finding[],
    fingerprints: readonly SecretFingerprint[] = [],
  ): Promise<readonly Finding[]> {
    const sound = findings.find(isSound);
    if (sound === undefined) return findings;
    const others = await this.#others(device, fingerprints, 1);
    const [shared] = findingsShared(sound, fingerprints, others);
    return shared === undefined ? findings : findings.map((one) => (one === sound ? shared : one));
  }

  /**
   * Tells the others, once what a device has is kept. Two that attest at once do not know of each other before: whoever
   * is kept last sees it.
   */
  async tell(
    device: DeviceRecord,
    fingerprints: readonly SecretFingerprint[],
    premise: string,
    at: number,
  ): Promise<void> {
    const others = await this.#others(device.id, fingerprints, mostTold);
    const named = new Map(others.map((secret) => [secret.device, secret]));
    if (named.size === 0) return;
    const own = device.findings.find((finding) => isSound(finding) && finding.at === at);
    if (own !== undefined) {
      const found = findingsShared(own, fingerprints, others);
      await this.#parts.trust.settle(device.id, (before) => this.#parts.trust.reconsidered(before, found));
    }
    for (const secret of named.values()) await this.#told(secret, device.id, premise, at);
  }

  /** What counts against it already, or is worse, stays. */
  async #told({ device: id, kind, label }: DeviceSecret, other: string, premise: string, at: number) {
    const { book, trust } = this.#parts;
    if (book.find(id) === undefined) return;
    await trust.settle(id, (before) => {
      const counts = before.verdict.findings.filter(isOnSecrets);
      if (counts.some(({ value }) => isAdverse(tierOf(value)))) return undefined;
      const conclusion = {
        code: 'attestation/secret-shared',
        aspect,
        parameters: { kind, label, device: other },
      } as const;
      const newest = Math.max(0, ...before.findings.filter(isOnSecrets).map((finding) => finding.at));
      const about = { subject: deviceSubject(before.id), at: Math.max(at, newest + 1), holdsUntil: at };
      return trust.reconsidered(before, findingsOf([conclusion], { ...about, premises: [premise] }));
    });
  }

  #others(device: string, fingerprints: readonly SecretFingerprint[], limit: number) {
    const digests = fingerprints.filter(isComparable).map(({ digest }) => toHex(digest));
    return devicesWithSecrets(this.#parts.database, digests, device, limit);
  }
}

const isOnSecrets = (finding: Finding): boolean =>
  finding.appraiser === appraiserName && finding.aspect === aspect;

const isSound = (finding: Finding): boolean => finding.code === 'attestation/credentials-sound';

/** The same finding, but that another device has one of the secrets. */
function findingsShared(
  { subject, at, premises }: Finding,
  fingerprints: readonly SecretFingerprint[],
  others: readonly DeviceSecret[],
): readonly Finding[] {
  const shared = heldByOthers(fingerprints, new Map(others.map(({ digest, device }) => [digest, device])));
  return shared === undefined ? [] : findingsOf([shared], { subject, at, premises, holdsUntil: at });
}
