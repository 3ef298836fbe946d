import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  type Certificate,
  type Clock,
  issueCertificate,
  keyIdentifier,
  keyUsageExtension,
  type Name,
  type Signer,
  subjectAlternativeNameExtension,
  subjectKeyIdentifierExtension,
  toHex,
} from '@kiten/codec';
import { sha256 } from '../digest.ts';
import type { Random } from '../random.ts';
import { siteSpiffeId, type TrustDomain } from '../spiffe-id.ts';
import { randomSerialNumber } from './serial-number.ts';
import { authorityValidity, defaultLifetimes, type Validity } from './validity.ts';

export interface NewAuthority {
  readonly trustDomain: TrustDomain;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds. */
  readonly lifetime?: number;
}

/**
 * A root CA certificate (DER), signed by its own key. After it has signed issuing CAs and a revocation list, the key
 * can be taken off the machine: nothing in daily operation needs it.
 */
export function createRoot(site: NewAuthority & { readonly signer: Signer }): Uint8Array {
  const { signer, lifetime = defaultLifetimes.root } = site;
  const subject = nameOf('root', site.trustDomain, signer.publicKey);
  const validity = authorityValidity(site.clock.now(), lifetime);
  return certify(
    site,
    { subject, issuer: subject, publicKey: signer.publicKey, pathLength: 1, validity },
    signer,
  );
}

/**
 * An issuing CA certificate (DER) under a root: it may sign devices and servers, no further CAs. Name constraints
 * are left out, because libraries without support for URI constraints refuse the whole chain (X509-SVID §4.2).
 */
export function createIssuingAuthority(
  site: NewAuthority & {
    readonly publicKey: Uint8Array;
    readonly root: { readonly certificate: Certificate; readonly signer: Signer };
  },
): Uint8Array {
  const { publicKey, root, lifetime = defaultLifetimes.issuing } = site;
  const { notBefore, notAfter } = authorityValidity(site.clock.now(), lifetime);
  const validity = {
    notBefore: Math.max(notBefore, root.certificate.notBefore),
    notAfter: Math.min(notAfter, root.certificate.notAfter),
  };
  const subject = nameOf('issuing', site.trustDomain, publicKey);
  return certify(
    site,
    { subject, issuer: root.certificate, publicKey, pathLength: 0, validity },
    root.signer,
  );
}

export interface AuthorityFields {
  readonly subject: Name | Uint8Array;
  readonly issuer: Name | Uint8Array | Certificate;
  readonly publicKey: Uint8Array;
  readonly pathLength: number;
  readonly validity: Validity;
}

/** A CA certificate (DER). Under a name and not under a certificate, it is under its own key. */
export function certify(
  { trustDomain, random }: Pick<NewAuthority, 'trustDomain' | 'random'>,
  fields: AuthorityFields,
  signer: Signer,
): Uint8Array {
  const { subject, issuer, publicKey, pathLength, validity } = fields;
  const issued = 'subjectDer' in issuer;
  const extensions = [
    basicConstraintsExtension({ ca: true, pathLength }),
    keyUsageExtension(['keyCertSign', 'cRLSign']),
    subjectKeyIdentifierExtension(keyIdentifier(publicKey, sha256)),
    authorityKeyIdentifierExtension(keyIdentifier(issued ? issuer.publicKey : publicKey, sha256)),
    // A signing certificate should itself be an SVID, one without a path (X509-SVID §3.2).
    subjectAlternativeNameExtension([{ kind: 'uri', value: siteSpiffeId(trustDomain) }]),
  ];
  const serialNumber = randomSerialNumber(random);
  const name = issued ? issuer.subjectDer : issuer;
  return issueCertificate(
    { serialNumber, issuer: name, subject, publicKey, ...validity, extensions },
    signer,
  );
}

/** The key's identifier makes the name unique: a successor under the same name would confuse path building. */
function nameOf(kind: 'root' | 'issuing', trustDomain: TrustDomain, publicKey: Uint8Array): Name {
  const id = toHex(keyIdentifier(publicKey, sha256).subarray(0, 4));
  return [
    { type: 'O', value: trustDomain.slice(0, 64) },
    { type: 'CN', value: `Kiten ${kind} CA ${id}` },
  ];
}
