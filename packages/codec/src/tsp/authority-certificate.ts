import { equalBytes } from '../bytes.ts';
import type { SignerIdentifier } from '../cms/signer-info.ts';
import { type CertificateReference, isNamedBy } from '../cms/signing-certificate.ts';
import { KitenError } from '../error.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type GeneralName, isDirectoryName } from '../x509/general-name.ts';
import { extensionOid, keyPurpose } from '../x509/object-identifiers.ts';
import type { HashFunction } from './signed-attributes.ts';

/** The certificate that signed, and those that may lead from it to a root. */
export interface NamedCertificates {
  readonly certificate: Certificate;
  readonly intermediates: readonly Certificate[];
}

/**
 * The one certificate of the pool that the signer points to and names in its attributes. If a list names others
 * besides, only those may be used to validate it (RFC 5035 §3, §5).
 *
 * @param lists at least one, none empty; the first reference of each is to the signer's certificate.
 * @throws KitenError `codec/tsp-signer-missing`, `codec/tsp-signing-certificate`.
 */
export async function namedCertificates(
  pool: readonly Certificate[],
  identifier: SignerIdentifier,
  lists: readonly (readonly CertificateReference[])[],
  hash: HashFunction,
): Promise<NamedCertificates> {
  const candidates = pool.filter((certificate) => isIdentified(certificate, identifier));
  if (candidates.length === 0) {
    const message = 'The certificate of the authority is neither in the token nor handed in.';
    throw new KitenError('codec/tsp-signer-missing', message);
  }
  const isNamed = async (certificate: Certificate, references: readonly CertificateReference[]) => {
    for (const reference of references) {
      if (isNamedBy(reference, certificate, await hash(reference.hash, certificate.der))) return true;
    }
    return false;
  };
  const keepNamed = async (
    certificates: readonly Certificate[],
    references: readonly CertificateReference[],
  ) => {
    const kept = await Promise.all(certificates.map((certificate) => isNamed(certificate, references)));
    return certificates.filter((_, index) => kept[index]);
  };
  let signers = candidates;
  let intermediates = pool;
  for (const [first, ...others] of lists) {
    signers = await keepNamed(signers, [first!]);
    if (others.length > 0) intermediates = await keepNamed(intermediates, others);
  }
  const [certificate] = signers;
  if (certificate === undefined) {
    const message = 'The certificate that the authority names is not the one that its signature points to.';
    throw new KitenError('codec/tsp-signing-certificate', message);
  }
  return { certificate, intermediates };
}

const isIdentified = (certificate: Certificate, identifier: SignerIdentifier): boolean =>
  identifier.kind === 'issuerAndSerialNumber'
    ? equalBytes(identifier.issuerDer, certificate.issuerDer) &&
      equalBytes(identifier.serialNumber, certificate.serialNumber)
    : certificate.subjectKeyIdentifier !== undefined &&
      equalBytes(identifier.keyIdentifier, certificate.subjectKeyIdentifier);

/**
 * Holds a certificate against what RFC 3161 §2.3 asks of an authority: a key for time-stamps and nothing else. It
 * was valid at the time that it states, and has the name that the token gives as a hint.
 *
 * @throws KitenError `codec/tsp-extended-key-usage`, `codec/tsp-key-usage`, `codec/tsp-signer-validity`,
 * `codec/tsp-tsa-name`.
 */
export function checkAuthority(
  certificate: Certificate,
  { time, tsa }: { time: number; tsa?: GeneralName | undefined },
): void {
  const { extendedKeyUsage, keyUsage, basicConstraints, notBefore, notAfter } = certificate;
  const isCritical = certificate.extensions.some(
    ({ oid, critical }) => oid === extensionOid.extendedKeyUsage && critical,
  );
  const [purpose, ...others] = extendedKeyUsage ?? [];
  if (!isCritical || purpose !== keyPurpose.timeStamping || others.length > 0) {
    const message = 'The critical and only extended key usage of an authority is time-stamping.';
    throw new KitenError('codec/tsp-extended-key-usage', message);
  }
  if (basicConstraints?.ca === true || keyUsage?.every((use) => signs.has(use)) === false) {
    const message = 'The key of an authority signs time-stamps and does nothing else.';
    throw new KitenError('codec/tsp-key-usage', message);
  }
  if (time < notBefore || time > notAfter) {
    const message = 'The certificate of the authority is not valid at the time that the token states.';
    throw new KitenError('codec/tsp-signer-validity', message, { detail: { time, notBefore, notAfter } });
  }
  if (tsa !== undefined && !hasName(certificate, tsa)) {
    const message = 'The authority has another name in its certificate than in the token.';
    throw new KitenError('codec/tsp-tsa-name', message);
  }
}

/** The uses that go with time-stamping (RFC 5280 §4.2.1.12). */
const signs: ReadonlySet<string> = new Set(['digitalSignature', 'nonRepudiation']);

const hasName = ({ subjectDer, subjectAlternativeNames }: Certificate, name: GeneralName): boolean =>
  isDirectoryName(name, subjectDer) || subjectAlternativeNames.some((other) => isSameName(name, other));

function isSameName(left: GeneralName, right: GeneralName): boolean {
  if ('value' in left) return 'value' in right && left.kind === right.kind && left.value === right.value;
  if ('bytes' in left) return 'bytes' in right && equalBytes(left.bytes, right.bytes);
  return 'der' in right && equalBytes(left.der, right.der);
}
