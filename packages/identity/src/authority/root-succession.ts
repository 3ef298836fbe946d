import {
  type Certificate,
  type Clock,
  equalBytes,
  KitenError,
  parseCertificate,
  type Signer,
  type Verify,
  verifyCertificateSignature,
} from '@kiten/codec';
import type { Random } from '../random.ts';
import type { TrustDomain } from '../spiffe-id.ts';
import { certify } from './create-authority-certificates.ts';
import { authorityValidity, defaultLifetimes } from './validity.ts';

/**
 * What leads from one root to the other while devices trust either (RFC 4210 §4.4, RFC 7030 §4.1.3). Certificates as DER.
 */
export interface RootSuccession {
  /** The root of before, signed by itself (OldWithOld). */
  readonly previousRoot: Uint8Array;
  /** The new root’s key under the one of before: leads those who trust that one to the new. */
  readonly newWithOld: Uint8Array;
  /** The key of before under the new root: leads those who trust the new one to what was issued before. */
  readonly oldWithNew: Uint8Array;
}

/**
 * A new root (DER) and the certificates that lead from one to the other. It bears the name of the one before, so that
 * each of them is self-issued and counts for no path length (RFC 5280 §6.1); key identifiers tell them apart.
 *
 * @param site.signer the new root's key
 * @throws KitenError `identity/authority-key-mismatch` if `previous` is not the certificate of its key
 */
export function createRootSuccession(site: {
  readonly trustDomain: TrustDomain;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly previous: { readonly certificate: Certificate; readonly signer: Signer };
  /** Milliseconds. */
  readonly lifetime?: number;
}): RootSuccession & { readonly root: Uint8Array } {
  const { signer, previous, lifetime = defaultLifetimes.root } = site;
  const { certificate: before } = previous;
  if (!equalBytes(before.publicKey, previous.signer.publicKey)) {
    throw new KitenError('identity/authority-key-mismatch', 'The key is not that of the root there is.');
  }
  const validity = authorityValidity(site.clock.now(), lifetime);
  const shared = { subject: before.subjectDer, pathLength: 1 };
  const root = certify(
    site,
    { ...shared, issuer: before.subjectDer, publicKey: signer.publicKey, validity },
    signer,
  );
  const until = Math.min(validity.notAfter, before.notAfter);
  const newWithOld = certify(
    site,
    {
      ...{ ...shared, issuer: before, publicKey: signer.publicKey },
      validity: { notBefore: Math.max(validity.notBefore, before.notBefore), notAfter: until },
    },
    previous.signer,
  );
  const { notBefore, notAfter } = before;
  const oldWithNew = certify(
    site,
    {
      ...{ ...shared, issuer: parseCertificate(root), publicKey: before.publicKey },
      validity: { notBefore, notAfter },
    },
    signer,
  );
  return { previousRoot: before.der, root, newWithOld, oldWithNew };
}

/** @throws KitenError `identity/authority-chain-broken` unless each leads from one root to the other */
export function checkSuccession(root: Certificate, succession: RootSuccession, verify: Verify): void {
  const before = parseCertificate(succession.previousRoot);
  const links = [
    { link: before, key: before, by: before },
    { link: parseCertificate(succession.newWithOld), key: root, by: before },
    { link: parseCertificate(succession.oldWithNew), key: before, by: root },
  ];
  const holds = links.every(
    ({ link, key, by }) =>
      equalBytes(link.publicKey, key.publicKey) &&
      equalBytes(link.subjectDer, root.subjectDer) &&
      equalBytes(link.issuerDer, root.subjectDer) &&
      verifyCertificateSignature(link, by.publicKey, verify),
  );
  if (holds && !equalBytes(root.publicKey, before.publicKey) && root.notAfter > before.notAfter) return;
  throw new KitenError(
    'identity/authority-chain-broken',
    'The certificates do not lead from the root of before to a new one that outlasts it, and back.',
  );
}
