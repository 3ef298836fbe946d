import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePem } from '@kiten/codec';

/** A folder of files that programs of the operating system read and write. */
export interface Bench {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
  pem(name: string, label: string, ...ders: readonly Uint8Array[]): string;
  remove(): void;
}

export function createBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'kiten-identity-'));
  const path = (name: string) => join(folder, name);
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(path(name), content);
    return path(name);
  };
  return {
    folder,
    path,
    write,
    pem: (name, label, ...ders) => write(name, ders.map((der) => encodePem(label, der)).join('')),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Runs `openssl`; its output on success, and on failure what it said. */
export function openssl(...args: readonly string[]): { readonly ok: boolean; readonly out: string } {
  try {
    return {
      ok: true,
      out: execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString('latin1'),
    };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    return { ok: false, out: `${stdout}${stderr}` };
  }
}

/** Runs a program without holding up a server in this process; its standard output. */
export const run = (program: string, args: readonly string[]): Promise<{ ok: boolean; out: string }> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, out: error === null ? stdout : `${stdout}${stderr}` });
    });
  });
