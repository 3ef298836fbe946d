import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@kiten/codec';
import { generateSigner, nodeVerify } from '@kiten/identity';
import type { RehearsalPorts } from '@kiten/update';

/** A rehearsal on a repository, in a directory that goes with it. */
export async function withScratch<T>(
  directory: string,
  clock: Clock,
  play: (ports: RehearsalPorts) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'kiten-rehearsal-'));
  try {
    return await play({
      ...{ directory, scratch, verify: nodeVerify, clock },
      newSigner: () => generateSigner('EdDSA'),
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
