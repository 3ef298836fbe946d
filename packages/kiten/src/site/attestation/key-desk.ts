import { timingSafeEqual } from 'node:crypto';
import {
  attestationKeyProblem,
  endorsementCertificate,
  type KeyActivation,
  type KeyConfirmation,
  type KeyConfirmed,
  type KeyRequest,
  makeCredential,
  readTpmKey,
  sameKey,
  type TpmKey,
} from '@kiten/attestation';
import { type Clock, KitenError, parseCertificate, toBase64Url } from '@kiten/codec';
import { sha256Hex } from '@kiten/identity';
import { deviceSubject, type RecordedEvent } from '@kiten/trust';
import { encodeEncryptedSecret, encodeIdObject, encodePublicArea } from '@kiten/wire';
import { forgetAttester, type KeptAttester, putAttester } from '../../store/attesters.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import type { Random } from '../secrets.ts';
import { type AttesterBook, keyName } from './attester-book.ts';
import type { EndorsementDesk } from './endorsement-desk.ts';

export interface KeyDeskParts {
  readonly attesters: AttesterBook;
  readonly endorsements: Pick<EndorsementDesk, 'judge'>;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  /** A device asks for a key in another TPM than its own. */
  readonly anotherTpm: (device: string, endorsementKey: string, request: KeyRequest) => Promise<void>;
  /** A device asks for a key in a TPM that is another device's. */
  readonly tpmInUse: (device: string, owner: string, request: KeyRequest) => Promise<void>;
  /** An operator lets a device come with another TPM: that it did no longer counts against it. */
  readonly forgiven: (device: string, operator: Operator, reason: string) => Promise<void>;
}

interface Activation {
  readonly device: string;
  readonly attester: Omit<KeptAttester, 'activatedAt'>;
  readonly secret: Uint8Array;
  readonly until: number;
}

const lifetime = 60_000;
const capacity = 10_000;
const secretBytes = 32;

/** Which key speaks for a device: one that its TPM shows to hold (TPM 2.0 Library, Part 1, 24). */
export class KeyDesk {
  readonly #parts: KeyDeskParts;
  readonly #open = new Map<string, Activation>();
  /** Of each device, the last: asking again ends what was asked before. */
  readonly #byDevice = new Map<string, string>();

  constructor(parts: KeyDeskParts) {
    this.#parts = parts;
  }

  /**
   * Has the TPM prove that it holds both keys.
   *
   * @throws KitenError `kiten/attestation-key-refused`, `kiten/attestation-key-another-tpm`,
   *   `kiten/attestation-key-tpm-in-use`, and what reading keys and certificates throws
   */
  async request(device: string, request: KeyRequest): Promise<KeyActivation> {
    const { clock, random, attesters, anotherTpm, tpmInUse } = this.#parts;
    const attestationKey = readTpmKey(request.attestationKey);
    const problem = attestationKeyProblem(attestationKey);
    if (problem !== undefined) throw refused(problem);
    const endorsementKey = readTpmKey(request.endorsementKey);
    if (endorsementKey.area === undefined) throw refused('key-without-area');
    mustBeCertificates(request);
    const secret = random(secretBytes);
    const credential = makeCredential(endorsementKey, attestationKey.name as Uint8Array, secret, random);
    const known = attesters.find(device);
    if (known !== undefined && !sameKey(attesters.endorsementKey(known), endorsementKey)) {
      await anotherTpm(device, sha256Hex(endorsementKey.publicKey), request);
      throw anotherTpmRefusal(device);
    }
    const owner = attesters.ownerOf(endorsementKey);
    if (owner !== undefined && owner !== device) {
      await tpmInUse(device, owner, request);
      throw tpmInUseRefusal();
    }
    const activation = toBase64Url(random(16));
    const until = clock.now() + lifetime;
    const { endorsementCertificate: certificate, intermediates = [] } = request;
    const attester = {
      device,
      attestationKey: areaOf(attestationKey),
      endorsementKey: areaOf(endorsementKey),
      ...(certificate === undefined ? {} : { endorsementCertificate: certificate }),
      intermediates,
    };
    this.#remember(activation, { device, attester, secret, until });
    return {
      activation,
      credential: encodeIdObject(credential),
      secret: encodeEncryptedSecret(credential),
      expiresAt: until,
    };
  }

  /**
   * The TPM has opened the credential: from now on that key speaks for the device.
   *
   * @throws KitenError `kiten/activation-unknown`, `kiten/activation-wrong`, `kiten/attestation-key-another-tpm`,
   *   `kiten/attestation-key-tpm-in-use`
   */
  async confirm(device: string, { activation: id, secret }: KeyConfirmation): Promise<KeyConfirmed> {
    const { attesters, endorsements, journal, clock } = this.#parts;
    const activation = this.#redeem(device, id);
    if (secret.length !== secretBytes || !timingSafeEqual(secret, activation.secret)) throw wrongSecret();
    const at = clock.now();
    const attester = { ...activation.attester, activatedAt: at };
    // Another one may have been confirmed since.
    const known = attesters.find(device);
    const endorsementKey = attesters.endorsementKey(attester);
    if (known !== undefined && !sameKey(attesters.endorsementKey(known), endorsementKey))
      throw anotherTpmRefusal(device);
    const owner = attesters.ownerOf(endorsementKey);
    if (owner !== undefined && owner !== device) throw tpmInUseRefusal();
    const judged = endorsements.judge(attester);
    const endorsement =
      judged.problem === undefined ? { vendor: judged.vendor.name } : { problem: judged.problem };
    const key = attesters.attestationKey(attester);
    const event: RecordedEvent = {
      type: 'attestation-key/activated',
      at,
      actor: deviceActor(device),
      subject: deviceSubject(device),
      data: {
        attestationKey: keyName(key),
        endorsementKey: sha256Hex(endorsementKey.publicKey),
        endorsement: 'vendor' in endorsement ? `vendor ${endorsement.vendor}` : endorsement.problem,
        ...(attester.endorsementCertificate === undefined
          ? {}
          : { certificate: sha256Hex(attester.endorsementCertificate) }),
      },
    };
    const giveBack = attesters.reserve(endorsementKey, device);
    try {
      await journal.commit([event], (store) => putAttester(store, attester));
    } catch (error) {
      giveBack();
      throw error;
    }
    const last = attesters.find(device)?.last;
    attesters.put(last === undefined ? attester : { ...attester, last });
    return { device, attestationKey: key.name as Uint8Array, endorsement };
  }

  /**
   * Lets a device come with another TPM: an operator says why.
   *
   * @throws KitenError `kiten/attestation-key-unknown`
   */
  async forget(device: string, operator: Operator, reason: string): Promise<void> {
    const { attesters, journal, clock, forgiven } = this.#parts;
    const attester = attesters.find(device);
    if (attester === undefined) {
      throw new KitenError('kiten/attestation-key-unknown', `${device} has no attestation key here.`);
    }
    const event: RecordedEvent = {
      type: 'attestation-key/forgotten',
      at: clock.now(),
      actor: `operator:${operator.name}`,
      subject: deviceSubject(device),
      reason,
      data: { attestationKey: keyName(attesters.attestationKey(attester)) },
    };
    await journal.commit([event], (store) => forgetAttester(store, device));
    attesters.remove(device);
    await forgiven(device, operator, reason);
  }

  #remember(id: string, activation: Activation): void {
    const now = this.#parts.clock.now();
    const earlier = this.#byDevice.get(activation.device);
    if (earlier !== undefined) this.#drop(earlier);
    // All have the same lifetime, so the oldest end first.
    for (const [old, { until }] of this.#open) {
      if (until > now && this.#open.size < capacity) break;
      this.#drop(old);
    }
    this.#open.set(id, activation);
    this.#byDevice.set(activation.device, id);
  }

  #drop(id: string): void {
    const device = this.#open.get(id)?.device;
    this.#open.delete(id);
    if (device !== undefined && this.#byDevice.get(device) === id) this.#byDevice.delete(device);
  }

  /** Uses an activation up, whatever comes of it; what is another device's stays there. */
  #redeem(device: string, id: string): Activation {
    const activation = this.#open.get(id);
    if (activation?.device !== device) throw unknownActivation();
    this.#drop(id);
    if (this.#parts.clock.now() >= activation.until) throw unknownActivation();
    return activation;
  }
}

const deviceActor = (device: string): string => `device:${device}`;
const areaOf = ({ area }: TpmKey): Uint8Array => encodePublicArea(area as NonNullable<TpmKey['area']>);

/** They are looked at when they are judged; what is no certificate is told at once. */
function mustBeCertificates({ endorsementCertificate: der, intermediates = [] }: KeyRequest): void {
  if (der !== undefined) endorsementCertificate(der);
  for (const one of intermediates) parseCertificate(one);
}

const refused = (problem: string): KitenError =>
  new KitenError(
    'kiten/attestation-key-refused',
    `This is no key that attests (${problem}): make it with tpm2_createak, or restricted, signing, fixedTPM, fixedParent and sensitiveDataOrigin; and send public areas, not bare keys.`,
  );

const anotherTpmRefusal = (device: string): KitenError =>
  new KitenError(
    'kiten/attestation-key-another-tpm',
    `${device} is known with another TPM. If it was replaced, an operator allows it: kiten device attestation-key forget ${device}.`,
  );

/** It does not say whose: the operator sees that in the finding. */
const tpmInUseRefusal = (): KitenError =>
  new KitenError(
    'kiten/attestation-key-tpm-in-use',
    'This TPM is another device’s here. If the board was moved, an operator has the other device forget it: kiten device attestation-key forget ID.',
  );

const unknownActivation = (): KitenError =>
  new KitenError('kiten/activation-unknown', 'There is no such activation any more: ask for the key again.');

const wrongSecret = (): KitenError =>
  new KitenError(
    'kiten/activation-wrong',
    'This is not the secret of the credential: ask for the key again.',
  );
