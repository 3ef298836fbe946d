import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-ports.ts';
import { requireTool } from './tools.ts';

/** The machine does not go down under a test: not to wait for its disk saves half a minute where that is busy. */
const quick = ['-c', 'fsync=off', '-c', 'full_page_writes=off'];

export const hasPostgres = (): boolean => requireTool('psql', 'postgresql');

/** A PostgreSQL server of a test's own: on loopback, with a password, as an unprivileged user. */
export class TestPostgres {
  readonly password = 'in a file, nowhere else';
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async start(): Promise<TestPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'kiten-postgres-'));
    const server = new TestPostgres(folder, await freePort());
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, `${server.password}\n`);
    const { uid, gid } = unprivileged();
    if (uid !== undefined && gid !== undefined)
      for (const path of [folder, passwordFile]) await chown(path, uid, gid);
    const options = ['-D', join(folder, 'data'), '-U', 'kiten', '--pwfile', passwordFile];
    execFileSync(
      program('initdb'),
      [...options, '--no-sync', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C'],
      {
        stdio: 'ignore',
        ...unprivileged(),
      },
    );
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    const where = ['-D', join(this.#folder, 'data'), '-k', this.#folder, '-p', String(this.#port)];
    const child = spawn(program('postgres'), [...where, '-h', '127.0.0.1,::1', ...quick], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...unprivileged(),
    });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        if (said.includes('database system is ready to accept connections')) resolve();
      });
      child.once('exit', () => reject(new Error(`PostgreSQL did not come up: ${said}`)));
    });
  }

  /** Makes an empty database. @returns its address, for `store.url` */
  database(name: string): string {
    this.sql('postgres', `create database ${name}`);
    return this.url(name);
  }

  url(name: string, host = '127.0.0.1'): string {
    return `postgres://kiten@${host}:${this.#port}/${name}`;
  }

  sql(database: string, statement: string): string {
    const where = ['-h', '127.0.0.1', '-p', String(this.#port), '-U', 'kiten', '-d', database];
    const env = { ...process.env, PGPASSWORD: this.password };
    return execFileSync('psql', [...where, '-Atc', statement], { env, encoding: 'utf8' }).trim();
  }

  /** Ends it without letting anybody finish. */
  async crash(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGQUIT');
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** PostgreSQL does not run as root: then as the user that its package brings. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Debian keeps the server's programs beside the path, by version. */
function program(name: string): string {
  const base = '/usr/lib/postgresql';
  const [newest = ''] = readdirSync(base).toSorted((a, b) => Number(b) - Number(a));
  return join(base, newest, 'bin', name);
}
