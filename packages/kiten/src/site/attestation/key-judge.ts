import {
  appraiserName,
  type CertifyProblem,
  certifyStatementType,
  checkCertify,
  decodeCertifyStatement,
  decodeWrapperStatement,
  type NonceProblem,
  type ReferenceImage,
  tpmEvidenceMediaType,
  wrapperStatementType,
} from '@kiten/attestation';
import { type AttestationBundle, type Clock, type ErrorCode, equalBytes, KitenError } from '@kiten/codec';
import { type KeyAttestation, type KeyJudgement, type KeyQuestion, sha256Hex } from '@kiten/identity';
import {
  type ClaimName,
  composeVector,
  currentFindings,
  deviceSubject,
  severityOf,
  type Tier,
  tierOf,
} from '@kiten/trust';
import type { DeviceBook } from '../device-book.ts';
import type { KeyRule } from '../group-settings.ts';
import { defaultGroup } from '../register.ts';
import type { Appraisals } from './appraisals.ts';
import type { AttestationDesk } from './attestation-desk.ts';
import type { Attester, AttesterBook } from './attester-book.ts';

export interface KeyJudgeParts {
  readonly book: Pick<DeviceBook, 'find' | 'attestation'>;
  readonly attesters: Pick<AttesterBook, 'find' | 'attestationKey'>;
  readonly nonces: Pick<AttestationDesk, 'nonce' | 'redeem'>;
  readonly appraisals: Appraisals;
  readonly images: (device: string) => readonly ReferenceImage[];
  readonly clock: Clock;
}

/** What a TPM says of the key in a certification request, held against the attestation key that was activated in it. */
export class KeyJudge implements KeyAttestation {
  readonly #parts: KeyJudgeParts;

  constructor(parts: KeyJudgeParts) {
    this.#parts = parts;
  }

  challenge(device: string) {
    return this.#parts.nonces.nonce(device);
  }

  /**
   * A statement that is there has to hold, whether the groups ask for one or not. Refuses with
   * `kiten/key-unattested`, `kiten/attestation-key-unknown`, `kiten/key-statement-unreadable`,
   * `kiten/key-of-another-tpm`, `kiten/key-exportable`, `kiten/key-mixed`, `kiten/key-statement-stale`,
   * `kiten/device-unapproved`.
   */
  async judge(question: KeyQuestion): Promise<KeyJudgement> {
    try {
      return await this.#judge(question);
    } catch (error) {
      if (error instanceof KitenError) return { refusal: error };
      throw error;
    }
  }

  async #judge({ device, groups, publicKey, bundle }: KeyQuestion): Promise<KeyJudgement> {
    const rule = this.#rule(groups);
    const statement = bundle?.statements.find(({ type }) => type === certifyStatementType);
    if (bundle === undefined || statement === undefined) {
      if (rule === 'any') return {};
      throw refuse(
        'kiten/key-unattested',
        'This group takes keys that a TPM certifies (TPM2_Certify), and the request shows none.',
      );
    }
    const { attester, key, nonce } = this.#certified(device, statement.statement, publicKey);
    await this.#redeem(device, nonce);
    if (rule === 'hardware-approved' && !(await this.#isApproved(attester, nonce, bundle))) {
      throw refuse(
        'kiten/device-unapproved',
        'This group takes keys of devices in an approved state, and nothing shows that this one is.',
      );
    }
    return key.name === undefined ? {} : { heldBy: key.name };
  }

  #rule(groups: readonly string[]): KeyRule {
    const named = groups.length === 0 ? [defaultGroup] : groups;
    return this.#parts.book.attestation({ groups: named }).key;
  }

  /** The nonce that the device's own TPM answered when it certified this very key. */
  #certified(device: string, statement: Uint8Array, publicKey: Uint8Array) {
    const { attesters } = this.#parts;
    const attester = attesters.find(device);
    if (attester === undefined) {
      throw refuse(
        'kiten/attestation-key-unknown',
        `No attestation key speaks for ${device}: activate one at POST /attest/key first.`,
      );
    }
    const key = attesters.attestationKey(attester);
    const checked = checkCertify(
      readable(() => decodeCertifyStatement(statement)),
      key,
      undefined,
    );
    if (checked.problem !== undefined) throw refusals[checked.problem]();
    if (!equalBytes(checked.key.publicKey, publicKey)) throw mixed();
    return { attester, key, nonce: checked.attest.extraData };
  }

  async #redeem(device: string, nonce: Uint8Array): Promise<void> {
    const problem = await this.#parts.nonces.redeem(device, nonce);
    if (problem !== undefined)
      throw refuse(
        'kiten/key-statement-stale',
        `The TPM’s statement on the key answers no nonce of this site: it is ${stale[problem]}. Ask for one at /.well-known/est/nonce.`,
      );
  }

  /** By evidence in the request over the same nonce, or by what the device proved last, as long as that holds. */
  async #isApproved(attester: Attester, nonce: Uint8Array, bundle: AttestationBundle): Promise<boolean> {
    const { device } = attester;
    const wrapped = bundle.statements.find(({ type }) => type === wrapperStatementType);
    if (wrapped === undefined) return this.#isKnownToBeApproved(device);
    const body = readable(() => decodeWrapperStatement(wrapped.statement));
    const { images, appraisals, clock } = this.#parts;
    const receivedAt = clock.now();
    const subject = deviceSubject(device);
    const { findings, memory } = await appraisals.appraise({
      attester,
      evidence: { mediaType: tpmEvidenceMediaType, subject, receivedAt, via: [], body },
      // Nothing of it is kept: what it says counts for this one request.
      name: { digest: `sha256:${sha256Hex(body)}` },
      nonce,
      images: images(device),
      holdsUntil: receivedAt + 1,
    });
    if (memory.nonce === undefined) throw unreadable();
    return isApproved(findings);
  }

  #isKnownToBeApproved(device: string): boolean {
    const findings = this.#parts.book.find(device)?.findings ?? [];
    const current = currentFindings(findings, this.#parts.clock.now());
    return isApproved(current.filter(({ appraiser }) => appraiser === appraiserName));
  }
}

/** Who it is and what runs are affirmed, and nothing speaks against it. */
function isApproved(findings: readonly { readonly claim: ClaimName; readonly value: number }[]): boolean {
  const vector = composeVector(findings);
  const tiers: readonly Tier[] = Object.values(vector).map(tierOf);
  const affirms = (claim: ClaimName) => tierOf(vector[claim]) === 'affirming';
  return (
    affirms('instance-identity') &&
    affirms('executables') &&
    tiers.every((tier) => severityOf(tier) < severityOf('warning'))
  );
}

const refuse = (code: ErrorCode, message: string, cause?: KitenError): KitenError =>
  new KitenError(code, message, cause === undefined ? {} : { cause });

const unreadable = (cause?: KitenError) =>
  refuse(
    'kiten/key-statement-unreadable',
    'What the request shows for its key is no statement of a TPM on a key.',
    cause,
  );
const foreign = () =>
  refuse(
    'kiten/key-of-another-tpm',
    'The statement on the key is not signed by the attestation key of this device.',
  );
const mixed = () =>
  refuse('kiten/key-mixed', 'The TPM’s statement is on another key than the one that the request is for.');

const refusals: Readonly<Record<CertifyProblem, () => KitenError>> = {
  'message-unreadable': unreadable,
  'signature-unreadable': unreadable,
  'key-unreadable': unreadable,
  'attest-type': unreadable,
  'key-unrestricted': foreign,
  signature: foreign,
  'signature-hash': foreign,
  'signature-scheme': foreign,
  nonce: unreadable,
  'key-name': mixed,
  'key-exportable': () =>
    refuse(
      'kiten/key-exportable',
      'The key can leave its TPM or was made outside: make it with fixedTPM, fixedParent and sensitiveDataOrigin.',
    ),
};

const stale: Readonly<Record<NonceProblem, string>> = {
  'unknown-or-used': 'unknown here or used already',
  expired: 'expired',
  'of-another-device': 'of another device',
};

function readable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof KitenError) throw unreadable(error);
    throw error;
  }
}
