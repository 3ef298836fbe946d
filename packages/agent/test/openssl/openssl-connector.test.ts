import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTpmKey, opensslConnector, type SigningKey, type Tpm, tpmSigningKey } from '../../src/index.ts';
import { hasSwtpm, openSoftwareTpm, SoftwareTpm } from '../swtpm.ts';
import { Authorities, byRoot, hasHardwareTls, newKey, TlsPeer } from './peer.ts';

const ofKey = ['-force_pubkey', 'public.der', '-keyform', 'DER'];

describe.skipIf(!hasSwtpm || !hasHardwareTls)('TLS with a key that stays in a TPM', () => {
  let authorities: Authorities;
  let software: SoftwareTpm;
  let tpm: Tpm;
  let signer: SigningKey;
  let certificate: string;
  let trust: string;
  let signatures = 0;
  beforeAll(async () => {
    [authorities, software] = await Promise.all([Authorities.make(), SoftwareTpm.start({ bare: true })]);
    tpm = await openSoftwareTpm(software);
    const key = tpmSigningKey((use) => use(tpm), await createTpmKey(tpm));
    signer = {
      publicKey: key.publicKey,
      sign: (digest) => {
        signatures += 1;
        return key.sign(digest);
      },
    };
    // The certificate of a key whose request is not of interest here.
    await writeFile(authorities.path('public.der'), key.publicKey);
    await authorities.openssl('req', ...newKey('unused'), '-out', 'device.csr', '-subj', '/CN=pump-1');
    certificate = await authorities.issue('device', [...byRoot, ...ofKey]);
    trust = await authorities.read('root.pem');
  });
  afterAll(async () => {
    await software?.[Symbol.asyncDispose]();
    await authorities?.[Symbol.asyncDispose]();
  });

  const connector = (more: { trust?: string; environment?: Record<string, string>; key?: SigningKey } = {}) =>
    opensslConnector(
      more.trust ?? trust,
      { certificate, key: { signer: more.key ?? signer } },
      { ...process.env, TMPDIR: authorities.folder, ...more.environment },
    );
  const leftovers = async () =>
    (await readdir(authorities.folder)).filter((name) => name.startsWith('kiten-agent-'));

  /** With what words the programs of these tests were started that are still there. */
  const started = async (): Promise<readonly string[]> => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const words = async (pid: string) => {
      const own = (await readlink(`/proc/${pid}/cwd`)).startsWith(authorities.folder);
      return own ? await readFile(`/proc/${pid}/cmdline`, 'utf8') : '';
    };
    // Others come and go meanwhile.
    const lines = await Promise.all(pids.map((pid) => words(pid).catch(() => '')));
    return lines.filter((line) => line !== '');
  };

  it('shows the site who it is, by one signature, and leaves nothing in the file system', async () => {
    let subject: unknown;
    await using peer = await TlsPeer.start(authorities, (socket) => {
      subject = socket.getPeerCertificate().subject.CN;
      socket.end('hello');
    });
    signatures = 0;
    for (const host of ['localhost', '127.0.0.1', '::1']) {
      const stream = await connector()({ host, port: peer.port });
      expect((await buffer(stream)).toString()).toBe('hello');
      expect(subject).toBe('pump-1');
    }
    expect(signatures).toBe(3);
    expect(await leftovers()).toEqual([]);
  });

  it('carries what it is given, octet by octet, more than any buffer holds, whatever the letters', async () => {
    await using peer = await TlsPeer.start(authorities, (socket) => socket.pipe(socket));
    const stream = await connector()({ host: 'localhost', port: peer.port });
    const sent = Buffer.concat([Buffer.from('Q\nR\nk\nB\n'), randomBytes(3 << 20)]);
    const back = received(stream, sent.length);
    stream.write(sent);
    expect((await back).equals(sent)).toBe(true);
    stream.destroy();
    await once(stream, 'close');
  });

  it('sends what it was given before it was closed, and its program ends with it', async () => {
    const whole = Promise.withResolvers<Buffer>();
    await using peer = await TlsPeer.start(authorities, (socket) => {
      buffer(socket).then(whole.resolve, whole.reject);
    });
    const stream = await connector()({ host: 'localhost', port: peer.port });
    expect((await started()).length).toBe(1);
    stream.end('goodbye');
    stream.destroy();
    expect((await whole.promise).toString()).toBe('goodbye');
    await once(stream, 'close');
    expect(await started()).toEqual([]);
  });

  it('has nothing secret on the command line, and no path but names', async () => {
    await using peer = await TlsPeer.start(authorities, () => undefined);
    const stream = await connector()({ host: 'localhost', port: peer.port });
    const [line = ''] = await started();
    expect(line).toContain('-verify_return_error');
    expect(line).not.toContain('/');
    stream.destroy();
    await once(stream, 'close');
  });

  it('ends when the site goes, whether it says so or not', async () => {
    const ends: readonly ((socket: TLSSocket) => void)[] = [
      (socket) => socket.end('x'),
      (socket) => {
        socket.write('x', () => socket.destroy());
      },
    ];
    for (const end of ends) {
      await using peer = await TlsPeer.start(authorities, end);
      const stream = await connector()({ host: 'localhost', port: peer.port });
      stream.resume();
      await once(stream, 'close');
      expect(stream.destroyed).toBe(true);
    }
  });

  it('is over at once where its authority is not known', async () => {
    let guests = 0;
    await using peer = await TlsPeer.start(authorities, () => {
      guests += 1;
    });
    const foreign = await authorities.issue('device', [...ofKey, '-CA', 'other.pem', '-CAkey', 'other.key']);
    const connect = opensslConnector(trust, { certificate: foreign, key: { signer } }, process.env);
    const stream = await connect({ host: 'localhost', port: peer.port });
    expect((await buffer(stream)).length).toBe(0);
    expect(guests).toBe(0);
  });

  it('says that key and certificate do not fit', async () => {
    const other = await authorities.read('other.pem');
    const connect = opensslConnector(trust, { certificate: other, key: { signer } }, process.env);
    await expect(connect({ host: 'localhost', port: 1 })).rejects.toMatchObject({
      code: 'agent/key-unusable',
    });
  });

  it('trusts the root that it was given, by the name that it asked for, and nothing else', async () => {
    await using peer = await TlsPeer.start(authorities, () => undefined);
    await using elsewhere = await TlsPeer.start(authorities, () => undefined, 'elsewhere');
    const other = await authorities.read('other.pem');
    // What the system trusts does not count.
    const environment = { SSL_CERT_FILE: authorities.path('root.pem') };
    signatures = 0;
    for (const [given, host, port] of [
      [other, 'localhost', peer.port],
      [trust, '127.0.0.2', peer.port],
      [trust, 'localhost', elsewhere.port],
    ] as const) {
      const refused = connector({ trust: given, environment })({ host, port });
      await expect(refused).rejects.toMatchObject({ code: 'agent/site-untrusted' });
    }
    // Nothing was signed for them.
    expect(signatures).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it('says that nobody answers', async () => {
    const peer = await TlsPeer.start(authorities, () => undefined);
    const { port } = peer;
    await peer[Symbol.asyncDispose]();
    await expect(connector()({ host: 'localhost', port })).rejects.toMatchObject({
      code: 'agent/site-unreachable',
    });
  });

  it('says what is to be installed', async () => {
    const address = { host: 'localhost', port: 1 };
    await expect(connector({ environment: { PATH: '/nowhere' } })(address)).rejects.toMatchObject({
      code: 'agent/software-missing',
      detail: { package: 'openssl' },
    });
    const engines = { OPENSSL_ENGINES: authorities.folder };
    await expect(connector({ environment: engines })(address)).rejects.toMatchObject({
      code: 'agent/software-missing',
      detail: { package: 'libengine-pkcs11-openssl' },
    });
  });

  it('passes on why the key does not sign', async () => {
    await using peer = await TlsPeer.start(authorities, () => undefined);
    const broken = {
      publicKey: signer.publicKey,
      sign: () => Promise.reject(Object.assign(new Error('gone'), { code: 'gone' })),
    };
    const refused = connector({ key: broken })({ host: 'localhost', port: peer.port });
    await expect(refused).rejects.toMatchObject({ code: 'agent/key-unusable' });
  });
});

/** So many octets. */
async function received(stream: Duplex, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let got = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    got += chunk.length;
    if (got >= length) break;
  }
  return Buffer.concat(chunks);
}
