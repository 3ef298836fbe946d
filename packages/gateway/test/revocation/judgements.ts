import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { parseCertificate } from '@kiten/codec';
import type { TlsMaterial } from '../../src/index.ts';
import { RevocationLists } from '../../src/revocation/revocation-lists.ts';
import { secureContextOf } from '../../src/tls-context.ts';
import type { Identity } from '../support/certificates.ts';

export interface Case {
  readonly ca: readonly Identity[];
  readonly lists: readonly string[];
  readonly leaf: Identity;
  /** What the client sends along. */
  readonly presented?: readonly Identity[];
}

export interface Judgement {
  /** OpenSSL's name of what is wrong. */
  readonly error: string | undefined;
  /** Whether OpenSSL looks at the lists in the handshake. */
  readonly by: 'openssl' | 'lists';
}

/** What handshakes come to, with a server that shows one certificate. */
export class Judge {
  readonly #shown: Identity;
  readonly #server: Server = createServer();

  constructor(shown: Identity) {
    this.#shown = shown;
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server.close();
  }

  /** As OpenSSL judges in the handshake, given the lists. */
  async before({ ca, lists, leaf, presented }: Case): Promise<string | undefined> {
    return await this.#handshake(this.#material(ca, lists), leaf, presented);
  }

  /** As a gateway does. */
  async now({ ca, lists, leaf, presented }: Case): Promise<Judgement> {
    const material = this.#material(ca, lists);
    const known = RevocationLists.of(material);
    const served = known === undefined ? material : { ...material, crl: '' };
    const error = await this.#handshake(served, leaf, presented);
    if (known === undefined) return { error, by: 'openssl' };
    const certificate = new X509Certificate(leaf.certificate);
    const found = known.errorOf(() => certificate, parseCertificate(certificate.raw), Date.now());
    return { error: error ?? found, by: 'lists' };
  }

  #material(ca: readonly Identity[], lists: readonly string[]): TlsMaterial {
    return {
      key: this.#shown.key,
      certificate: this.#shown.certificate,
      ca: bundleOf(ca),
      crl: lists.join(''),
    };
  }

  async #handshake(
    material: TlsMaterial,
    leaf: Identity,
    presented: readonly Identity[] = [],
  ): Promise<string | undefined> {
    const { port } = this.#server.address() as AddressInfo;
    const near = connect(port, '127.0.0.1');
    const [far] = await once(this.#server, 'connection');
    const accepted = new TLSSocket(far, {
      isServer: true,
      secureContext: createSecureContext(secureContextOf(material, material)),
      requestCert: true,
      rejectUnauthorized: false,
    });
    const cert = bundleOf([leaf, ...presented]);
    const client = connectTls({ socket: near, cert, key: leaf.key, rejectUnauthorized: false });
    for (const socket of [client, accepted]) socket.on('error', () => undefined);
    await once(accepted, 'secure');
    // Of a socket that no TLS server made, Node does not say by itself what came of its peer's certificate.
    const { ssl } = accepted as TLSSocket & { ssl: { verifyError(): (Error & { code?: string }) | null } };
    const error = ssl.verifyError();
    for (const socket of [client, accepted]) socket.destroy();
    return error?.code;
  }
}

/** Whether `openssl verify -crl_check_all` takes a certificate. */
export function takenByCommand({ ca, lists, leaf, presented = [] }: Case): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'kiten-lists-'));
  try {
    const file = (name: string, text: string): string => {
      const path = join(directory, name);
      writeFileSync(path, text);
      return path;
    };
    const given = [
      ...['-CAfile', file('ca.pem', bundleOf(ca)), '-no-CApath', '-no-CAstore', '-purpose', 'sslclient'],
      ...(lists.length === 0 ? [] : ['-crl_check_all', '-CRLfile', file('lists.pem', lists.join(''))]),
      ...(presented.length === 0 ? [] : ['-untrusted', file('presented.pem', bundleOf(presented))]),
      file('leaf.pem', leaf.certificate),
    ];
    return spawnSync('openssl', ['verify', ...given], { stdio: 'ignore' }).status === 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function bundleOf(identities: readonly Identity[]): string {
  return identities.map(({ certificate }) => certificate).join('');
}
