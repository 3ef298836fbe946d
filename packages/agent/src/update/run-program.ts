import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { KitenError } from '@kiten/codec';

const execute = promisify(execFile);
const mostOutput = 64 * 1024;

/** A program and its arguments. No shell comes in between. */
export type Program = readonly [string, ...string[]];

/**
 * Runs a program to its end.
 *
 * @param words stand in the place of `{word}` in its arguments.
 * @returns what it printed.
 * @throws KitenError `agent/program-failed`: it can’t be run, ended with another code than 0, or took too long.
 */
export async function runProgram(
  [program, ...given]: Program,
  milliseconds: number,
  words: Readonly<Record<string, string>> = {},
): Promise<string> {
  const args = given.map((each) => each.replace(/\{([a-z]+)\}/g, (all, word: string) => words[word] ?? all));
  try {
    const { stdout } = await execute(program, args, {
      timeout: milliseconds,
      killSignal: 'SIGKILL',
      maxBuffer: mostOutput,
    });
    return stdout.trim();
  } catch (cause) {
    const { code, killed, stderr = '' } = cause as { code?: unknown; killed?: boolean; stderr?: string };
    const how = killed === true ? `took longer than ${milliseconds} ms` : `ended with ${String(code)}`;
    const said = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
    throw new KitenError('agent/program-failed', `${program} ${how}${said === '' ? '.' : `: ${said}`}`, {
      cause,
      detail: { program },
    });
  }
}
