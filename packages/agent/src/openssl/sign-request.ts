import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { ecdsaDerToRaw } from '@kiten/codec';
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
    const { engine, uri } = workspace;
    const subject = ['-subj', `/CN=${device}`];
    return await openssl(workspace, [
      'req',
      '-new',
      '-batch',
      ...subject,
      '-outform',
      'DER',
      ...engine,
      '-key',
      uri,
    ]);
  } finally {
    await workspace.remove();
  }
}

/**
 * Signs a message with a key on P-256 in a token, over its SHA-256.
 *
 * @returns r and s, 32 octets each
 * @throws KitenError `agent/software-missing`, `agent/key-unusable`, `codec/ecdsa-…` for a key of another kind
 */
export async function signMessage(
  key: HardwareKey,
  message: Uint8Array,
  environment: Environment,
): Promise<Uint8Array> {
  const digest = createHash('sha256').update(message).digest();
  const workspace = await openWorkspace(key, environment, { digest });
  try {
    const { engine, uri } = workspace;
    const over = ['-sign', '-in', 'digest', '-pkeyopt', 'digest:sha256'];
    return ecdsaDerToRaw(await openssl(workspace, ['pkeyutl', ...over, ...engine, '-inkey', uri]), 32);
  } finally {
    await workspace.remove();
  }
}

async function openssl({ folder, environment }: Workspace, args: readonly string[]): Promise<Buffer> {
  // In a session of its own it has no terminal, so that nobody is asked for a PIN.
  const options = { cwd: folder, env: { ...environment }, detached: true, timeout } as const;
  const child = spawn('openssl', args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
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
