import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentProgram } from './agent.ts';
import { launcher } from './kiten.ts';

/** Where Node keeps the programs that it has compiled already, if it does (`vitest.config.ts`). */
const { NODE_COMPILE_CACHE } = process.env;
const compiled = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

/** Runs a script where there is nothing yet, and leaves neither a process nor a file behind. */
export async function runInNewHome(
  script: string,
  locale: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  const home = await mkdtemp(join(tmpdir(), 'kiten-readme-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: locale,
    KITEN_NODE: process.execPath,
    KITEN_LAUNCHER: launcher,
    KITEN_AGENT: agentProgram,
    ...compiled,
    ...more,
  };
  const shell = spawn('bash', ['-c', script], {
    cwd: home,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const limit = setTimeout(() => end(shell.pid), 150_000);
  const output: Buffer[] = [];
  shell.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const closed = once(shell, 'close');
  shell.once('exit', () => end(shell.pid));
  const [code] = (await closed) as [number | null];
  clearTimeout(limit);
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
  return { code, output: Buffer.concat(output).toString('utf8') };
}

/** Ends the shell and whatever it started: they are one process group. */
function end(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
