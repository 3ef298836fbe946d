// Everything about certificates that leaves this package, by name.
export { decodeBase64Lines, encodeBase64Lines } from './base64-lines.ts';
export { decodeCertsOnly, encodeCertsOnly } from './cms/certs-only.ts';
export type { BitString } from './der/bit-string.ts';
export { DerReader, readDer } from './der/reader.ts';
export { inSetOrder, readSetOf } from './der/set-of.ts';
export { contextConstructed, contextPrimitive, derTag } from './der/tags.ts';
export { DerWriter, writeDer } from './der/writer.ts';
export { decodePem, encodePem, type PemBlock } from './pem.ts';
export type { MessageImprint } from './tsp/message-imprint.ts';
export { encodeTimeStampRequest, type TimeStampRequestFields } from './tsp/request.ts';
export {
  grantedToken,
  parseTimeStampResponse,
  type TimeStampFailure,
  type TimeStampGrant,
  type TimeStampRefusal,
  type TimeStampResponse,
  type TimeStampStatus,
} from './tsp/response.ts';
export type { HashFunction } from './tsp/signed-attributes.ts';
export type { TimeStampInfo } from './tsp/time-stamp-info.ts';
export { parseTimeStampToken, type TimeStampToken } from './tsp/token.ts';
export {
  type VerifiedTimeStamp,
  type VerifyTimeStampOptions,
  verifyTimeStamp,
} from './tsp/verify-time-stamp.ts';
export { type SignatureAlgorithm, signatureAlgorithmIdentifier } from './x509/algorithm-identifier.ts';
export {
  type AttestationBundle,
  type AttestationStatement,
  attestationAttribute,
  decodeAttestationBundle,
  encodeAttestationBundle,
} from './x509/attestation-bundle.ts';
export type { Attribute } from './x509/attribute.ts';
export type { AttributeShortName } from './x509/attribute-types.ts';
export { type BasicConstraints, basicConstraintsExtension } from './x509/basic-constraints.ts';
export { type Certificate, parseCertificate, verifyCertificateSignature } from './x509/certificate.ts';
export type { CertificateExtensions } from './x509/certificate-extensions.ts';
export {
  type CertificateList,
  parseCertificateList,
  type RevokedCertificate,
  verifyCertificateListSignature,
} from './x509/certificate-list.ts';
export { type PathConditions, rootOf as certificationRoot } from './x509/certification-path.ts';
export {
  type CertificationRequest,
  parseCertificationRequest,
  verifyCertificationRequest,
} from './x509/certification-request.ts';
export {
  type CertificationRequestFields,
  createCertificationRequest,
} from './x509/create-certification-request.ts';
export { crlDistributionPointsExtension, type DistributionPoint } from './x509/distribution-points.ts';
export { extendedKeyUsageExtension } from './x509/extended-key-usage.ts';
export type { Extension, ExtensionList } from './x509/extension.ts';
export type { GeneralName, GeneralNameInput } from './x509/general-name.ts';
export {
  type AccessDescription,
  accessMethod,
  authorityInformationAccessExtension,
} from './x509/information-access.ts';
export {
  type CertificateFields,
  type IssuanceFields,
  type IssuanceTemplate,
  issuanceTemplate,
  issueCertificate,
  type SubjectFields,
} from './x509/issue-certificate.ts';
export {
  type CertificateListFields,
  issueCertificateList,
  type Revocation,
} from './x509/issue-certificate-list.ts';
export {
  authorityKeyIdentifierExtension,
  keyIdentifier,
  subjectKeyIdentifierExtension,
} from './x509/key-identifiers.ts';
export { type KeyUsage, type KeyUsageBit, keyUsageExtension } from './x509/key-usage.ts';
export { encodeName, type Name, type NameAttribute } from './x509/name.ts';
export { nameToString } from './x509/name-to-string.ts';
export { extensionOid, keyPurpose } from './x509/object-identifiers.ts';
export {
  type Curve,
  type PublicKeyAlgorithm,
  publicKeyAlgorithm,
  type RsaKeyAlgorithm,
  rsaBits,
} from './x509/public-key-algorithm.ts';
export type { RevocationReason } from './x509/revocation-reason.ts';
export { subjectAlternativeNameExtension } from './x509/subject-alternative-name.ts';
export { noExpiry, type Validity } from './x509/validity.ts';
