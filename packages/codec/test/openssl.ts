import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTool } from '../../../test/tools.ts';

export const hasOpenssl = requireTool('openssl', 'openssl');

export interface OpensslResult {
  readonly status: number | null;
  readonly stdout: Buffer;
  /** What it said on both streams. */
  readonly said: string;
}

/** Runs `openssl` with files that it may name as `@name`, in a folder that goes away afterwards. */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): OpensslResult {
  const folder = mkdtempSync(join(tmpdir(), 'kiten-codec-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const named = args.map((arg) => (arg.startsWith('@') ? join(folder, arg.slice(1)) : arg));
    const { status, stdout, stderr } = spawnSync('openssl', named, { cwd: folder });
    return { status, stdout, said: `${stdout.toString('latin1')}${stderr.toString('latin1')}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As {@link openssl}, for runs that must succeed. */
export function opensslOk(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): OpensslResult {
  const result = openssl(args, files);
  if (result.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${result.said}`);
  return result;
}
