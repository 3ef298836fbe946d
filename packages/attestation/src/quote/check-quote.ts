import { attempt, equalBytes, KitenError } from '@kiten/codec';
import { type Attest, type Attested, decodeAttest, decodeTpmSignature, type TpmHash } from '@kiten/wire';
import { textOf } from '../hash.ts';
import type { TpmKey } from '../keys/attestation-key.ts';
import { type SignatureProblem, signatureProblem } from '../keys/tpm-signature.ts';
import type { PcrBanks } from '../register.ts';
import { pcrDigest } from './pcr-digest.ts';

/** What the TPM signed, and its signature. */
export interface SignedAttest {
  /** TPMS_ATTEST. */
  readonly message: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
}

/** What can stand against a signed attestation. */
export type AttestProblem =
  | 'message-unreadable'
  | 'signature-unreadable'
  | SignatureProblem
  /** The key may sign what does not come from the TPM. */
  | 'key-unrestricted'
  /** It attests to something else. */
  | 'attest-type'
  | 'nonce';

export type QuoteProblem = AttestProblem | 'pcr-digest' | 'pcr-missing';

/** A signed attestation as far as it could be checked. Without a problem, everything in it is what the TPM said. */
export type CheckedAttest<Type extends Attested['type'], Problem> =
  | { readonly problem: Problem; readonly code?: string; readonly attest?: Attest }
  | {
      readonly problem?: undefined;
      readonly attest: Attest;
      readonly attested: Extract<Attested, { type: Type }>;
      /** The hash of the signature's scheme. */
      readonly hash: TpmHash;
    };

/**
 * Checks who signed an attestation, of what type it is, and that it answers a nonce: in this order, so that nothing
 * is believed before its signature.
 *
 * @param nonce what has to stand in `extraData`; not checked if undefined
 */
export function checkAttest<Type extends Attested['type']>(
  type: Type,
  { message, signature }: SignedAttest,
  key: TpmKey,
  nonce: Uint8Array | undefined,
): CheckedAttest<Type, AttestProblem> {
  const signed = attempt(() => decodeTpmSignature(signature));
  if (signed instanceof KitenError) return { problem: 'signature-unreadable', code: signed.code };
  const problem = signatureProblem(message, signed, key);
  if (problem !== undefined) return { problem };
  const attest = attempt(() => decodeAttest(message));
  if (attest instanceof KitenError) return { problem: 'message-unreadable', code: attest.code };
  if (key.area !== undefined && !signsOnlyItsOwn(key)) return { problem: 'key-unrestricted', attest };
  const { attested } = attest;
  if (attested.type !== type) return { problem: 'attest-type', attest };
  if (nonce !== undefined && !equalBytes(attest.extraData, nonce)) return { problem: 'nonce', attest };
  return { attest, attested: attested as Extract<Attested, { type: Type }>, hash: signed.hash };
}

/**
 * Checks a quote (TPM2_Quote): as {@link checkAttest}, and that the values of its PCRs are these.
 *
 * @param banks the values that the attester says they have; not checked if undefined
 */
export function checkQuote(
  signed: SignedAttest,
  key: TpmKey,
  nonce: Uint8Array | undefined,
  banks?: PcrBanks,
): CheckedAttest<'quote', QuoteProblem> {
  const checked = checkAttest('quote', signed, key, nonce);
  if (checked.problem !== undefined || banks === undefined) return checked;
  const { attest, attested, hash } = checked;
  const digest = pcrDigest(attested.selections, banks, hash);
  if (digest === undefined) return { problem: 'pcr-missing', attest };
  return digest === textOf(attested.pcrDigest) ? checked : { problem: 'pcr-digest', attest };
}

/** A restricted key signs nothing that begins like an attestation unless it is one (Part 1, 23.5). */
const signsOnlyItsOwn = ({ area }: TpmKey): boolean =>
  area?.attributes.has('restricted') === true && area.attributes.has('signEncrypt');
