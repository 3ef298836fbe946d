// A client of the command line and a repository of its own, as tuf-conformance puts them together: what it exits with,
// what it trusts afterwards, what it has downloaded and what it has asked for.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { Command } from 'commander';
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest';
import { tufClientCommands } from '../../packages/kiten/src/cli/commands/update-tuf-client.ts';
import { Simulator } from '../../packages/update/test/support/simulator.ts';
import { launcher, run } from '../kiten.ts';

const repositories = new Map<string, Simulator>();
let server: Server;

/** Serves the repositories of all trials, each below a path of its own. To be called where tests are collected. */
export function serveTrials(): void {
  beforeAll(async () => {
    server = createServer((request, response) => {
      const [, name = '', ...path] = (request.url ?? '').split('/');
      const repository = repositories.get(name);
      repository?.requests.push(path.join('/'));
      const bytes = repository?.files.get(path.join('/'));
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
}

export class Trial {
  readonly repository = new Simulator();
  readonly #folder: string;
  readonly #url: string;

  readonly #run: (args: readonly string[], at?: number) => Promise<number>;

  private constructor(folder: string, name: string, asProcess: boolean) {
    this.#folder = folder;
    this.#run = asProcess ? runProcess : runHere;
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;
    repositories.set(name, this.repository);
  }

  /** A client that has begun with the first root, unless it is to begin later. */
  static async start({
    initialised = true,
    asProcess = process.env.KITEN_LONG === '1',
  } = {}): Promise<Trial> {
    const folder = await mkdtemp(join(tmpdir(), 'kiten-test-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const trial = new Trial(folder, `trial-${repositories.size}`, asProcess);
    await Promise.all([mkdir(trial.#metadata), mkdir(trial.#targets)]);
    if (initialised) await trial.initialise();
    return trial;
  }

  get #metadata(): string {
    return join(this.#folder, 'metadata');
  }

  get #targets(): string {
    return join(this.#folder, 'targets');
  }

  /** @returns the exit code, as all that runs the client does. */
  async initialise(root = this.repository.file('metadata/1.root.json')): Promise<number> {
    const file = join(this.#folder, 'initial_root.json');
    await writeFile(file, root);
    return this.#run(['--metadata-dir', this.#metadata, 'init', file]);
  }

  /** @param at what the clock says, in milliseconds since 1970. */
  refresh(at?: number): Promise<number> {
    return this.#run([...this.#source, 'refresh'], at);
  }

  download(path: string, at?: number): Promise<number> {
    const where = ['--target-dir', this.#targets, '--target-base-url', `${this.#url}/targets/`];
    return this.#run([...this.#source, '--target-name', path, ...where, 'download'], at);
  }

  get #source(): string[] {
    return ['--metadata-url', `${this.#url}/metadata/`, '--metadata-dir', this.#metadata];
  }

  /** The roles that it trusts, by the names of their files, each with its version. */
  async trusted(): Promise<Record<string, number>> {
    const files = (await readdir(this.#metadata)).filter((file) => file.endsWith('.json')).sort();
    const named = files.map(async (file) => [file.slice(0, -5), await this.#version(file)] as const);
    return Object.fromEntries(await Promise.all(named));
  }

  async #version(file: string): Promise<number> {
    const { signed } = JSON.parse(await readFile(join(this.#metadata, file), 'utf8'));
    return signed.version;
  }

  /** The file of a role, as it lies there. */
  bytes(role: string): Promise<Uint8Array> {
    return readFile(join(this.#metadata, `${role}.json`));
  }

  /** What has been downloaded, the oldest first. */
  async downloaded(): Promise<string[]> {
    const files = (await readdir(this.#targets)).filter((file) => !file.startsWith('.'));
    const dated = files.map(async (file) => {
      const path = join(this.#targets, file);
      return { at: (await stat(path)).mtimeMs, content: await readFile(path, 'utf8') };
    });
    return (await Promise.all(dated)).sort((left, right) => left.at - right.at).map(({ content }) => content);
  }

  /** What metadata it has asked for: `root 2`, `timestamp`. */
  asked(): string[] {
    return this.repository.requests
      .filter((path) => path.startsWith('metadata/'))
      .map((path) => path.slice('metadata/'.length, -'.json'.length))
      .map((name) => name.replace(/^(\d+)\.(.+)$/, '$2 $1'));
  }

  /** What targets it has asked for. */
  askedTargets(): string[] {
    return this.repository.requests.filter((path) => path.startsWith('targets/'));
  }
}

/** The same code without a process for each run, which would take most of the time. */
async function runHere(args: readonly string[], at?: number): Promise<number> {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  if (at !== undefined) vi.useFakeTimers({ toFake: ['Date'], now: at });
  try {
    const program = new Command('kiten').exitOverride();
    tufClientCommands(program.command('update'));
    await program.parseAsync(['update', 'tuf-client', ...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof KitenError) return 1;
    throw error;
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
}

/** The client as the suite runs it: with another time by way of faketime. */
async function runProcess(args: readonly string[], at?: number): Promise<number> {
  const command = [launcher, 'update', 'tuf-client', ...args];
  const time = new Date(at ?? 0).toISOString().replace('T', ' ').replace('Z', '+00:00');
  const { code } = await (at === undefined
    ? run(process.execPath, command)
    : run('faketime', [time, process.execPath, ...command]));
  return code ?? -1;
}
