import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KitenError } from '@kiten/codec';
import type { NamedCertificate } from '@kiten/gateway';
import type { NamedCertificateFiles } from '../config/configuration.ts';

/** A certificate for clients that ask for a name, and how long it lasts. */
export interface LoadedCertificate extends NamedCertificate {
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Reads the certificates that the configuration names for host names: PEM, the chain after the certificate.
 *
 * @throws KitenError `kiten/named-certificate` if one cannot be used
 */
export function loadNamedCertificates(
  directory: string,
  configured: readonly NamedCertificateFiles[],
): Promise<readonly LoadedCertificate[]> {
  return Promise.all(configured.map((one) => load(directory, one)));
}

async function load(directory: string, files: NamedCertificateFiles): Promise<LoadedCertificate> {
  const name = files.name.toLowerCase();
  const keyFile = resolve(directory, files.key);
  const [key, certificate] = await Promise.all([
    read(name, keyFile),
    read(name, resolve(directory, files.certificate)),
  ]);
  if (((await stat(keyFile)).mode & 0o077) !== 0)
    throw refusal(name, `others can read its key: chmod 600 ${keyFile}`);
  const leaf = parsed(name, certificate);
  if (!holdsKey(name, leaf, key)) throw refusal(name, 'its key belongs to another certificate');
  // A wildcard is held against a name that it would serve.
  const served = name.replace(/^\*/, 'x');
  if (leaf.checkHost(served, { subject: 'never' }) === undefined)
    throw refusal(name, `the certificate is for other names (${leaf.subjectAltName ?? 'none'})`);
  return {
    name,
    key,
    certificate,
    notBefore: leaf.validFromDate.getTime(),
    notAfter: leaf.validToDate.getTime(),
  };
}

async function read(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw refusal(name, `${file} cannot be read`, cause);
  }
}

function parsed(name: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw refusal(name, 'its file holds no certificate', cause);
  }
}

function holdsKey(name: string, certificate: X509Certificate, pem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem));
  } catch (cause) {
    throw refusal(name, 'its key cannot be read', cause);
  }
}

function refusal(name: string, what: string, cause?: unknown): KitenError {
  return new KitenError('kiten/named-certificate', `The certificate for “${name}” cannot be used: ${what}.`, {
    cause,
    detail: { name },
  });
}
