import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePem } from '@kiten/codec';
import { requireTool } from '../../../test/tools.ts';

export const hasOpenssl = requireTool('openssl', 'openssl');

/** Whether `openssl` finds that the key signed the message. */
export function opensslVerifies(publicKey: Uint8Array, message: string, signature: Uint8Array): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'kiten-ledger-'));
  try {
    writeFileSync(join(folder, 'key'), encodePem('PUBLIC KEY', publicKey));
    writeFileSync(join(folder, 'message'), message);
    writeFileSync(join(folder, 'signature'), signature);
    const files = ['-inkey', 'key', '-in', 'message', '-sigfile', 'signature'];
    const { status, stdout, stderr } = spawnSync(
      'openssl',
      ['pkeyutl', '-verify', '-pubin', '-rawin', ...files],
      {
        cwd: folder,
      },
    );
    const said = `${stdout}${stderr}`;
    if (said.includes('Signature Verified Successfully')) return status === 0;
    if (said.includes('Signature Verification Failure')) return false;
    throw new Error(`openssl pkeyutl: ${said}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
