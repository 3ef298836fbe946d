import {
  appraiserName,
  type ChallengeMessage,
  conclude,
  findingsOf,
  type NonceProblem,
  nonceConclusion,
  type ReferenceImage,
  runtimeParts,
  tpmEvidenceMediaType,
} from '@kiten/attestation';
import { type Clock, KitenError, toBase64Url, toHex } from '@kiten/codec';
import { saltBytes, saltedDigest } from '@kiten/ledger';
import {
  type DeviceId,
  deviceSubject,
  type EarClaims,
  type Evidence,
  type Finding,
  type SealedEvidence,
} from '@kiten/trust';
import { putDeviceSecrets } from '../../store/device-secrets.ts';
import type { DeviceBook, DeviceRecord } from '../device-book.ts';
import type { AttestSettings } from '../group-settings.ts';
import type { Journal } from '../journal.ts';
import type { Random } from '../secrets.ts';
import type { Proposal, TrustDesk } from '../trust-desk.ts';
import { Turns } from '../turns.ts';
import type { AppraisedTask } from './appraisal-task.ts';
import type { Appraisals } from './appraisals.ts';
import { type AttestationSchedule, retry } from './attestation-schedule.ts';
import { type Attester, type AttesterBook, type LastEvidence, storeLast } from './attester-book.ts';
import { challengedRegisters, knownList } from './challenge.ts';
import type { CountedNonce, NonceBook } from './nonce-book.ts';
import type { SecretDesk } from './secret-desk.ts';

export interface AttestationDeskParts {
  readonly book: DeviceBook;
  readonly attesters: AttesterBook;
  readonly appraisals: Appraisals;
  readonly nonces: NonceBook;
  readonly secrets: SecretDesk;
  readonly journal: Journal;
  /** What the device is held against. */
  readonly images: (device: string) => readonly ReferenceImage[];
  readonly trust: TrustDesk;
  /** The attestation result of a device as it stands, over the nonce that its evidence answered. */
  readonly resultOf: (device: DeviceRecord, nonce: string | undefined) => EarClaims;
  /** Hears of evidence that came, which answers whatever the device was asked for, and that it was appraised. */
  readonly schedule: Pick<AttestationSchedule, 'answered' | 'judged'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** What became of evidence, once that is durable and in force. */
export interface AttestationOutcome {
  readonly device: DeviceRecord;
  /** What this evidence led to. */
  readonly findings: readonly Finding[];
  /** The attestation result, to be signed. */
  readonly result: EarClaims;
  /** Until when what it affirms counts. */
  readonly holdsUntil?: number;
  /** When the device has to attest again. */
  readonly nextBefore: number;
}

/** Evidence as it came, and what it is held against. */
interface Received {
  readonly attester: Attester;
  readonly evidence: Evidence;
  readonly salt: Uint8Array;
  /** What it is said to answer. */
  readonly claimed?: Uint8Array;
  readonly images: readonly ReferenceImage[];
  readonly settings: AttestSettings;
  readonly holdsUntil: number;
}

/** What evidence shows, before it is in force. */
interface Shown {
  readonly findings: readonly Finding[];
  readonly memory: AppraisedTask['memory'];
  readonly sealed: SealedEvidence;
  /** The nonce, if it counts. */
  readonly counted?: CountedNonce;
}

/** Reference values, settings or what is remembered may change while evidence is appraised: then once more. */
const attempts = 8;

/** Challenges to devices, and what becomes of what they answer. Evidence comes in here, whatever the way it came. */
export class AttestationDesk {
  readonly #parts: AttestationDeskParts;
  /** Evidence of one device is appraised piece by piece: each goes on from the one before. */
  readonly #turns = new Turns();

  constructor(parts: AttestationDeskParts) {
    this.#parts = parts;
  }

  /** A nonce for a device, and what it has to answer it with. */
  challenge(device: string, deadline?: number): ChallengeMessage {
    const { attesters, images, nonces, secrets, clock } = this.#parts;
    const state = attesters.find(device)?.last?.state;
    return {
      nonce: nonces.issue(device),
      expiresAt: clock.now() + nonces.lifetime,
      pcrs: challengedRegisters(images(device)),
      ima: knownList(state),
      runtime: { wants: runtimeParts, eventsAfter: state?.events?.next ?? 0, salt: secrets.salt },
      ...(deadline === undefined ? {} : { deadline }),
    };
  }

  /** A nonce for what its TPM says of a key. */
  nonce(device: string): { readonly nonce: Uint8Array; readonly lifetimeSeconds: number } {
    const { nonces } = this.#parts;
    return { nonce: nonces.issue(device), lifetimeSeconds: Math.floor(nonces.lifetime / 1000) };
  }

  /** Uses a nonce up, durably, whatever comes of it. @returns why it doesn't count, or undefined if it does */
  redeem(device: string, nonce: Uint8Array): Promise<NonceProblem | undefined> {
    return this.#turns.take(device, async () => {
      const { nonces, journal, clock } = this.#parts;
      const counted = nonces.count(device, nonce, clock.now());
      if (typeof counted === 'string') return counted;
      await journal.commit([], counted.store);
      counted.done();
      return undefined;
    });
  }

  /**
   * Has what a device sends appraised, keeps it, and puts what it shows in force.
   *
   * @param claimed the nonce that it is said to answer; that of its first quote unless given
   * @throws KitenError `kiten/device-unknown`, `kiten/attestation-key-unknown`, `kiten/attestation-forbidden`,
   *   `kiten/appraisal-busy`, `kiten/appraisal-too-long`, `kiten/appraisal-worker`
   */
  receive(
    id: string,
    body: Uint8Array,
    via: readonly string[],
    claimed?: Uint8Array,
  ): Promise<AttestationOutcome> {
    const arrivedAt = this.#parts.clock.now();
    return this.#turns.take(id, async () => {
      const { schedule } = this.#parts;
      const first = this.#received(id, body, via, arrivedAt, claimed);
      const device = first.attester.device as DeviceId;
      schedule.answered(device);
      try {
        return await this.#judge(first, () => this.#received(id, body, via, arrivedAt, claimed), arrivedAt);
      } finally {
        schedule.judged(device);
      }
    });
  }

  /** @param again the same evidence with what is known by then */
  async #judge(first: Received, again: () => Received, arrivedAt: number): Promise<AttestationOutcome> {
    let received = first;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const shown = await this.#shown(received, arrivedAt);
      const device = shown && (await this.#inForce(received, shown));
      if (shown !== undefined && device !== undefined) return this.#outcome(received, shown, device);
      received = again();
    }
    throw new KitenError(
      'kiten/appraisal-busy',
      `What ${first.attester.device} is held against goes on changing: send the evidence again in a minute.`,
    );
  }

  /** What is known now, and the evidence with it. */
  #received(
    id: string,
    body: Uint8Array,
    via: readonly string[],
    arrivedAt: number,
    claimed: Uint8Array | undefined,
  ): Received {
    const { attesters, images, book, random } = this.#parts;
    const before = book.get(id);
    if (before.standing === 'revoked') throw forbidden(id);
    const attester = attesters.find(id);
    if (attester === undefined) throw unknownKey(id);
    // Later evidence is newer, however the clock was set in between.
    const receivedAt = Math.max(arrivedAt, newestWord(before) + 1);
    const settings = book.attestation(before);
    return {
      attester,
      evidence: { mediaType: tpmEvidenceMediaType, subject: deviceSubject(before.id), receivedAt, via, body },
      salt: random(saltBytes),
      ...(claimed === undefined ? {} : { claimed }),
      images: images(id),
      settings,
      // A tenth of the time between, beside the time that an answer may take: not every agent comes to the second.
      holdsUntil: receivedAt + settings.everySeconds * 1100 + settings.deadlineSeconds * 1000,
    };
  }

  /** What it comes to. Undefined if what it is held against went away meanwhile. */
  async #shown(received: Received, arrivedAt: number): Promise<Shown | undefined> {
    const { nonces, secrets } = this.#parts;
    const { attester, evidence, salt, holdsUntil } = received;
    const appraised = await this.#appraised(received);
    if (appraised === undefined) return undefined;
    const { digest, findings, memory } = appraised;
    const sealed = { ...evidence, salt, digest };
    if (memory.nonce === undefined) return { findings, memory, sealed };
    const counted = nonces.count(attester.device, memory.nonce, arrivedAt);
    if (typeof counted === 'string') {
      // It may be good evidence of another time, or of another device: nothing of it counts.
      const { subject, receivedAt: at } = evidence;
      const about = { subject, at, holdsUntil, premises: [digest] };
      return { findings: findingsOf([nonceConclusion(counted, memory.nonce)], about), memory: {}, sealed };
    }
    const compared = await secrets.compared(attester.device, findings, memory.fingerprints);
    return { findings: compared, memory, sealed, counted };
  }

  async #appraised(received: Received): Promise<AppraisedTask | undefined> {
    const { attester, evidence, salt, claimed, images, settings, holdsUntil } = received;
    const state = attester.last?.state;
    try {
      return await this.#parts.appraisals.appraise({
        ...{ attester, evidence, name: { salt }, images, holdsUntil },
        unknownFiles: settings.unknownFiles,
        ...(claimed === undefined ? {} : { nonce: claimed }),
        ...(state === undefined ? {} : { state }),
      });
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      if (error.code === 'kiten/appraisal-references') return undefined;
      if (error.code !== 'kiten/appraisal-too-long') throw error;
      // Whoever sends what cannot be judged is to be seen, whyever it cannot.
      const digest = `sha256:${toHex(saltedDigest(salt, evidence.body))}`;
      const { subject, receivedAt: at } = evidence;
      const about = { subject, at, holdsUntil, premises: [digest] };
      return { digest, findings: findingsOf([unreadable(error.code)], about), memory: {} };
    }
  }

  /** Puts it in force, if it was held against what counts now. @returns undefined otherwise */
  async #inForce(received: Received, shown: Shown): Promise<DeviceRecord | undefined> {
    const id = received.attester.device;
    let isCurrent = true;
    const device = await this.#parts.trust.settle(id, (before) => {
      if (before.standing === 'revoked') throw forbidden(id);
      isCurrent = this.#isCurrent(received, before);
      return isCurrent ? this.#proposal(before, received, shown) : undefined;
    });
    return isCurrent ? device : undefined;
  }

  #isCurrent({ attester, evidence, images, settings }: Received, before: DeviceRecord): boolean {
    const { attesters, book, images: imagesOf } = this.#parts;
    const now = imagesOf(before.id);
    return (
      attesters.find(before.id) === attester &&
      newestWord(before) < evidence.receivedAt &&
      now.length === images.length &&
      now.every(({ id }, index) => id === images[index]?.id) &&
      book.attestation(before).unknownFiles === settings.unknownFiles
    );
  }

  #proposal(
    before: DeviceRecord,
    { attester }: Received,
    { findings, memory, sealed, counted }: Shown,
  ): Proposal {
    const { trust, attesters } = this.#parts;
    const considered = trust.considered(before, sealed, findings);
    const last = counted === undefined ? undefined : lastEvidence(attester, memory, sealed);
    const { fingerprints } = memory;
    return {
      ...considered,
      store: async (store) => {
        await considered.store(store);
        await counted?.store(store);
        if (last !== undefined) await storeLast(store, before.id, last);
        if (counted !== undefined && fingerprints !== undefined)
          await putDeviceSecrets(store, before.id, fingerprints);
      },
      done: () => {
        considered.done?.();
        counted?.done();
        if (last !== undefined) attesters.put({ ...attester, last });
      },
    };
  }

  async #outcome(
    { settings: { everySeconds }, holdsUntil }: Received,
    { findings, memory, sealed, counted }: Shown,
    device: DeviceRecord,
  ): Promise<AttestationOutcome> {
    const { secrets, resultOf } = this.#parts;
    const { nonce, fingerprints, state } = counted === undefined ? {} : memory;
    if (fingerprints !== undefined)
      await secrets.tell(device, fingerprints, sealed.digest, sealed.receivedAt);
    const affirms = findings.some((finding) => finding.holdsUntil !== undefined);
    const isProven = state !== undefined && affirms;
    return {
      device,
      findings,
      result: resultOf(device, nonce === undefined ? undefined : toBase64Url(nonce)),
      ...(affirms ? { holdsUntil } : {}),
      nextBefore: sealed.receivedAt + (isProven ? everySeconds * 1000 : Math.min(retry, everySeconds * 1000)),
    };
  }
}

/** What to go on from; undefined if the quotes proved nothing, and then what is remembered stays. */
function lastEvidence(
  { last }: Attester,
  { state, nonce }: Shown['memory'],
  { digest, receivedAt }: SealedEvidence,
): LastEvidence | undefined {
  if (state === undefined || nonce === undefined) return undefined;
  return { state, nonce, digest, receivedAt, ...(last?.state === undefined ? {} : { before: last.state }) };
}

/** When what was found last by evidence was taken. */
const newestWord = ({ findings }: DeviceRecord): number =>
  Math.max(0, ...findings.filter(({ appraiser }) => appraiser === appraiserName).map(({ at }) => at));

const unreadable = (problem: string) => conclude('evidence-unreadable', 'quote', { problem });

const forbidden = (device: string): KitenError =>
  new KitenError('kiten/attestation-forbidden', `${device} is revoked: it enrols anew first.`);

function unknownKey(device: string): KitenError {
  return new KitenError(
    'kiten/attestation-key-unknown',
    `No attestation key speaks for ${device}: activate one at POST /attest/key first.`,
  );
}
