import type { X509Certificate } from 'node:crypto';
import { type Certificate, decodePem, KitenError, parseCertificateList, toHex } from '@kiten/codec';
import type { TlsMaterial } from '../change.ts';
import { ListAuthority, type StatusError } from './list-authority.ts';
import { isPlain } from './plain-list.ts';

/**
 * Revocation lists that were verified when they came, so that a handshake need not do it again: what OpenSSL says of them with
 * `X509_V_FLAG_CRL_CHECK_ALL` (RFC 5280 §6.3), for every certificate of a chain, the root's too. It holds for chains that were
 * verified without lists under the same authorities.
 */
export class RevocationLists {
  readonly #authorities: readonly ListAuthority[];
  /** Of each authority those that may have issued it. A root has itself. */
  readonly #issuers = new Map<ListAuthority, readonly ListAuthority[]>();
  /** The same of clients' certificates: one that was read before is the same object, and asking OpenSSL takes longer than all else here. */
  readonly #issuersOfClients = new WeakMap<Certificate, readonly ListAuthority[]>();

  private constructor(authorities: readonly ListAuthority[]) {
    this.#authorities = authorities;
    for (const one of authorities) this.#issuers.set(one, this.#issuersOf(one.certificate));
  }

  /**
   * The lists of what a gateway listens with; `undefined` if there are none, or anything about them is out of the ordinary: a
   * list that none of the authorities has signed, that is not complete or has extensions that are not known here, an
   * authority without one above it. OpenSSL judges those, in each handshake.
   */
  static of({ ca, crl }: TlsMaterial): RevocationLists | undefined {
    try {
      const lists = blocksOf(crl, 'X509 CRL').map(parseCertificateList);
      const authorities = blocksOf(ca, 'CERTIFICATE').map((der) => new ListAuthority(der));
      const areOwn = lists.map((list) => isPlain(list) && takenBy(authorities, list));
      if (areOwn.length === 0 || areOwn.includes(false)) return undefined;
      const made = new RevocationLists(authorities);
      return made.#isClosed ? made : undefined;
    } catch (error) {
      if (error instanceof KitenError) return undefined;
      throw error;
    }
  }

  /**
   * What the lists say against a client's certificate or one that it rests on: of several things the one that OpenSSL names.
   *
   * @param certificate gives the same certificate that was read
   */
  errorOf(certificate: () => X509Certificate, read: Certificate, now: number): StatusError | undefined {
    const issuers = this.#issuersOfClients.get(read) ?? this.#issuersOf(certificate());
    this.#issuersOfClients.set(read, issuers);
    const isPartial = read.crlDistributionPoints.some((point) => point.isPartial);
    let error = isPartial ? 'UNABLE_TO_GET_CRL' : errorUnder(issuers, toHex(read.serialNumber), now);
    for (const authority of this.#above(issuers))
      error = errorUnder(this.#issuers.get(authority) ?? [], authority.serial, now) ?? error;
    return error;
  }

  /** @throws KitenError `gateway/revocation-list-older` if an authority's latest list has a lower number than before */
  requireNotOlderThan(before: RevocationLists): void {
    const known = before.#numbers();
    for (const [name, number] of this.#numbers()) {
      if (number >= (known.get(name) ?? number)) continue;
      const message = `The revocation list number ${number} is older than the one before, ${known.get(name)}.`;
      throw new KitenError('gateway/revocation-list-older', message);
    }
  }

  /** Whether every chain that leads to one of the authorities goes on among them, so that OpenSSL looks nowhere else. */
  get #isClosed(): boolean {
    return this.#authorities.every((one) => one.isPlain && this.#issuers.get(one)?.length !== 0);
  }

  #issuersOf(certificate: X509Certificate): readonly ListAuthority[] {
    return this.#authorities.filter((authority) => authority.hasIssued(certificate));
  }

  /** All that may stand in a chain above a certificate. Which of them do is OpenSSL's choice: all have to be good. */
  #above(issuers: readonly ListAuthority[]): ReadonlySet<ListAuthority> {
    const found = new Set(issuers);
    // A set's iteration goes on to what is added meanwhile.
    for (const one of found) for (const issuer of this.#issuers.get(one) ?? []) found.add(issuer);
    return found;
  }

  #numbers(): ReadonlyMap<string, bigint> {
    const highest = new Map<string, bigint>();
    for (const { name, lists } of this.#authorities)
      for (const { number } of lists)
        if (number !== undefined && number > (highest.get(name) ?? -1n)) highest.set(name, number);
    return highest;
  }
}

function blocksOf(pem: string, wanted: string): readonly Uint8Array[] {
  return decodePem(pem).flatMap(({ label, der }) => (label === wanted ? [der] : []));
}

function takenBy(authorities: readonly ListAuthority[], list: Parameters<ListAuthority['take']>[0]): boolean {
  return authorities.filter((authority) => authority.take(list)).length > 0;
}

/** What those who may have issued a certificate say of it. Without any there is no list that could. */
function errorUnder(issuers: readonly ListAuthority[], serial: string, now: number): StatusError | undefined {
  if (issuers.length === 0) return 'UNABLE_TO_GET_CRL';
  return issuers.map((issuer) => issuer.errorOf(serial, now)).findLast((error) => error !== undefined);
}
