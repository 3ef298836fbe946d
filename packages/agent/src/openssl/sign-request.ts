import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import type { HardwareKey } from './hardware-key.ts';
import { missing } from './missing.ts';
import { keyUnusable } from './openssl-fault.ts';
import { type Environment, openWorkspace, type Workspace } from './workspace.ts';

const timeout = 60_000;

/**
 * A PKCS #10 request for a device, signed by a key in a token.
 *
 * @param device which has no character that a name would have to mask
 * @returns DER
 * @throws KitenError `agent/software-missing`, `agent/key-unusable`
 */
export async function signRequest(
  key: HardwareKey,
  device: string,
  environment: Environment,
): Promise<Uint8Array> {
  const workspace = await openWorkspace(key, environment);
  try {
    return await openssl(workspace, ['req', '-new', '-batch', '-subj', `/CN=${device}`, '-outform', 'DER']);
  } finally {
    await workspace.remove();
  }
}

async function openssl({ folder, environment, key }: Workspace, args: readonly string[]): Promise<Buffer> {
  // In a session of its own it has no terminal, so that nobody is asked for a PIN.
  const options = { cwd: folder, env: { ...environment }, detached: true, timeout } as const;
  const child = spawn('openssl', [...args, ...key], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const [[code], out, said] = await Promise.all([
      once(child, 'close'),
      buffer(child.stdout),
      text(child.stderr),
    ]);
    if (code === 0) return out;
    throw keyUnusable(said);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? missing.openssl() : error;
  }
}
