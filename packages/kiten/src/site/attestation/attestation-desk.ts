import {
  answeredNonce,
  appraiserName,
  appraiseTpmEvidence,
  type ChallengeMessage,
  Challenges,
  type Conclusion,
  conclude,
  decodeTpmEvidence,
  findingsOf,
  type NonceProblem,
  nonceConclusion,
  type ReferenceImage,
  runtimeParts,
  type TpmEvidence,
  tpmEvidenceMediaType,
} from '@kiten/attestation';
import { type Clock, KitenError, toBase64Url } from '@kiten/codec';
import {
  type DeviceId,
  deviceSubject,
  type EarClaims,
  type Evidence,
  type Finding,
  type SealedEvidence,
} from '@kiten/trust';
import type { DeviceBook, DeviceRecord } from '../device-book.ts';
import type { AttestSettings } from '../group-settings.ts';
import type { Random } from '../secrets.ts';
import type { Proposal, TrustDesk } from '../trust-desk.ts';
import { type Attester, type AttesterBook, type LastEvidence, storeLast } from './attester-book.ts';
import { challengedRegisters, knownList } from './challenge.ts';
import type { EndorsementDesk } from './endorsement-desk.ts';

export interface AttestationDeskParts {
  readonly book: DeviceBook;
  readonly attesters: AttesterBook;
  readonly endorsements: Pick<EndorsementDesk, 'checked'>;
  /** What the device is held against. */
  readonly images: (device: string) => readonly ReferenceImage[];
  readonly trust: TrustDesk;
  readonly seal: (evidence: Evidence) => SealedEvidence;
  /** The attestation result of a device as it stands, over the nonce that its evidence answered. */
  readonly resultOf: (device: DeviceRecord, nonce: string | undefined) => EarClaims;
  /** Evidence came, and what it shows is in force. */
  readonly answered: (device: DeviceId) => void;
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

interface Appraised {
  readonly sealed: SealedEvidence;
  readonly findings: readonly Finding[];
  readonly holdsUntil: number;
  /** The nonce, if it counted; then there is something to remember. */
  readonly nonce?: Uint8Array;
  readonly last?: LastEvidence;
}

/** Challenges to devices, and what becomes of what they answer. Evidence comes in here, whatever the way it came. */
export class AttestationDesk {
  readonly #parts: AttestationDeskParts;
  readonly #challenges: Challenges;

  constructor(parts: AttestationDeskParts) {
    this.#parts = parts;
    this.#challenges = new Challenges({ clock: parts.clock, random: parts.random });
  }

  /** A nonce for a device, and what it has to answer it with. */
  challenge(device: string, deadline?: number): ChallengeMessage {
    const { attesters, images, clock } = this.#parts;
    const nonce = this.#challenges.issue(device);
    const state = attesters.find(device)?.last?.state;
    return {
      nonce,
      expiresAt: clock.now() + this.#challenges.lifetime,
      pcrs: challengedRegisters(images(device)),
      ima: knownList(state),
      runtime: { wants: runtimeParts, eventsAfter: state?.events?.next ?? 0 },
      ...(deadline === undefined ? {} : { deadline }),
    };
  }

  /** A nonce for what its TPM says of a key. */
  nonce(device: string): { readonly nonce: Uint8Array; readonly lifetimeSeconds: number } {
    return {
      nonce: this.#challenges.issue(device),
      lifetimeSeconds: Math.floor(this.#challenges.lifetime / 1000),
    };
  }

  /** Uses a nonce up, whatever comes of it. @returns why it doesn't count, or undefined if it does */
  redeem(device: string, nonce: Uint8Array): NonceProblem | undefined {
    return this.#challenges.redeem(device, nonce);
  }

  /**
   * Appraises what a device sends, keeps it, and puts what it shows in force.
   *
   * @param claimed the nonce that it is said to answer; that of its first quote unless given
   * @throws KitenError `kiten/device-unknown`, `kiten/attestation-key-unknown`, `kiten/attestation-forbidden`
   */
  async receive(
    id: string,
    body: Uint8Array,
    via: readonly string[],
    claimed?: Uint8Array,
  ): Promise<AttestationOutcome> {
    const { trust, resultOf } = this.#parts;
    const outcomes: Appraised[] = [];
    const device = await trust.settle(id, (before) => {
      const appraised = this.#appraise(before, body, via, claimed);
      outcomes.push(appraised);
      return this.#proposal(before, appraised);
    });
    this.#parts.answered(device.id);
    const { findings, nonce, holdsUntil, sealed } = outcomes[0] as Appraised;
    const { everySeconds } = this.#settings(device);
    const affirms = findings.some((finding) => finding.holdsUntil !== undefined);
    const isProven = outcomes[0]?.last?.state !== undefined && affirms;
    return {
      device,
      findings,
      result: resultOf(device, nonce === undefined ? undefined : toBase64Url(nonce)),
      ...(affirms ? { holdsUntil } : {}),
      nextBefore: sealed.receivedAt + (isProven ? everySeconds * 1000 : Math.min(retry, everySeconds * 1000)),
    };
  }

  #settings(device: DeviceRecord): AttestSettings {
    return this.#parts.book.attestation(device);
  }

  #appraise(
    before: DeviceRecord,
    body: Uint8Array,
    via: readonly string[],
    claimed: Uint8Array | undefined,
  ): Appraised {
    const { attesters, seal, clock } = this.#parts;
    if (before.standing === 'revoked') {
      throw new KitenError('kiten/attestation-forbidden', `${before.id} is revoked: it enrols anew first.`);
    }
    const attester = attesters.find(before.id);
    if (attester === undefined) throw unknownKey(before.id);
    const subject = deviceSubject(before.id);
    // Later evidence is newer, however the clock was set in between.
    const receivedAt = Math.max(clock.now(), newestWord(before) + 1);
    const sealed = seal({ mediaType: tpmEvidenceMediaType, subject, receivedAt, via, body });
    const { conclusions, nonce, last } = this.#judge(before, attester, sealed, claimed);
    const { everySeconds, deadlineSeconds } = this.#settings(before);
    // A tenth of the time between, beside the time that an answer may take: not every agent comes to the second.
    const holdsUntil = receivedAt + everySeconds * 1100 + deadlineSeconds * 1000;
    const context = { subject, at: receivedAt, holdsUntil, premises: [sealed.digest] };
    const findings = findingsOf(conclusions, context);
    return { sealed, findings, holdsUntil, ...(nonce && { nonce }), ...(last && { last }) };
  }

  #judge(before: DeviceRecord, attester: Attester, sealed: SealedEvidence, claimed: Uint8Array | undefined) {
    const { attesters, endorsements, images } = this.#parts;
    const decoded = readable(sealed.body);
    if (decoded instanceof KitenError) return unreadable(decoded.code);
    const nonce = claimed ?? answeredNonce(decoded);
    if (nonce === undefined) return unreadable('quote');
    const problem = this.#challenges.redeem(before.id, nonce);
    if (problem !== undefined) return { conclusions: [nonceConclusion(problem, nonce)] };
    const state = attester.last?.state;
    const endorsement = endorsements.checked(attester);
    const appraised = appraiseTpmEvidence(decoded, {
      key: attesters.attestationKey(attester),
      nonce,
      images: images(before.id),
      unknownFiles: this.#settings(before).unknownFiles,
      ...(state === undefined ? {} : { state }),
      ...(endorsement === undefined ? {} : { endorsement }),
    });
    // Quotes that prove nothing leave what is remembered as it was.
    const next = appraised.state ?? state;
    const last: LastEvidence = {
      nonce,
      digest: sealed.digest,
      receivedAt: sealed.receivedAt,
      ...(next === undefined ? {} : { state: next }),
      ...(state === undefined ? {} : { before: state }),
    };
    return { conclusions: appraised.conclusions, nonce, ...(appraised.state === undefined ? {} : { last }) };
  }

  #proposal(before: DeviceRecord, { sealed, findings, last }: Appraised): Proposal {
    const { trust, attesters } = this.#parts;
    const considered = trust.considered(before, sealed, findings);
    if (last === undefined) return considered;
    return {
      ...considered,
      store: async (store) => {
        await considered.store(store);
        await storeLast(store, before.id, last);
      },
      done: () => {
        considered.done?.();
        const attester = attesters.find(before.id);
        if (attester !== undefined) attesters.put({ ...attester, last });
      },
    };
  }
}

/** When what was found last by evidence was taken. */
const newestWord = ({ findings }: DeviceRecord): number =>
  Math.max(0, ...findings.filter(({ appraiser }) => appraiser === appraiserName).map(({ at }) => at));

/** A device whose evidence proved nothing may try again soon. */
const retry = 60_000;

function readable(body: Uint8Array): TpmEvidence | KitenError {
  try {
    return decodeTpmEvidence(body);
  } catch (error) {
    if (error instanceof KitenError) return error;
    throw error;
  }
}

const unreadable = (
  problem: string,
): { conclusions: readonly Conclusion[]; nonce?: Uint8Array; last?: LastEvidence } => ({
  conclusions: [conclude('evidence-unreadable', 'quote', { problem })],
});

function unknownKey(device: string): KitenError {
  return new KitenError(
    'kiten/attestation-key-unknown',
    `No attestation key speaks for ${device}: activate one at POST /attest/key first.`,
  );
}
