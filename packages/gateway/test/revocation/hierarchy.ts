import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  type Extension,
  encodePem,
  extendedKeyUsageExtension,
  issueCertificate,
  issueCertificateList,
  keyIdentifier,
  keyPurpose,
  keyUsageExtension,
  type Name,
  type Signer,
  subjectAlternativeNameExtension,
  subjectKeyIdentifierExtension,
} from '@kiten/codec';
import { trustDomain } from '../support/harness.ts';

export const day = 86_400_000;

/** A key under a name, that certificates and lists are signed with. */
export interface Holder {
  readonly name: Name;
  readonly identifier: Uint8Array;
  readonly signer: Signer;
  readonly key: KeyObject;
}

/** A certificate, and what revokes it. */
export interface Issued {
  readonly pem: string;
  readonly serial: Uint8Array;
  readonly holder: Holder;
}

export interface ListOptions {
  readonly revoked?: readonly Issued[];
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
): Issued {
  return issue(subject, by, [
    basicConstraintsExtension({ ca: true }),
    keyUsageExtension(usage),
    subjectKeyIdentifierExtension(subject.identifier),
    authorityKeyIdentifierExtension(by.identifier),
  ]);
}

export function client(by: Holder, extensions?: readonly Extension[]): Issued {
  const uri = `spiffe://${trustDomain}/device/pump-1`;
  return issue(holder('pump-1'), by, [
    extendedKeyUsageExtension([keyPurpose.clientAuth]),
    subjectAlternativeNameExtension([{ kind: 'uri', value: uri }]),
    ...(extensions ?? [authorityKeyIdentifierExtension(by.identifier)]),
  ]);
}

export function server(by: Holder): Issued {
  return issue(holder('localhost'), by, [
    extendedKeyUsageExtension([keyPurpose.serverAuth]),
    subjectAlternativeNameExtension([{ kind: 'dns', value: 'localhost' }]),
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
      revoked: revoked.map(({ serial }) => ({ serialNumber: serial, at: now - day })),
      extensions,
    },
    signer,
  );
  return encodePem('X509 CRL', der);
}

export const privateKeyOf = ({ holder: { key } }: Issued): string =>
  key.export({ type: 'pkcs8', format: 'pem' }) as string;

function issue(subject: Holder, by: Holder, extensions: readonly Extension[]): Issued {
  const serial = randomBytes(16);
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  const now = Date.now();
  const der = issueCertificate(
    {
      serialNumber: serial,
      issuer: by.name,
      subject: subject.name,
      publicKey: subject.signer.publicKey,
      notBefore: now - 10 * day,
      notAfter: now + 10 * day,
      extensions,
    },
    by.signer,
  );
  return { pem: encodePem('CERTIFICATE', der), serial, holder: subject };
}
