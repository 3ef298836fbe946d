import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { run } from '../../../../test/kiten.ts';
import { requireFile, requireTool } from '../../../../test/tools.ts';

const architecture = { arm64: 'aarch64', x64: 'x86_64' }[process.arch as 'x64'] ?? process.arch;
export const libraries = `/usr/lib/${architecture}-linux-gnu`;

/** The library by which OpenSSL finds the agent. */
export const clientModule = `${libraries}/pkcs11/p11-kit-client.so`;

/** Whether OpenSSL can have a key in hardware sign here. */
export const hasHardwareTls = [
  requireTool('openssl', 'openssl'),
  requireFile(`${libraries}/engines-3/pkcs11.so`, 'libengine-pkcs11-openssl'),
  requireFile(clientModule, 'p11-kit-modules'),
].every(Boolean);

/** Options of `openssl req` for a key in `NAME.key`. */
export const newKey = (name: string): readonly string[] => [
  ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`],
];

/** Options of `openssl x509` for what the first authority certifies. */
export const byRoot: readonly string[] = ['-CA', 'root.pem', '-CAkey', 'root.key'];

/** A folder with two authorities, and what the first issued: to the `site`, to a site `elsewhere`, and to whom a test asks for. */
export class Authorities implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Authorities> {
    const made = new Authorities(await mkdtemp(join(tmpdir(), 'agent-tls-')));
    for (const name of ['root', 'other']) {
      const key = [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        `${name}.key`,
      ];
      await made.openssl('req', '-x509', ...key, '-out', `${name}.pem`, '-subj', `/CN=${name}`, '-days', '2');
    }
    const certified = { site: 'DNS:localhost,IP:127.0.0.1,IP:::1', elsewhere: 'DNS:elsewhere.example' };
    for (const [name, names] of Object.entries(certified)) {
      await made.openssl('req', ...newKey(name), '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      await writeFile(made.path('names'), `subjectAltName=${names}`);
      await made.issue(name, [...byRoot, '-extfile', 'names']);
    }
    return made;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** Has `NAME.csr` certified as `NAME.pem`. */
  async issue(name: string, options: readonly string[]): Promise<string> {
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`];
    await this.openssl('x509', '-req', '-days', '2', ...files, ...options);
    return this.read(`${name}.pem`);
  }

  async openssl(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await run('sh', [
      '-c',
      'cd "$1" && shift && exec openssl "$@"',
      'sh',
      this.folder,
      ...args,
    ]);
    if (code !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

/** A site that wants a certificate of whoever comes, and what it does then. */
export class TlsPeer implements AsyncDisposable {
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(
    authorities: Authorities,
    serve: (socket: TLSSocket) => void,
    name: 'site' | 'elsewhere' = 'site',
  ): Promise<TlsPeer> {
    const [ca, cert, key] = await Promise.all(
      ['root.pem', `${name}.pem`, `${name}.key`].map((file) => authorities.read(file)),
    );
    const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      serve(socket);
    });
    server.listen(0);
    await once(server, 'listening');
    return new TlsPeer(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
  }
}
