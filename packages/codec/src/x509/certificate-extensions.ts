import type { DerReader } from '../der/reader.ts';
import { type BasicConstraints, readBasicConstraints } from './basic-constraints.ts';
import { type DistributionPoint, readDistributionPoints } from './distribution-points.ts';
import { readExtendedKeyUsage } from './extended-key-usage.ts';
import { type ExtensionList, noExtensions, readExtensions } from './extension.ts';
import type { GeneralName } from './general-name.ts';
import { type AccessDescription, readInformationAccess } from './information-access.ts';
import {
  type AuthorityKeyIdentifier,
  readAuthorityKeyIdentifier,
  readSubjectKeyIdentifier,
} from './key-identifiers.ts';
import { type KeyUsage, readKeyUsage } from './key-usage.ts';
import { extensionOid } from './object-identifiers.ts';
import { readSubjectAlternativeName } from './subject-alternative-name.ts';

/** The extensions that are decoded, of a certificate or of those that a request asks for. */
export interface CertificateExtensions extends ExtensionList {
  /** Empty when there is no such extension. */
  readonly subjectAlternativeNames: readonly GeneralName[];
  readonly keyUsage?: KeyUsage;
  /** Dotted identifiers. */
  readonly extendedKeyUsage?: readonly string[];
  readonly basicConstraints?: BasicConstraints;
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  /** The other way in which an authority key identifier may point to the issuer. */
  readonly authorityCertificate?: NonNullable<AuthorityKeyIdentifier['certificate']>;
  readonly crlDistributionPoints: readonly DistributionPoint[];
  readonly authorityInformationAccess: readonly AccessDescription[];
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export const noCertificateExtensions: CertificateExtensions = {
  ...noExtensions,
  subjectAlternativeNames: [],
  crlDistributionPoints: [],
  authorityInformationAccess: [],
};

export function readCertificateExtensions(reader: DerReader): CertificateExtensions {
  const decoded: Mutable<CertificateExtensions> = { ...noCertificateExtensions };
  const { extensions, unknownCriticalExtensions } = readExtensions(reader, (oid, value) =>
    decode(decoded, oid, value),
  );
  decoded.extensions = extensions;
  decoded.unknownCriticalExtensions = unknownCriticalExtensions;
  return decoded;
}

function decode(decoded: Mutable<CertificateExtensions>, oid: string, value: DerReader): boolean {
  switch (oid) {
    case extensionOid.subjectAlternativeName:
      decoded.subjectAlternativeNames = readSubjectAlternativeName(value);
      return true;
    case extensionOid.keyUsage:
      decoded.keyUsage = readKeyUsage(value);
      return true;
    case extensionOid.extendedKeyUsage:
      decoded.extendedKeyUsage = readExtendedKeyUsage(value);
      return true;
    case extensionOid.basicConstraints:
      decoded.basicConstraints = readBasicConstraints(value);
      return true;
    case extensionOid.subjectKeyIdentifier:
      decoded.subjectKeyIdentifier = readSubjectKeyIdentifier(value);
      return true;
    case extensionOid.authorityKeyIdentifier: {
      const { keyIdentifier, certificate } = readAuthorityKeyIdentifier(value);
      if (keyIdentifier !== undefined) decoded.authorityKeyIdentifier = keyIdentifier;
      if (certificate !== undefined) decoded.authorityCertificate = certificate;
      return true;
    }
    case extensionOid.crlDistributionPoints:
      decoded.crlDistributionPoints = readDistributionPoints(value);
      return true;
    case extensionOid.authorityInformationAccess:
      decoded.authorityInformationAccess = readInformationAccess(value);
      return true;
    default:
      return false;
  }
}
