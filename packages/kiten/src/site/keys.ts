import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, parseCertificate, type Signer } from '@kiten/codec';
import { type Authority, generateSigner, loadSigner, parseTrustDomain, storeSigner } from '@kiten/identity';
import { IssuingAuthorities } from './issuing-authorities.ts';
import type { Layout } from './layout.ts';
import { appointingRoot } from './root-files.ts';
import type { Random } from './secrets.ts';

/** The keys that a running site works with. The root's is not among them. */
export interface SiteKeys {
  /** The issuing CAs; `authority` is whichever issues by now. */
  readonly issuing: IssuingAuthorities;
  readonly authority: Authority;
  readonly server: Signer;
  /** Signs attestation results, ES256. */
  readonly verifier: Signer;
  /** Signs checkpoints, Ed25519. */
  readonly log: Signer;
  /** Cosigns the checkpoints of other logs, Ed25519. It signs nothing else (C2SP tlog-cosignature). */
  readonly witness: Signer;
  /** The first root's public key (SPKI, DER): the operator's, which appoints the verifier. It stays when the root changes. */
  readonly root: Uint8Array;
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
  const [server, verifier, log] = await Promise.all(['server', 'verifier', 'log'].map(keyOf));
  const witness = await witnessKey(join(layout.keys, 'witness.key.pem'));
  const issuing = await IssuingAuthorities.load(layout, {
    trustDomain: parseTrustDomain(options.site),
    reservedNames: options.names,
    deviceLifetime: options.deviceLifetime,
    clock: options.clock,
    random: options.random,
  });
  return {
    issuing,
    authority: issuing.authority,
    server: server as Signer,
    verifier: verifier as Signer,
    log: log as Signer,
    witness,
    root: parseCertificate(await appointingRoot(layout)).publicKey,
  };
}

/** Sites from before there were witnesses have no such key yet. */
async function witnessKey(file: string): Promise<Signer> {
  if (!existsSync(file)) await storeSigner(file, generateSigner('EdDSA'));
  return loadSigner(file);
}
