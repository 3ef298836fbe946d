import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, decodePem, KitenError, parseCertificate, type Signer } from '@kiten/codec';
import {
  type Authority,
  createAuthority,
  generateSigner,
  loadSigner,
  parseTrustDomain,
  storeSigner,
} from '@kiten/identity';
import type { Layout } from './layout.ts';
import type { Random } from './secrets.ts';

/** The keys that a running site works with. The root's is not among them. */
export interface SiteKeys {
  readonly authority: Authority;
  readonly server: Signer;
  /** Signs attestation results, ES256. */
  readonly verifier: Signer;
  /** Signs checkpoints, Ed25519. */
  readonly log: Signer;
  /** Cosigns the checkpoints of other logs, Ed25519. It signs nothing else (C2SP tlog-cosignature). */
  readonly witness: Signer;
  /** The root's public key (SPKI, DER): the operator's, which appoints the verifier. */
  readonly root: Uint8Array;
  /** The root's revocation list, PEM. */
  readonly rootList: string;
}

export interface KeyOptions {
  readonly site: string;
  readonly names: readonly string[];
  readonly deviceLifetime: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** @throws KitenError `identity/key-file-…`, `identity/authority-…` */
export async function openKeys(layout: Layout, options: KeyOptions): Promise<SiteKeys> {
  const keyOf = (name: string) => loadSigner(join(layout.keys, `${name}.key.pem`));
  const [issuing, server, verifier, log] = await Promise.all(
    ['issuing', 'server', 'verifier', 'log'].map(keyOf),
  );
  const witness = await witnessKey(join(layout.keys, 'witness.key.pem'));
  const rootList = await readFile(join(layout.certificates, 'root.crl.pem'), 'utf8');
  const rootCertificate = await certificateIn(layout.caFile);
  const authority = createAuthority({
    trustDomain: parseTrustDomain(options.site),
    certificate: await certificateIn(join(layout.certificates, 'issuing.pem')),
    signer: issuing as Signer,
    chain: [rootCertificate],
    reservedNames: options.names,
    deviceLifetime: options.deviceLifetime,
    clock: options.clock,
    random: options.random,
  });
  return {
    authority,
    server: server as Signer,
    verifier: verifier as Signer,
    log: log as Signer,
    witness,
    root: parseCertificate(rootCertificate).publicKey,
    rootList,
  };
}

/** Sites from before there were witnesses have no such key yet. */
async function witnessKey(file: string): Promise<Signer> {
  if (!existsSync(file)) await storeSigner(file, generateSigner('EdDSA'));
  return loadSigner(file);
}

export async function certificateIn(file: string): Promise<Uint8Array> {
  const found = decodePem(await textOf(file)).find(({ label }) => label === 'CERTIFICATE');
  if (found === undefined)
    throw new KitenError('kiten/certificate-missing', `${file} holds no certificate.`, { detail: { file } });
  return found.der;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('kiten/certificate-missing', `The certificate ${file} cannot be read.`, {
      cause,
      detail: { file },
    });
  }
}
