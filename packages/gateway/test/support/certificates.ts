import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  type Extension,
  encodePem,
  extendedKeyUsageExtension,
  fromHex,
  issueCertificate,
  issueCertificateList,
  keyIdentifier,
  keyPurpose,
  keyUsageExtension,
  type Name,
  type Signer,
  subjectAlternativeNameExtension,
  subjectKeyIdentifierExtension,
  toHex,
} from '@kiten/codec';
import { trustDomain } from './harness.ts';

export const day = 86_400_000;

/** A key under a name, that certificates and lists are signed with. */
export interface Holder {
  readonly name: Name;
  readonly identifier: Uint8Array;
  readonly signer: Signer;
  readonly key: KeyObject;
}

/** A certificate with its key, as PEM, and its serial number as the register writes it. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
  readonly serial: string;
}

export interface ClientOptions {
  readonly commonName?: string;
  readonly uris?: readonly string[];
  readonly purposes?: readonly string[] | undefined;
  readonly from?: number;
  readonly to?: number;
  /** Instead of what names the key that signs. */
  readonly extensions?: readonly Extension[];
}

export interface ListOptions {
  readonly revoked?: readonly Identity[];
  /** Milliseconds from now. */
  readonly from?: number;
  readonly to?: number;
  readonly number?: number;
  readonly signer?: Signer;
  readonly identifier?: Uint8Array | undefined;
  readonly extensions?: readonly Extension[];
}

export function holder(commonName: string): Holder {
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    key,
    name: [{ type: 'CN', value: commonName }],
    identifier: keyIdentifier(spki, (data) => createHash('sha1').update(data).digest()),
    signer: {
      algorithm: 'ES256',
      publicKey: spki,
      sign: (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
    },
  };
}

/** An authority's certificate: a root's if nobody else signs it. */
export function authority(
  subject: Holder,
  by: Holder = subject,
  usage: Parameters<typeof keyUsageExtension>[0] = ['keyCertSign', 'cRLSign'],
): Identity {
  return issue(subject, by, [
    basicConstraintsExtension({ ca: true }),
    keyUsageExtension(usage),
    subjectKeyIdentifierExtension(subject.identifier),
    authorityKeyIdentifierExtension(by.identifier),
  ]);
}

/** A device's certificate, unless the options make it another. */
export function client(by: Holder, id = 'pump-1', options: ClientOptions = {}): Identity {
  const {
    commonName = id,
    uris = [`spiffe://${trustDomain}/device/${id}`],
    extensions = [authorityKeyIdentifierExtension(by.identifier)],
  } = options;
  const purposes = 'purposes' in options ? options.purposes : [keyPurpose.clientAuth];
  const names = uris.map((value) => ({ kind: 'uri', value }) as const);
  return issue(
    holder(commonName),
    by,
    [
      ...(purposes === undefined ? [] : [extendedKeyUsageExtension(purposes)]),
      ...(uris.length === 0 ? [] : [subjectAlternativeNameExtension(names)]),
      ...extensions,
    ],
    options,
  );
}

export function server(by: Holder, name = 'localhost'): Identity {
  return issue(holder(name), by, [
    extendedKeyUsageExtension([keyPurpose.serverAuth]),
    subjectAlternativeNameExtension([
      { kind: 'dns', value: name },
      { kind: 'ip', bytes: Uint8Array.of(127, 0, 0, 1) },
    ]),
    authorityKeyIdentifierExtension(by.identifier),
  ]);
}

export function list(by: Holder, options: ListOptions = {}): string {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const { revoked = [], from = -day, to = day, number = 1, signer = by.signer, extensions = [] } = options;
  const identifier = 'identifier' in options ? options.identifier : by.identifier;
  const der = issueCertificateList(
    {
      issuer: by.name,
      thisUpdate: now + from,
      nextUpdate: now + to,
      number,
      ...(identifier === undefined ? {} : { authorityKeyIdentifier: identifier }),
      revoked: revoked.map(({ serial }) => ({ serialNumber: fromHex(serial), at: now - day })),
      extensions,
    },
    signer,
  );
  return encodePem('X509 CRL', der);
}

function issue(
  subject: Holder,
  by: Holder,
  extensions: readonly Extension[],
  { from = Date.now() - 10 * day, to = Date.now() + 10 * day }: Pick<ClientOptions, 'from' | 'to'> = {},
): Identity {
  // 16 octets, positive, without leading zeros.
  const serialNumber = randomBytes(16);
  serialNumber[0] = 0x40 | ((serialNumber[0] as number) & 0x3f);
  const der = issueCertificate(
    {
      ...{ serialNumber, issuer: by.name, subject: subject.name, publicKey: subject.signer.publicKey },
      ...{ notBefore: from, notAfter: to, extensions },
    },
    by.signer,
  );
  return {
    certificate: encodePem('CERTIFICATE', der),
    key: subject.key.export({ type: 'pkcs8', format: 'pem' }) as string,
    serial: toHex(serialNumber),
  };
}
