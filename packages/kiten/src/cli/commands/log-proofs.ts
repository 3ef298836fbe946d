import { KitenError, toBase64, toHex } from '@kiten/codec';
import {
  type CosigningWitness,
  directorySource,
  encodeTlogProof,
  httpSource,
  leafHash,
  parseCheckpoint,
  parseVerifierKey,
  TileReader,
  type TileSource,
  verifyTlogProof,
} from '@kiten/ledger';
import { type Command, InvalidArgumentError } from 'commander';
import { layoutOf } from '../../site/layout.ts';
import { trustedHead } from '../../site/trusted-head.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBytes, writeBytes } from '../files.ts';
import { get } from '../http-get.ts';
import { dataDirectory, dataHelp } from '../options.ts';
import { counted, print, printJson } from '../output.ts';

interface SourceOptions {
  readonly data?: string;
  readonly export?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** Proofs about the log that somebody else can check, from its published files alone. */
export function logProofCommands(log: Command, environment: Environment): void {
  withSource(log.command('prove').argument('<index>', 'the entry', parseIndex))
    .description('prove that an entry is in the log (c2sp.org/tlog-proof)')
    .option('--out <file>', 'write the proof to a file')
    .option('--entry-out <file>', 'write the entry itself to a file')
    .action(async (index: number, options: SourceOptions & { out?: string; entryOut?: string }) => {
      const source = sourceOf(options, environment);
      const head = await trustedHead(source);
      const reader = new TileReader(source, head);
      const path = await reader.proveInclusion(index);
      const proof = encodeTlogProof({ index, path, checkpoint: await checkpointText(source) });
      const hash = toBase64(await reader.leafHashAt(index));
      if (options.entryOut !== undefined) await writeBytes(options.entryOut, await reader.entryAt(index));
      if (options.out !== undefined) await writeBytes(options.out, proof);
      if (options.json) return printJson({ index, size: head.size, leafHash: hash, proof });
      if (options.out === undefined) process.stdout.write(proof);
      else print(`${options.out}: entry ${index} of ${head.size}, leaf hash ${hash}`);
      return undefined;
    });

  withSource(
    log
      .command('consistency')
      .argument('<from>', 'a size of the log', parseIndex)
      .argument('<to>', 'a later one', parseIndex),
  )
    .description('prove that the log of the later size continues the one of the earlier (RFC 9162)')
    .action(async (from: number, to: number, options: SourceOptions) => {
      const source = sourceOf(options, environment);
      const reader = new TileReader(source, await trustedHead(source));
      const [proof, fromRoot, toRoot] = await Promise.all([
        reader.proveConsistency(from, to),
        reader.rootOf(from),
        reader.rootOf(to),
      ]);
      const answer = {
        from: { size: from, root: toBase64(fromRoot) },
        to: { size: to, root: toBase64(toRoot) },
        proof: proof.map(toBase64),
      };
      if (options.json) return printJson(answer);
      print(`from ${from}  ${answer.from.root}`);
      print(`to   ${to}  ${answer.to.root}`);
      for (const hash of answer.proof) print(hash);
      return undefined;
    });

  log
    .command('check <file>')
    .description('check a proof that an entry is in a log, offline; exits with 1 if it does not hold')
    .requiredOption('--entry <file>', 'the entry')
    .requiredOption('--key <key...>', 'the log’s verifier keys, as `kiten log key` prints them')
    .option('--witness <key...>', 'verifier keys of witnesses that must have cosigned')
    .option('--quorum <n>', 'how many of them; all by default', parseIndex)
    .option('--json', 'print JSON')
    .action(
      async (
        file: string,
        options: { entry: string; key: string[]; witness?: string[]; quorum?: number; json?: boolean },
      ) => {
        const entry = await readBytes(options.entry);
        const keys = options.key.map(parseVerifierKey);
        const witnesses = (options.witness ?? []).map(parseVerifierKey);
        const threshold = options.quorum ?? witnesses.length;
        try {
          const { proof, head, ...found } = verifyTlogProof(await readBytes(file), leafHash(entry), {
            log: { origin: keys[0]?.name ?? '', keys },
            ...(witnesses.length === 0 ? {} : { quorum: { keys: witnesses, threshold } }),
          });
          const seen = found.witnesses.flatMap(({ names }: CosigningWitness) => names);
          if (options.json)
            return printJson({
              holds: true,
              index: proof.index,
              size: head.size,
              root: toHex(head.root),
              seen,
            });
          const by = seen.length === 0 ? '' : `, witnessed by ${seen.join(', ')}`;
          return print(
            `● entry ${proof.index} of ${counted(head.size, 'entry', 'entries')} of ${head.origin}${by}`,
          );
        } catch (error) {
          if (!(error instanceof KitenError)) throw error;
          process.exitCode = exitCodes.refused;
          if (options.json) return printJson({ holds: false, code: error.code, message: error.message });
          return print(`✖ ${error.message} (${error.code})`);
        }
      },
    );
}

function withSource(command: Command): Command {
  return command
    .option('--data <directory>', dataHelp)
    .option('--export <directory>', 'from an export (`kiten log export`) instead')
    .option('--url <url>', 'from a log on the web (C2SP tlog-tiles) instead: the prefix of its files')
    .option('--json', 'print JSON');
}

function sourceOf(options: SourceOptions, environment: Environment): TileSource {
  if (options.url !== undefined) return httpSource(options.url, get);
  if (options.export !== undefined) return directorySource(`${options.export}/log`);
  return directorySource(layoutOf(dataDirectory(options.data, environment)).log);
}

async function checkpointText(source: TileSource): Promise<string> {
  const bytes = (await source.read('checkpoint')) ?? new Uint8Array();
  parseCheckpoint(bytes);
  return Buffer.from(bytes).toString('utf8');
}

/** @returns a whole number from 0 */
function parseIndex(text: string): number {
  if (/^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 0.');
}
