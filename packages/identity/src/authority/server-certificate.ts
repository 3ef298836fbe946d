import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  type Certificate,
  extendedKeyUsageExtension,
  issuanceTemplate,
  KitenError,
  keyIdentifier,
  keyPurpose,
  keyUsageExtension,
  subjectAlternativeNameExtension,
  subjectKeyIdentifierExtension,
  toHex,
} from '@kiten/codec';
import { sha256 } from '../digest.ts';
import { parseIpAddress } from '../ip-address.ts';
import type { AuthorityOptions, IssuedCertificate } from './authority.ts';
import { issuerId } from './revocation.ts';
import { randomSerialNumber } from './serial-number.ts';
import { defaultLifetimes, validityWithin } from './validity.ts';

export interface ServerCertificateRequest {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly dnsNames: readonly string[];
  /** `127.0.0.1`, `::1` */
  readonly ipAddresses: readonly string[];
  /** Milliseconds; the authority's `serverLifetime` unless given. */
  readonly lifetime?: number;
}

/** Issues the certificates of the site's own TLS ports: DNS and IP alternative names (RFC 9525), serverAuth. */
export function serverIssuance(
  issuer: Certificate,
  { signer, clock, random, serverLifetime = defaultLifetimes.server }: AuthorityOptions,
  reserved: Set<string>,
): (request: ServerCertificateRequest) => IssuedCertificate {
  const ca = issuerId(issuer);
  const template = issuanceTemplate({
    issuer: issuer.subjectDer,
    extensions: [
      basicConstraintsExtension({ ca: false }),
      keyUsageExtension(['digitalSignature']),
      extendedKeyUsageExtension([keyPurpose.serverAuth]),
      authorityKeyIdentifierExtension(keyIdentifier(issuer.publicKey, sha256)),
    ],
  });

  return ({ publicKey, dnsNames, ipAddresses, lifetime = serverLifetime }) => {
    const names = [
      ...dnsNames.map((value) => ({ kind: 'dns', value }) as const),
      ...ipAddresses.map((text) => ({ kind: 'ip', bytes: mustBeAddress(text) }) as const),
    ];
    const first = dnsNames[0] ?? ipAddresses[0];
    if (first === undefined) {
      throw new KitenError(
        'identity/server-names',
        'A server certificate names at least one host or address.',
      );
    }
    const validity = validityWithin(issuer, clock, lifetime);
    const serialNumber = randomSerialNumber(random);
    const der = template.issue(
      {
        serialNumber,
        subject: [{ type: 'CN', value: first.slice(0, 64) }],
        publicKey,
        ...validity,
        extensions: [
          subjectKeyIdentifierExtension(keyIdentifier(publicKey, sha256)),
          subjectAlternativeNameExtension(names),
        ],
      },
      signer,
    );
    for (const name of [...dnsNames, ...ipAddresses]) reserved.add(name.toLowerCase());
    return { der, serial: toHex(serialNumber), issuer: ca, ...validity };
  };
}

function mustBeAddress(text: string): Uint8Array {
  const octets = parseIpAddress(text);
  if (octets !== undefined) return octets;
  throw new KitenError('identity/server-names', `“${text.slice(0, 80)}” is not an IP address.`);
}
