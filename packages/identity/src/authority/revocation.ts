import {
  type Certificate,
  type Clock,
  fromHex,
  issueCertificateList,
  KitenError,
  type RevocationReason,
  type Signer,
  toHex,
} from '@kiten/codec';
import { defaultLifetimes } from './validity.ts';

export interface RevocationRecord {
  /** Lower-case hexadecimal of the serial number's octets. */
  readonly serial: string;
  /** The issuing CA, as {@link issuerId} gives it. */
  readonly issuer: string;
  /** Milliseconds since the Unix epoch. */
  readonly revokedAt: number;
  readonly notAfter: number;
  readonly reason?: RevocationReason;
}

/** Where the site keeps what is revoked. */
export interface RevocationStore {
  revoked(): Promise<readonly RevocationRecord[]>;
  /** The number of the next list of that CA: greater than any before, and durable when it resolves. */
  nextNumber(issuer: string): Promise<bigint>;
}

export interface RevocationList {
  readonly der: Uint8Array;
  readonly number: bigint;
  /** Milliseconds since the Unix epoch: publish the next one well before. */
  readonly nextUpdate: number;
}

/** What a CA is known by in registers: its subject key identifier in lower-case hexadecimal. */
export function issuerId({ subjectKeyIdentifier }: Certificate): string {
  if (subjectKeyIdentifier !== undefined) return toHex(subjectKeyIdentifier);
  throw new KitenError('identity/authority-not-a-ca', 'The CA certificate has no subject key identifier.');
}

/**
 * A CA's revocation list (RFC 5280 §5). Verifiers that check the whole chain (Node's `crl` option does) need one of
 * the root as well: it revokes nothing, is made once while the root key is at hand, and lives as long as the issuing
 * CA. After a change of CA the previous one goes on issuing lists for what it has signed.
 *
 * @param options.lifetime milliseconds until the next list is due at the latest; seven days unless given
 */
export async function issueRevocationList(
  authority: { readonly certificate: Certificate; readonly signer: Signer },
  store: RevocationStore,
  clock: Clock,
  { lifetime = defaultLifetimes.revocationList }: { readonly lifetime?: number } = {},
): Promise<RevocationList> {
  const { certificate, signer } = authority;
  const issuer = issuerId(certificate);
  const number = await store.nextNumber(issuer);
  const revoked = await store.revoked();
  const now = Math.floor(clock.now() / 1000) * 1000;
  const nextUpdate = now + lifetime;
  const fields = {
    issuer: certificate.subjectDer,
    authorityKeyIdentifier: certificate.subjectKeyIdentifier!,
    thisUpdate: now,
    nextUpdate,
    number,
    // An entry leaves the list after one that was issued when the certificate had expired (RFC 5280 §3.3).
    revoked: revoked
      .filter((entry) => entry.issuer === issuer && entry.notAfter + lifetime >= now)
      .map(({ serial, revokedAt, reason }) => ({
        serialNumber: fromHex(serial),
        at: revokedAt,
        ...(reason === undefined ? {} : { reason }),
      })),
  };
  return { der: issueCertificateList(fields, signer), number, nextUpdate };
}
