import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from './environment.ts';

/** The newest checkpoint that this user has seen of a log, outside of the site's own directory. */
export interface CheckpointMemory {
  recall(): Promise<string | undefined>;
  remember(checkpoint: string): Promise<void>;
}

/** Kept below XDG_STATE_HOME: whoever rolls the site's directory back does not reach it there. */
export function rememberedCheckpoints(environment: Environment, log: string): CheckpointMemory {
  const state = environment.XDG_STATE_HOME ?? join(environment.HOME ?? homedir(), '.local', 'state');
  const file = join(
    state,
    'kiten',
    'checkpoints',
    createHash('sha256').update(log).digest('hex').slice(0, 32),
  );
  return {
    async recall() {
      try {
        return await readFile(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async remember(checkpoint) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      // Beside it first: what is remembered must outlive a disk without room.
      const beside = `${file}.${process.pid}`;
      try {
        await writeFile(beside, checkpoint, { mode: 0o600 });
        await rename(beside, file);
      } finally {
        await rm(beside, { force: true });
      }
    },
  };
}
