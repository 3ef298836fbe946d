import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { markedBlocks, missingLine, outputsOf, readRepositoryFile, scriptOf } from './readme.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);
const launcher = fileURLToPath(new URL('../packages/kiten/bin/kiten.mjs', import.meta.url));
const readmes = [
  ['README.md', 'C.UTF-8'],
  ['README.ja.md', 'ja_JP.UTF-8'],
] as const;

describe.skipIf(!tools)('what the README tells a reader to type', () => {
  it.each(readmes)('works and shows what %s says', { timeout: 180_000 }, async (file, locale) => {
    const blocks = markedBlocks(await readRepositoryFile(file));
    const { code, output } = await runInNewHome(scriptOf(blocks), locale);
    expect(code, output).toBe(0);
    const outputs = outputsOf(output);
    let step = -1;
    for (const { kind, text } of blocks) {
      if (kind !== 'shown') step++;
      else expect(missingLine(text, outputs[step] ?? ''), outputs[step]).toBeUndefined();
    }
  });
});

describe('the two READMEs', () => {
  it('tell the same commands', async () => {
    const commands = await Promise.all(
      readmes.map(async ([file]) =>
        markedBlocks(await readRepositoryFile(file)).filter(({ kind }) => kind !== 'shown'),
      ),
    );
    expect(commands[0]?.length).toBeGreaterThan(5);
    expect(commands[1]).toEqual(commands[0]);
  });

  it('promise something that can be missing', () => {
    expect(missingLine('a … c', 'x\n  a  b c\n')).toBeUndefined();
    expect(missingLine('a … c\nb', 'b\na b c\n')).toBe('b');
  });
});

/** Runs a script where there is nothing yet, and leaves neither a process nor a file behind. */
async function runInNewHome(
  script: string,
  locale: string,
): Promise<{ code: number | null; output: string }> {
  const home = await mkdtemp(join(tmpdir(), 'kiten-readme-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: locale,
    KITEN_NODE: process.execPath,
    KITEN_LAUNCHER: launcher,
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
