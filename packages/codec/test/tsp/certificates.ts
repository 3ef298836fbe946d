import { generateKeyPairSync, sign } from 'node:crypto';
import type { AlgorithmName } from '../../src/algorithms.ts';
import { basicConstraintsExtension } from '../../src/x509/basic-constraints.ts';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { issueCertificate, type SubjectFields } from '../../src/x509/issue-certificate.ts';
import { keyIdentifier, subjectKeyIdentifierExtension } from '../../src/x509/key-identifiers.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import type { Name } from '../../src/x509/name.ts';
import { keyPurpose } from '../../src/x509/object-identifiers.ts';
import { sha256, type TestKey, testKey } from '../keys.ts';

/** Somebody with a certificate. */
export interface Holder {
  readonly key: TestKey;
  /** DER. */
  readonly der: Uint8Array;
  readonly certificate: Certificate;
}

/** The time that stamps of the tests state. */
export const stampedAt = Date.UTC(2026, 5, 1, 12, 0, 0);
export const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) } as const;

export const nameOf = (value: string): Name => [
  { type: 'O', value: 'Plant 7' },
  { type: 'CN', value },
];

let serial = 0;

export interface Issue extends Partial<SubjectFields> {
  readonly name: string;
  /** Self-signed if left out. */
  readonly issuer?: Holder;
  readonly key?: TestKey;
}

/** Issues a certificate with these extensions and no others. */
export function issue({ name, issuer, key = testKey('ES256'), ...fields }: Issue): Holder {
  serial += 1;
  const der = issueCertificate(
    {
      serialNumber: Uint8Array.of(serial >> 8, serial & 0xff),
      subject: nameOf(name),
      publicKey: key.signer.publicKey,
      ...validity,
      ...fields,
      issuer: issuer?.certificate.subjectDer ?? nameOf(name),
    },
    (issuer?.key ?? key).signer,
  );
  return { key, der, certificate: parseCertificate(der) };
}

export const authorityExtensions = (pathLength?: number): readonly Extension[] => [
  basicConstraintsExtension(pathLength === undefined ? { ca: true } : { ca: true, pathLength }),
  keyUsageExtension(['keyCertSign', 'cRLSign']),
];

export const stamperExtensions: readonly Extension[] = [
  keyUsageExtension(['digitalSignature']),
  extendedKeyUsageExtension([keyPurpose.timeStamping], true),
];

export const root = (name = 'root'): Holder => issue({ name, extensions: authorityExtensions() });

/** A time-stamping authority with a key of this kind. */
export function stamper(issuer: Holder, algorithm: AlgorithmName = 'ES256'): Holder {
  const key = testKey(algorithm);
  const identifier = subjectKeyIdentifierExtension(keyIdentifier(key.signer.publicKey, sha256));
  return issue({ name: 'stamper', issuer, key, extensions: [...stamperExtensions, identifier] });
}

/** An RSA key that is too short to be accepted. */
export function weakKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return {
    privateKey,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    signer: {
      algorithm: 'RS256',
      publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
      sign: (data) => new Uint8Array(sign('sha256', data, privateKey)),
    },
  };
}
