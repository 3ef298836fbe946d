import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../../../../test/kiten.ts';
import { requireTool } from '../../../../test/tools.ts';

/** Whether a software TPM and the tools that speak to it are here. */
export const hasSwtpm = [
  requireTool('swtpm', 'swtpm'),
  requireTool('swtpm_setup', 'swtpm-tools'),
  requireTool('tpm2_quote', 'tpm2-tools'),
].every(Boolean);

/** The configuration of a vendor of its own: its root comes to lie in `swtpm-localca-rootca-cert.pem`. */
async function vendor(folder: string): Promise<string> {
  const files = {
    'ca.conf': [
      `statedir = ${folder}`,
      `signingkey = ${join(folder, 'ca.key')}`,
      `issuercert = ${join(folder, 'ca.pem')}`,
      `certserial = ${join(folder, 'serial')}`,
    ],
    'ca.options': ['--platform-manufacturer Kiten', '--platform-version 1', '--platform-model Test'],
    'setup.conf': [
      'create_certs_tool = swtpm_localca',
      `create_certs_tool_config = ${join(folder, 'ca.conf')}`,
      `create_certs_tool_options = ${join(folder, 'ca.options')}`,
    ],
  };
  for (const [name, lines] of Object.entries(files)) await writeFile(join(folder, name), lines.join('\n'));
  return join(folder, 'setup.conf');
}

/** What its maker does with a TPM before it is sold. */
async function manufacture(folder: string, state: string, certified: boolean): Promise<void> {
  const certificate = certified ? ['--create-ek-cert', '--config', await vendor(folder)] : [];
  const setup = ['--tpm2', '--tpmstate', state, '--pcr-banks', 'sha1,sha256,sha384'];
  const made = await run('swtpm_setup', [...setup, ...certificate]);
  if (made.code !== 0) throw new Error(`swtpm_setup: ${made.stdout}${made.stderr}`);
}

/** A socket is there a moment before anybody listens at it. */
async function listens(path: string): Promise<boolean> {
  const socket = createConnection({ path });
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}

/** A software TPM of its own, and a folder for its files. */
export class SoftwareTpm implements AsyncDisposable {
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
  }

  /**
   * Starts one with SHA-1, SHA-256 and SHA-384 banks, and on demand an endorsement certificate by a vendor of its own;
   * a bare one comes up at once, with the banks that swtpm has by itself.
   */
  static async start({ certified = false, bare = false } = {}): Promise<SoftwareTpm> {
    const folder = await mkdtemp(join(tmpdir(), 'tpm-'));
    const state = await mkdtemp(join(folder, 'state-'));
    if (!bare) await manufacture(folder, state, certified);
    const socket = join(folder, 'tpm');
    const args = ['socket', '--tpm2', '--tpmstate', `dir=${state}`, '--flags', 'not-need-init,startup-clear'];
    const server = ['--server', `type=unixio,path=${socket}`, '--ctrl', `type=unixio,path=${socket}.ctrl`];
    const child = spawn('swtpm', [...args, ...server], { stdio: 'ignore' });
    while (!existsSync(`${socket}.ctrl`) || !(await listens(socket))) {
      if (child.exitCode !== null) throw new Error('swtpm ended');
      await delay(10);
    }
    return new SoftwareTpm(folder, child);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Promise<Buffer> {
    return readFile(this.path(name));
  }

  write(name: string, bytes: Uint8Array | string): Promise<void> {
    return writeFile(this.path(name), bytes);
  }

  /** Runs `tpm2_NAME` within the folder; transient objects are flushed behind it, of which there is room for three. */
  async tool(name: string, ...args: string[]): Promise<string> {
    const env = { TPM2TOOLS_TCTI: `swtpm:path=${this.path('tpm')}` };
    const tool = async (program: string, given: readonly string[]) => {
      const script = `cd "$1" && shift && exec "$@"`;
      const outcome = await run('sh', ['-c', script, 'sh', this.folder, program, ...given], { env });
      if (outcome.code !== 0) throw new Error(`${program}: ${outcome.stderr}${outcome.stdout}`);
      return outcome.stdout;
    };
    const said = await tool(`tpm2_${name}`, args);
    await tool('tpm2_flushcontext', ['-t']);
    return said;
  }

  /** An endorsement key and an attestation key below it. */
  async createKeys(kind: 'ecc' | 'rsa', ak = 'ak'): Promise<void> {
    await this.tool('createek', '-c', 'ek.ctx', '-G', kind, '-u', 'ek.pub');
    const scheme = kind === 'ecc' ? 'ecdsa' : 'rsassa';
    const names = ['-u', `${ak}.pub`, '-n', `${ak}.name`];
    await this.tool(
      'createak',
      '-C',
      'ek.ctx',
      '-c',
      `${ak}.ctx`,
      '-G',
      kind,
      '-g',
      'sha256',
      '-s',
      scheme,
      ...names,
    );
  }

  /** Quotes PCRs over a nonce. @param selection `sha256:0,1+sha384:10` */
  async quote(selection: string, nonce: string, ak = 'ak'): Promise<{ message: Buffer; signature: Buffer }> {
    const files = ['-m', 'q.msg', '-s', 'q.sig', '-o', 'q.pcr'];
    await this.tool('quote', '-c', `${ak}.ctx`, '-l', selection, '-q', nonce, ...files, '-g', 'sha256');
    return { message: await this.read('q.msg'), signature: await this.read('q.sig') };
  }

  /** The certificate of its RSA endorsement key, from NV, and those of the vendor. */
  async endorsement(): Promise<{ certificate: Buffer; intermediate: Buffer; root: Buffer }> {
    await this.tool('nvread', '0x1c00002', '-C', 'o', '-o', 'ek.crt');
    const certificate = await this.read('ek.crt');
    const [intermediate, root] = await Promise.all(
      ['ca.pem', 'swtpm-localca-rootca-cert.pem'].map((file) => this.read(file)),
    );
    return { certificate, intermediate: intermediate!, root: root! };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
    await rm(this.folder, { recursive: true });
  }
}
