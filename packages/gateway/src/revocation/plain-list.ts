import { type CertificateList, extensionOid, toHex } from '@kiten/codec';

const known: ReadonlySet<string> = new Set([extensionOid.crlNumber, extensionOid.authorityKeyIdentifier]);

/** A list whose signature was verified, to be looked things up in. */
export class PlainList {
  readonly #list: CertificateList;
  readonly #serials: ReadonlySet<string>;

  constructor(list: CertificateList) {
    this.#list = list;
    this.#serials = new Set(list.revoked.map(({ serialNumber }) => toHex(serialNumber)));
  }

  get thisUpdate(): number {
    return this.#list.thisUpdate;
  }

  get number(): bigint | undefined {
    return this.#list.number;
  }

  revokes(serial: string): boolean {
    return this.#serials.has(serial);
  }

  /** OpenSSL's name of what is wrong with the list at a time; nothing if it has no next update and has begun. */
  timeError(now: number): 'CRL_NOT_YET_VALID' | 'CRL_HAS_EXPIRED' | undefined {
    const { thisUpdate, nextUpdate = Number.POSITIVE_INFINITY } = this.#list;
    if (thisUpdate > now) return 'CRL_NOT_YET_VALID';
    return nextUpdate <= now ? 'CRL_HAS_EXPIRED' : undefined;
  }
}

/**
 * Whether a list is complete, its issuer's own, and holds nothing that changes what its entries mean: no delta, no indirect
 * list, none for some certificates or reasons only.
 */
export function isPlain(list: CertificateList): boolean {
  return (
    list.authorityCertificate === undefined &&
    list.extensions.every(({ oid }) => known.has(oid)) &&
    list.revoked.every(
      ({ extensions, reason }) =>
        reason !== 'removeFromCRL' && extensions.every(({ oid }) => oid === extensionOid.reasonCode),
    )
  );
}
