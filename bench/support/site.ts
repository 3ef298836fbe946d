import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../packages/kiten/bin/kiten.mjs', import.meta.url));

interface Ready {
  readonly event: string;
  readonly api: string;
  readonly device: string;
  readonly mqtts: string;
  readonly ca: string;
  readonly tokenFile: string;
}

export interface SiteOptions {
  /** Options of Node itself, before the program. */
  readonly node?: readonly string[];
  /** A site's directory to go on with; a new one otherwise. It is removed in the end either way. */
  readonly directory?: string;
}

/** A site in a process of its own, started as people start it, on free ports of this machine alone. */
export class Site {
  readonly directory: string;
  /** Its certificate authority, PEM. */
  ca = '';
  ready!: Ready;
  /** From `spawn` to the line that says that everything answers. */
  readySeconds = Number.NaN;
  #process!: ChildProcess;
  #token = '';
  #errors = '';

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async start({ node = [], directory }: SiteOptions = {}): Promise<Site> {
    const site = new Site(directory ?? (await mkdtemp(join(tmpdir(), 'kiten-bench-'))));
    try {
      await site.up(node);
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
    return site;
  }

  /** Starts it, or starts it again after {@link down}. */
  async up(node: readonly string[] = []): Promise<void> {
    const args = [...node, launcher, 'up', '--data', this.directory, '--ports', 'random', '--json'];
    const started = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    this.#process = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString('utf8')).slice(-4000);
    });
    const lines = createInterface({ input: child.stdout as Readable });
    this.ready = await new Promise<Ready>((resolve, reject) => {
      lines.on('line', (line) => {
        if (!line.startsWith('{"event":"ready"')) return;
        this.readySeconds = (performance.now() - started) / 1000;
        resolve(JSON.parse(line) as Ready);
      });
      child.once('exit', () => reject(new Error(`The site did not come up: ${this.#errors}`)));
    });
    this.ca = await readFile(this.ready.ca, 'utf8');
    this.#token = (await readFile(this.ready.tokenFile, 'utf8')).trim();
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** What a module loaded beside the program writes to file descriptor 3. */
  get told(): Readable {
    return this.#process.stdio[3] as Readable;
  }

  get mqttPort(): number {
    return Number(this.ready.mqtts.split(':')[1]);
  }

  /** Asks the API as the site's operator. */
  async post<T>(path: string, body: object): Promise<T> {
    const response = await fetch(`${this.ready.api}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** The operator's token. */
  get operatorToken(): string {
    return this.#token;
  }

  async down(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    await rm(this.directory, { recursive: true, force: true });
  }
}
