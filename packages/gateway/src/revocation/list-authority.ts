import { X509Certificate } from 'node:crypto';
import { type Certificate, type CertificateList, equalBytes, parseCertificate, toHex } from '@kiten/codec';
import { isSignedBy } from './list-signature.ts';
import { PlainList } from './plain-list.ts';

/** OpenSSL's names of what lists say against a certificate (X509_V_ERR_…). */
export type StatusError = 'UNABLE_TO_GET_CRL' | 'CRL_NOT_YET_VALID' | 'CRL_HAS_EXPIRED' | 'CERT_REVOKED';

/** A certificate that may stand above a client's, with the lists of its holder. */
export class ListAuthority {
  readonly serial: string;
  readonly lists: PlainList[] = [];
  readonly certificate: X509Certificate;
  readonly #read: Certificate;

  /** @throws KitenError `codec/…` */
  constructor(der: Uint8Array) {
    this.certificate = new X509Certificate(der);
    this.#read = parseCertificate(der);
    this.serial = toHex(this.#read.serialNumber);
  }

  /** What lists of this authority are known by. */
  get name(): string {
    const { subjectDer, subjectKeyIdentifier } = this.#read;
    return `${toHex(subjectDer)} ${toHex(subjectKeyIdentifier ?? this.#read.publicKey)}`;
  }

  /** Whether the status of its own certificate shows in complete lists. */
  get isPlain(): boolean {
    return !this.#read.crlDistributionPoints.some(({ isPartial }) => isPartial);
  }

  /** Whether OpenSSL would look for the issuer of a certificate here. */
  hasIssued(certificate: X509Certificate): boolean {
    return certificate.checkIssued(this.certificate);
  }

  /** Keeps a list if it is this authority's (RFC 5280 §6.3.3 (f), (g)); says whether it is. */
  take(list: CertificateList): boolean {
    const { subjectDer, subjectKeyIdentifier, keyUsage } = this.#read;
    const isOwn =
      equalBytes(list.issuerDer, subjectDer) &&
      namesKey(list.authorityKeyIdentifier, subjectKeyIdentifier) &&
      keyUsage?.includes('cRLSign') !== false &&
      isSignedBy(list, this.#read);
    if (isOwn) this.lists.push(new PlainList(list));
    return isOwn;
  }

  /** What its lists say about one that it has issued: of several the latest that is good counts, or else the latest. */
  errorOf(serial: string, now: number): StatusError | undefined {
    let best: PlainList | undefined;
    for (const list of this.lists) if (best === undefined || isBetter(list, best, now)) best = list;
    if (best === undefined) return 'UNABLE_TO_GET_CRL';
    return best.revokes(serial) ? 'CERT_REVOKED' : best.timeError(now);
  }
}

function isBetter(one: PlainList, other: PlainList, now: number): boolean {
  const [isGood, isOtherGood] = [one, other].map((list) => list.timeError(now) === undefined);
  return isGood === isOtherGood ? one.thisUpdate > other.thisUpdate : isGood === true;
}

function namesKey(named: Uint8Array | undefined, key: Uint8Array | undefined): boolean {
  return named === undefined || key === undefined || equalBytes(named, key);
}
