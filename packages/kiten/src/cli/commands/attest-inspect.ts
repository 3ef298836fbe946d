import { KitenError } from '@kiten/codec';
import { exactJsonText } from '@kiten/policy';
import type { Command } from 'commander';
import { readBytes } from '../files.ts';
import { inspectors } from '../inspect.ts';
import { print, printJson } from '../output.ts';

/** `kiten attest inspect`: whatever it is. */
export function attestInspectCommand(attest: Command): void {
  attest
    .command('inspect <file>')
    .description(
      'say what a file is, and decode it: evidence, structures of a TPM, logs, reference values, results',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const bytes = await readBytes(file);
      for (const { kind, decode } of inspectors) {
        const content = readable(() => decode(bytes));
        if (content === undefined) continue;
        if (options.json) return printJson({ kind, content });
        print(kind);
        return printMembers(content, '  ');
      }
      throw new KitenError('kiten/inspect-unknown', `${file} is nothing that is known here.`);
    });
}

/** Undefined if it is something else. */
function readable(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

function printMembers(value: unknown, indent: string): void {
  if (typeof value !== 'object' || value === null) {
    print(`${indent}${String(value)}`);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const text = exactJsonText(member);
    if (text.length < 90 || typeof member !== 'object') print(`${indent}${name}: ${text}`);
    else {
      print(`${indent}${name}:`);
      printMembers(member, `${indent}  `);
    }
  }
}
