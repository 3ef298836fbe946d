import { appraiserName, attestationFindings } from '@kiten/attestation';
import { type Clock, canonicalJson, encodeUtf8, KitenError } from '@kiten/codec';
import {
  type DeviceId,
  deviceSubject,
  type Evidence,
  isAdverse,
  type SealedEvidence,
  tierOf,
} from '@kiten/trust';
import type { DeviceBook, DeviceRecord } from '../device-book.ts';
import type { TrustDesk } from '../trust-desk.ts';
import type { AttesterBook } from './attester-book.ts';

/** Where devices are reached now. */
export interface AttestationReach {
  readonly isConnected: (device: string) => boolean;
  /** Sends a challenge that has to be answered before the deadline. */
  readonly challenge: (device: DeviceId, deadline: number) => void;
  readonly sever: (device: string, reason: string) => void;
}

export interface AttestationScheduleParts {
  readonly book: DeviceBook;
  readonly attesters: AttesterBook;
  readonly trust: TrustDesk;
  readonly seal: (evidence: Evidence) => SealedEvidence;
  readonly clock: Clock;
  /** A device's session was cut for want of an answer. */
  readonly unanswered: (device: string, occasion: Occasion) => void;
}

/** Why a device has to attest now. */
export type Occasion = 'schedule' | 'fall' | 'reconnected' | 'reference-change' | 'operator';

/** A challenge that went out unasked. */
interface Asked {
  readonly at: number;
  readonly deadline: number;
  readonly occasion: Occasion;
}

const unansweredCode = 'attestation/unanswered';
const unansweredMediaType = 'application/vnd.kiten.unanswered-challenge+json';
/** A device that has just attested need not do so again because it comes back. */
const recent = 300_000;
/** Whoever has just connected has to subscribe before it can hear a challenge. */
const settling = 3000;
/** A device whose evidence proved nothing may try again soon. */
export const retry = 60_000;
/** Challenges that go out in one look at the time: a fleet that is due at once is asked one after the other. */
const perLook = 50;
/** Devices that are asked for as soon as they are there. */
const mostWanted = 100_000;

/** When devices have to attest unasked: on a schedule by group, on events, and when an operator says so. */
export class AttestationSchedule {
  readonly #parts: AttestationScheduleParts;
  #reach: AttestationReach | undefined;
  readonly #wanted = new Map<DeviceId, { readonly occasion: Occasion; readonly from: number }>();
  /** Challenges that went out unasked. */
  readonly #open = new Map<DeviceId, Asked>();
  /** Whose evidence is being appraised, and when that of others was, whatever it came to. */
  readonly #underWay = new Set<DeviceId>();
  readonly #judged = new Map<DeviceId, number>();

  constructor(parts: AttestationScheduleParts) {
    this.#parts = parts;
  }

  connect(reach: AttestationReach): void {
    this.#reach = reach;
  }

  /** It has to attest as soon as it is there. @param after so many milliseconds, at the earliest */
  want(device: DeviceId, occasion: Occasion, after = 0): void {
    const { attesters, book, clock } = this.#parts;
    if (attesters.find(device) === undefined || book.find(device)?.standing === 'revoked') return;
    if (this.#wanted.size < mostWanted || this.#wanted.has(device))
      this.#wanted.set(device, { occasion, from: clock.now() + after });
  }

  /** It came back, and may have booted something else since. */
  reconnected(device: DeviceId): void {
    const last = this.#parts.attesters.find(device)?.last?.receivedAt ?? Number.NEGATIVE_INFINITY;
    if (this.#parts.clock.now() - last > recent) this.want(device, 'reconnected', settling);
  }

  /** Something else than its own evidence speaks against it. */
  fallen({ id, verdict }: DeviceRecord): void {
    const [newest] = verdict.findings
      .filter(({ value }) => isAdverse(tierOf(value)))
      .toSorted((left, right) => right.at - left.at);
    if (newest !== undefined && newest.appraiser !== appraiserName) this.want(id, 'fall');
  }

  /** Evidence came: whatever was asked for is answered, and what it comes to will be known soon. */
  answered(device: DeviceId): void {
    this.#open.delete(device);
    this.#wanted.delete(device);
    this.#underWay.add(device);
  }

  /** It was appraised. If it proved nothing, the device is asked again, but not at once. */
  judged(device: DeviceId): void {
    this.#underWay.delete(device);
    this.#judged.set(device, this.#parts.clock.now());
  }

  /**
   * Challenges a device now, for an operator.
   *
   * @returns when its session is cut without an answer; undefined if it is not connected, and will be asked when it is
   * @throws KitenError `kiten/device-unknown`, `kiten/attester-unknown`
   */
  demand(id: string): number | undefined {
    const { book, attesters } = this.#parts;
    const device = book.get(id);
    if (attesters.find(id) === undefined)
      throw new KitenError('kiten/attester-unknown', `No TPM speaks for ${id}: it activates a key first.`);
    if (this.#reach?.isConnected(id) === true) return this.#challenge(device, 'operator');
    this.want(device.id, 'operator');
    return undefined;
  }

  /** Sends what is due, and cuts whoever has not answered. */
  async look(): Promise<void> {
    const now = this.#parts.clock.now();
    const late = [...this.#open].filter(([, { deadline }]) => deadline <= now);
    await Promise.all(late.map(([device, asked]) => this.#cut(device, asked)));
    let sent = 0;
    for (const [device, occasion] of this.#due(now)) {
      const record = this.#parts.book.find(device);
      if (record === undefined || record.standing === 'revoked') {
        this.#wanted.delete(device);
        continue;
      }
      if (sent === perLook) return;
      if (this.#open.has(device) || this.#underWay.has(device)) continue;
      if (this.#reach?.isConnected(device) !== true) continue;
      this.#challenge(record, occasion);
      sent += 1;
    }
  }

  *#due(now: number): Generator<readonly [DeviceId, Occasion]> {
    for (const [device, { occasion, from }] of [...this.#wanted]) if (from <= now) yield [device, occasion];
    const { attesters, book } = this.#parts;
    for (const { device, last, activatedAt } of attesters.all()) {
      const record = book.find(device);
      if (record === undefined) continue;
      const { everySeconds } = book.attestation(record);
      const every = everySeconds * 1000;
      const tried = this.#judged.get(record.id) ?? Number.NEGATIVE_INFINITY;
      const due = Math.max((last?.receivedAt ?? activatedAt) + every, tried + Math.min(retry, every));
      if (now >= due) yield [record.id, 'schedule'];
    }
  }

  #challenge(device: DeviceRecord, occasion: Occasion): number {
    const { book, clock } = this.#parts;
    const at = clock.now();
    const deadline = at + book.attestation(device).deadlineSeconds * 1000;
    this.#wanted.delete(device.id);
    this.#open.set(device.id, { at, deadline, occasion });
    this.#reach?.challenge(device.id, deadline);
    return deadline;
  }

  async #cut(device: DeviceId, { at, deadline, occasion }: Asked): Promise<void> {
    const { attesters, book, trust, seal, clock, unanswered } = this.#parts;
    this.#open.delete(device);
    // It may have answered by another way.
    if ((attesters.find(device)?.last?.receivedAt ?? 0) >= at) return;
    this.#reach?.sever(device, 'The device was asked to attest, and did not in time.');
    unanswered(device, occasion);
    const record = book.find(device);
    if (record === undefined || record.verdict.findings.some(({ code }) => code === unansweredCode)) return;
    const receivedAt = clock.now();
    const subject = deviceSubject(device);
    const body = encodeUtf8(canonicalJson({ askedAt: at, deadline }));
    const sealed = seal({ mediaType: unansweredMediaType, subject, receivedAt, via: ['site'], body });
    const finding = attestationFindings.finding(unansweredCode, {
      ...{ subject, at: receivedAt, appraiser: appraiserName, aspect: 'quote' },
      premises: [sealed.digest],
      parameters: { seconds: Math.round((deadline - at) / 1000) },
    });
    await trust.find(device, sealed, [finding]);
  }
}
