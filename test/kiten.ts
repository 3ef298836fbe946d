import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const launcher = fileURLToPath(new URL('../packages/kiten/bin/kiten.mjs', import.meta.url));

/** What a program that ended had to say. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. `limit` is in milliseconds; one that takes longer is killed and the outcome says so. */
export async function run(
  program: string,
  args: readonly string[],
  options: { input?: string | Uint8Array; env?: Record<string, string>; limit?: number } = {},
): Promise<Outcome> {
  const child = spawn(program, args, {
    env: { ...process.env, ...options.env },
    timeout: options.limit ?? 30_000,
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  child.stdin.end(options.input);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return {
    code,
    signal,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  };
}

/** Runs the command line, as it is built. */
export function kiten(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return run(process.execPath, [launcher, ...args], { env });
}

/** What `kiten up --json` says when everything answers. */
export interface Ready {
  readonly event: 'ready';
  readonly console: string;
  readonly api: string;
  readonly device: string;
  readonly mqtts: string;
  readonly passwords?: string;
  readonly plainPasswords?: string;
  readonly publicConsole?: string;
  readonly ca: string;
  readonly data: string;
  readonly tokenFile: string;
  readonly signIn: string;
}

/** A site in a process of its own, on free ports, in a directory that goes with it. */
export class TestSite {
  readonly directory: string;
  readonly events: Record<string, unknown>[] = [];
  ready!: Ready;
  operatorToken = '';
  #process: ChildProcess | undefined;
  #errors = '';

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async start(
    directory?: string,
    command: 'up' | 'demo' = 'up',
    more: readonly string[] = [],
  ): Promise<TestSite> {
    const site = new TestSite(directory ?? (await mkdtemp(join(tmpdir(), 'kiten-test-'))));
    await site.up(command, more);
    return site;
  }

  get data(): string {
    return join(this.directory, 'site');
  }

  /** Remembered checkpoints and the like stay out of the home directory of whoever runs the tests. */
  get env(): Record<string, string> {
    return { XDG_STATE_HOME: join(this.directory, 'state') };
  }

  /** What the site has written to its log so far. */
  get errors(): string {
    return this.#errors;
  }

  /** Whether its process has ended, by itself or not. */
  get hasEnded(): boolean {
    const child = this.#process;
    return child === undefined || child.exitCode !== null || child.signalCode !== null;
  }

  async up(command: 'up' | 'demo' = 'up', more: readonly string[] = []): Promise<void> {
    const child = spawn(
      process.execPath,
      [launcher, command, '--data', this.data, '--ports', 'random', '--json', ...more],
      {
        env: { ...process.env, ...this.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#process = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString('utf8');
    });
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise<Ready>((resolve, reject) => {
      lines.on('line', (line) => {
        const event = JSON.parse(line) as Record<string, unknown>;
        this.events.push(event);
        if (event.event === 'ready') resolve(event as unknown as Ready);
      });
      child.once('exit', () => reject(new Error(`the site did not come up: ${this.#errors}`)));
    });
    this.ready = await ready;
    this.operatorToken = (await readFile(this.ready.tokenFile, 'utf8')).trim();
  }

  kiten(...args: readonly string[]): Promise<Outcome> {
    return kiten([...args, '--data', this.data], this.env);
  }

  /** The same with `--json`, parsed. Fails the test if the command fails. */
  async json<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.kiten(...args, '--json');
    if (code !== 0) throw new Error(`kiten ${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** Adds an operator, who comes in by the invitation and makes a token. @returns the token */
  async invite(name: string, role: string, scopes: readonly string[] = ['operate']): Promise<string> {
    const { link } = await this.json<{ link: string }>(
      'operator',
      'add',
      name,
      '--role',
      role,
      '--reason',
      'new',
    );
    return this.comeIn(link, scopes);
  }

  /** Signs in by a link as a browser does, and makes a token there. @returns the token */
  async comeIn(link: string, scopes: readonly string[]): Promise<string> {
    const post = async (path: string, body: object, cookie = '') => {
      const headers = { origin: new URL(this.ready.api).origin, cookie, 'content-type': 'application/json' };
      return fetch(`${this.ready.api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    const signedIn = await post('/sign-in', { link: link.replace(/^.*#sign-in=/, '') });
    const cookie = signedIn.headers.getSetCookie()[0]?.replace(/;.*/, '');
    const made = await post('/api-tokens', { name: 'own', scopes }, cookie);
    return ((await made.json()) as { token: string }).token;
  }

  /** Asks the API as the site's operator. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.ready.api}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${this.operatorToken}`, ...init.headers },
    });
  }

  /** Waits until something holds, looking again every few milliseconds. */
  async until<T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${what} did not come about; the site says: ${this.#errors.slice(-2000)}`);
  }

  /** Sends the site's process a signal that is not its end. */
  tell(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Sends the site's process a signal and waits for its end. @returns its exit code, null if the signal ended it */
  async signal(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === undefined) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  }

  /** Ends the site and removes what it left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.signal('SIGTERM');
    await rm(this.directory, { recursive: true, force: true });
  }
}
