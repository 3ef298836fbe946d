import {
  type ImaRule,
  ImaScanner,
  imaFromAscii,
  isAltered,
  isAsciiIma,
  type PcrBanks,
  readImaEntry,
  replayIma,
} from '@kiten/attestation';
import { decodeUtf8, KitenError } from '@kiten/codec';
import { tpmHashFunctions } from '@kiten/wire';
import type { Command } from 'commander';
import { banksJson } from '../attest-files.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBytes } from '../files.ts';
import { counted, jsonOf, print, printJson } from '../output.ts';
import { printRegisters } from './attest-eventlog.ts';

/** `kiten attest ima`: what a measurement list says and leads to. */
export function attestImaCommand(attest: Command): void {
  attest
    .command('ima <file>')
    .description(
      'decode a measurement list of IMA (binary or ascii_runtime_measurements) and replay it into every bank; exits with 1 if an entry was altered',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const read = await readBytes(file);
      const log = isAsciiIma(read) ? Buffer.from(imaFromAscii(decodeUtf8(read))) : read;
      const digestBytes = digestLength(log);
      const entries = entriesOf(log, digestBytes);
      const altered = entries.filter((each) => each.altered).map(({ entry }) => entry);
      const violations = entries.filter(({ violation }) => violation).length;
      const pcrs = banksJson(replayed(log, digestBytes, 'hashed', altered.length > 0));
      const padded =
        digestBytes === 20 ? banksJson(replayed(log, digestBytes, 'padded', altered.length > 0)) : {};
      if (altered.length > 0) process.exitCode = exitCodes.refused;
      if (options.json) {
        return printJson({
          count: entries.length,
          violations,
          altered,
          pcrs,
          padded,
          entries: entries.map(jsonOf),
        });
      }
      print(
        `${counted(entries.length, 'entry', 'entries')}, ${counted(violations, 'violation', 'violations')}`,
      );
      for (const { entry, template, name = '', violation, altered: isWrong } of entries) {
        const mark = isWrong ? '✖ altered ' : violation ? '▲ violation ' : '';
        print(`  ${String(entry).padStart(5)}  ${template}  ${mark}${name}`.trimEnd());
      }
      printRegisters(pcrs);
      if (Object.keys(padded).length === 0) return;
      print('\nwith SHA-1 digests padded, as kernels before 5.8 do');
      printRegisters(padded);
    });
}

const lengths = [20, 32, 48, 64];

/** Lists of a bank other than SHA-1 have longer template digests, and nothing in them says so. */
function digestLength(log: Buffer): number {
  let first: KitenError | undefined;
  for (const length of lengths) {
    try {
      const scanner = new ImaScanner(log, 0, length);
      while (scanner.next());
      return length;
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

function entriesOf(log: Buffer, digestBytes: number) {
  const scanner = new ImaScanner(log, 0, digestBytes);
  const entries = [];
  while (scanner.next()) {
    entries.push({ entry: entries.length, ...readImaEntry(scanner), altered: isAltered(scanner) });
  }
  return entries;
}

/** Where the log's own digests are what is extended, an altered entry leads nowhere. */
function replayed(log: Buffer, digestBytes: number, rule: ImaRule, altered: boolean): PcrBanks {
  const banks = new Map<number, ReadonlyMap<number, string>>();
  for (const bank of tpmHashFunctions) {
    const isLogged = rule === 'padded' || (bank.name === 'sha1' && digestBytes === 20);
    const isCommon = ['sha1', 'sha256', 'sha384', 'sha512'].includes(bank.name);
    if (!isCommon || (isLogged && altered) || (rule === 'padded' && bank.name === 'sha1')) continue;
    banks.set(bank.id, replayIma(log, bank, { rule, digestBytes }).values);
  }
  return banks;
}
