import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, fromHex, KitenError, parseCertificate, type Signer, toHex } from '@kiten/codec';
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
  /** 32 octets that show which nonces are this site's. */
  readonly nonces: Uint8Array;
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
    nonces: await nonceKey(join(layout.keys, 'nonces.key'), options.random),
    root: parseCertificate(await appointingRoot(layout)).publicKey,
  };
}

/** Sites from before there were witnesses have no such key yet. */
async function witnessKey(file: string): Promise<Signer> {
  if (!existsSync(file)) await storeSigner(file, generateSigner('EdDSA'));
  return loadSigner(file);
}

/** Drawn when there is none: taking the file away is how it is renewed, and voids what was not answered yet. */
async function nonceKey(file: string, random: Random): Promise<Uint8Array> {
  if (!existsSync(file)) {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${toHex(random(32))}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  const text = (await readFile(file, 'latin1')).trim();
  if (/^[0-9a-f]{64}$/.test(text)) return fromHex(text);
  throw new KitenError(
    'kiten/nonce-key',
    `${file} is damaged: take it away, and another key of nonces is drawn.`,
  );
}
