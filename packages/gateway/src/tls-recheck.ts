import { X509Certificate } from 'node:crypto';
import { compareBytes, decodePem, parseCertificate, parseCertificateList, toHex } from '@kiten/codec';
import type { TlsMaterial } from './change.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';

const longestChain = 8;

/** Why a connection that was let in may not stay under new material. */
export type RecheckRefusal = 'gateway/certificate-revoked' | 'gateway/certificate-unknown-issuer';

/**
 * Holds certificates that were let in under earlier material to new one: those that it revokes, and those of an
 * authority that it leaves out. Signatures were verified when they came and are not again.
 */
export function recheckOf(
  before: TlsMaterial,
  after: TlsMaterial,
): (peer: Peer) => RecheckRefusal | undefined {
  const revoked = revokedIn(after.crl);
  const areAuthoritiesTheSame = before.ca === after.ca;
  const known = new Set(authoritiesIn(before.ca).map(identityOf));
  const staying = areAuthoritiesTheSame
    ? []
    : authoritiesIn(after.ca).filter((authority) => known.has(identityOf(authority)));
  return (peer) => {
    const issuers = revoked.get(peer.serial);
    const certificate = issuers !== undefined || !areAuthoritiesTheSame ? peer.certificate?.() : undefined;
    if (certificate === undefined) return undefined;
    const { issuerDer } = parseCertificate(certificate.raw);
    if (issuers?.some((issuer) => compareBytes(issuer, issuerDer) === 0) === true)
      return 'gateway/certificate-revoked';
    if (areAuthoritiesTheSame || restsOn(certificate, staying)) return undefined;
    return 'gateway/certificate-unknown-issuer';
  };
}

/** Cuts those who may not stay; the others do not notice. */
export function recheckConnections(
  core: Core,
  before: TlsMaterial,
  after: TlsMaterial,
  sequence: number,
): void {
  const refusalOf = recheckOf(before, after);
  for (const connection of core.connections) {
    if (refusalOf(connection.peer) === undefined) continue;
    const { device, clientId } = connection;
    core.outbox.flush();
    connection.sever('The certificate of this connection is not good any more.');
    core.statistics.severed++;
    core.emit({ kind: 'severed', device: device.id, sessions: [clientId], sequence, at: core.now });
  }
}

function restsOn(certificate: X509Certificate, authorities: readonly X509Certificate[]): boolean {
  let link: X509Certificate | undefined = certificate;
  for (let depth = 0; link !== undefined && depth < longestChain; depth++) {
    const { issuerCertificate }: X509Certificate = link;
    if (authorities.some((authority) => (link as X509Certificate).checkIssued(authority))) return true;
    link = issuerCertificate;
  }
  return false;
}

/** The issuers that have revoked a serial number, by that number in lower-case hexadecimal. */
function revokedIn(crl: string): ReadonlyMap<string, readonly Uint8Array[]> {
  const found = new Map<string, Uint8Array[]>();
  for (const { label, der } of decodePem(crl)) {
    if (label !== 'X509 CRL') continue;
    const { issuerDer, revoked } = parseCertificateList(der);
    for (const { serialNumber } of revoked) {
      const serial = toHex(serialNumber);
      found.set(serial, [...(found.get(serial) ?? []), issuerDer]);
    }
  }
  return found;
}

function authoritiesIn(ca: string): readonly X509Certificate[] {
  return decodePem(ca).map(({ der }) => new X509Certificate(der));
}

/** A certificate of an authority may be made anew: who it is shows in its name and key. */
function identityOf({ subject, publicKey }: X509Certificate): string {
  return `${subject}\n${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
}
