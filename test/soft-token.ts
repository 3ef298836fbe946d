import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './kiten.ts';
import { requireFile, requireTool } from './tools.ts';

const library = '/usr/lib/softhsm/libsofthsm2.so';
export const softTokenLibrary = library;

/** Whether a PKCS #11 token in software is here. */
export const hasSoftToken = [
  requireTool('softhsm2-util', 'softhsm2'),
  requireFile(library, 'softhsm2'),
  requireTool('pkcs11-tool', 'opensc'),
].every(Boolean);

/** A PKCS #11 token of its own with a key on P-256, made in it. */
export class SoftToken implements AsyncDisposable {
  readonly folder: string;
  readonly pin = '271828';

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<SoftToken> {
    const token = new SoftToken(await mkdtemp(join(tmpdir(), 'token-')));
    await mkdir(join(token.folder, 'tokens'));
    await writeFile(
      token.environment.SOFTHSM2_CONF,
      `directories.tokendir = ${join(token.folder, 'tokens')}\n`,
    );
    await writeFile(token.pinFile, token.pin, { mode: 0o600 });
    const label = ['--init-token', '--free', '--label', 'device'];
    await token.#must('softhsm2-util', [...label, '--so-pin', '314159', '--pin', token.pin]);
    const key = ['--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'tls', '--id', '01'];
    await token.#must('pkcs11-tool', ['--module', library, '--login', '--pin', 'env:PIN', ...key]);
    return token;
  }

  get environment() {
    return { SOFTHSM2_CONF: join(this.folder, 'softhsm2.conf') } as const;
  }

  get pinFile(): string {
    return join(this.folder, 'pin');
  }

  /** Lines of the agent's configuration. */
  get settings(): string {
    return `[key]
store = "pkcs11"
uri = "pkcs11:token=device;object=tls"
module = "${library}"
pin-file = "${this.pinFile}"
`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  async #must(program: string, args: readonly string[]): Promise<void> {
    const env = { ...this.environment, PIN: this.pin };
    const { code, stdout, stderr } = await run(program, args, { env });
    if (code !== 0) throw new Error(`${program}: ${stdout}${stderr}`);
  }
}
