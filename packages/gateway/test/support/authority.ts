import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
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
  toHex,
} from '@kiten/codec';
import type { TlsMaterial } from '../../src/index.ts';
import { trustDomain } from './harness.ts';

const day = 86_400_000;

/** A certificate with its key, as PEM, and its serial number as the register writes it. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
  readonly serial: string;
}

export interface IdentityOptions {
  readonly commonName?: string;
  readonly uris?: readonly string[];
  readonly purposes?: readonly string[] | undefined;
  readonly from?: number;
  readonly to?: number;
}

/** A certificate authority of the test. */
export class Authority {
  readonly certificate: string;
  readonly #name: Name;
  readonly #signer: Signer;
  readonly #identifier: Uint8Array;
  #listNumber = 0;

  constructor(commonName = 'Test authority') {
    const { privateKey, publicKey } = keyPair();
    this.#name = [{ type: 'CN', value: commonName }];
    this.#signer = {
      algorithm: 'ES256',
      publicKey,
      sign: (data) => sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    };
    this.#identifier = keyIdentifier(publicKey, (data) => createHash('sha1').update(data).digest());
    const der = issueCertificate(
      {
        serialNumber: serial(),
        issuer: this.#name,
        subject: this.#name,
        publicKey,
        notBefore: Date.now() - day,
        notAfter: Date.now() + day,
        extensions: [
          basicConstraintsExtension({ ca: true }),
          keyUsageExtension(['keyCertSign', 'cRLSign']),
          subjectKeyIdentifierExtension(this.#identifier),
        ],
      },
      this.#signer,
    );
    this.certificate = encodePem('CERTIFICATE', der);
  }

  /** A device's certificate, unless the options make it another. */
  device(id: string, options: IdentityOptions = {}): Identity {
    const uris = options.uris ?? [`spiffe://${trustDomain}/device/${id}`];
    const purposes = 'purposes' in options ? options.purposes : [keyPurpose.clientAuth];
    return this.#issue(options.commonName ?? id, options, [
      ...(purposes === undefined ? [] : [extendedKeyUsageExtension(purposes)]),
      ...(uris.length === 0
        ? []
        : [subjectAlternativeNameExtension(uris.map((value) => ({ kind: 'uri', value })))]),
    ]);
  }

  server(name = 'localhost'): Identity {
    return this.#issue(name, {}, [
      extendedKeyUsageExtension([keyPurpose.serverAuth]),
      subjectAlternativeNameExtension([
        { kind: 'dns', value: name },
        { kind: 'ip', bytes: Uint8Array.of(127, 0, 0, 1) },
      ]),
    ]);
  }

  revocationList(revoked: readonly Identity[]): string {
    const now = Date.now();
    const der = issueCertificateList(
      {
        issuer: this.#name,
        thisUpdate: now - day,
        nextUpdate: now + day,
        number: ++this.#listNumber,
        authorityKeyIdentifier: this.#identifier,
        revoked: revoked.map(({ serial: number }) => ({
          serialNumber: Buffer.from(number, 'hex'),
          at: now - 1000,
        })),
      },
      this.#signer,
    );
    return encodePem('X509 CRL', der);
  }

  /** What a gateway listens with. */
  tls(server: Identity, revoked: readonly Identity[] = []): TlsMaterial {
    return {
      key: server.key,
      certificate: server.certificate,
      ca: this.certificate,
      crl: this.revocationList(revoked),
    };
  }

  #issue(
    commonName: string,
    { from, to }: IdentityOptions,
    extensions: Parameters<typeof issueCertificate>[0]['extensions'] = [],
  ): Identity {
    const { privateKey, publicKey } = keyPair();
    const serialNumber = serial();
    const der = issueCertificate(
      {
        serialNumber,
        issuer: this.#name,
        subject: [{ type: 'CN', value: commonName }],
        publicKey,
        notBefore: from ?? Date.now() - day,
        notAfter: to ?? Date.now() + day,
        extensions: [...extensions, authorityKeyIdentifierExtension(this.#identifier)],
      },
      this.#signer,
    );
    return {
      certificate: encodePem('CERTIFICATE', der),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      serial: toHex(serialNumber),
    };
  }
}

function keyPair(): { privateKey: KeyObject; publicKey: Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }) };
}

/** 16 octets, positive, without leading zeros. */
function serial(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] as number) & 0x3f);
  return bytes;
}
