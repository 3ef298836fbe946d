import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { type Extension, extension } from './extension.ts';
import { extensionOid } from './object-identifiers.ts';

/** By their numbers (RFC 5280 §5.3.1); 7 was never given out. */
const reasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

export type RevocationReason = NonNullable<(typeof reasons)[number]>;

export function readRevocationReason(value: DerReader): RevocationReason {
  const { offset } = value;
  const reason = reasons[value.smallInteger(reasons.length - 1, derTag.enumerated)];
  if (reason === undefined)
    throw refusal('codec/x509-crl-reason', 'No reason for revocation has this number.', offset);
  return reason;
}

export const revocationReasonExtension = (reason: RevocationReason): Extension =>
  extension(extensionOid.reasonCode, false, (writer) => {
    writer.smallInteger(reasons.indexOf(reason), derTag.enumerated);
  });
