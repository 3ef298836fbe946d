import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { KitenError } from '@kiten/codec';
import { parseVerifierKey } from '@kiten/ledger';
import {
  inclusionOf,
  type Logged,
  type LogInclusion,
  type LogTrust,
  parseInclusion,
  parseMetadata,
  requireLogged,
} from '@kiten/update';
import type { Command } from 'commander';
import { readBytes } from './files.ts';
import { parseThreshold } from './holder-options.ts';
import { parseDuration } from './options.ts';
import { counted, print, printJson, showTime } from './output.ts';
import { systemSources } from './system.ts';

/** By what the proof that something is in a log is judged. */
export interface InclusionOptions {
  readonly inclusion?: string;
  readonly entry?: string;
  readonly logKey?: readonly string[];
  readonly witness?: readonly string[];
  readonly quorum?: number;
  readonly maximumAge?: number;
  readonly since?: string;
  readonly as?: string;
  readonly device?: string;
}

/** Where the log has something, and who has seen it there. */
export interface LoggedReport {
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  readonly event: string;
  readonly witnesses: readonly string[];
  /** To be given as `--since` the next time. */
  readonly checkpoint: string;
}

export function withInclusion(command: Command): Command {
  return command
    .option('--inclusion <file>', 'the log: what a site answers to GET /update/inclusion/…, or a tlog-proof')
    .option('--entry <file>', 'the log: the entry that a tlog-proof is of (`kiten log prove --entry-out`)')
    .option('--log-key <key...>', 'the log: its verifier keys, as `kiten log key` prints them')
    .option('--witness <key...>', 'the log: verifier keys of witnesses')
    .option('--quorum <n>', 'the log: how many of them have to have seen it; all by default', parseThreshold)
    .option('--maximum-age <duration>', 'the log: how long ago at most: 15m, 1h, 7d (1d)', parseDuration)
    .option(
      '--since <file>',
      'the log: the checkpoint that was accepted last, which this one has to continue',
    )
    .option('--as <path>', 'the log: the file is a release, under this path of a target')
    .option('--device <id>', 'the log: the file is a Director’s targets metadata, for this device');
}

/**
 * Where the log has a file, or nothing if that wasn’t asked.
 *
 * @throws KitenError `kiten/option-missing`, `kiten/file-unreadable`, and what {@link requireLogged} refuses
 */
export async function loggedFile(file: string, options: InclusionOptions): Promise<LoggedReport | undefined> {
  if (options.inclusion === undefined) return undefined;
  const trust = trustOf(options);
  const logged = await whatOf(file, options);
  const inclusion = await inclusionIn(options.inclusion, options.entry);
  const remembered =
    options.since === undefined ? undefined : (await readBytes(options.since)).toString('utf8');
  const now = systemSources().clock.now();
  const { head, index, event, witnesses, checkpoint } = requireLogged(inclusion, logged, {
    trust,
    now,
    remembered,
  });
  const names = witnesses.flatMap((witness) => witness.names);
  return {
    ...{ origin: head.origin, index, size: head.size, witnesses: names, checkpoint },
    event: `${event.type} ${showTime(event.at)}`,
  };
}

export function tellLogged(file: string, logged: LoggedReport, json: boolean | undefined): void {
  if (json) {
    printJson({ kind: 'logged', verified: true, log: logged });
    return;
  }
  print(`${file}: ${logged.event}`);
  printLogged(logged);
}

export function printLogged(logged: LoggedReport | undefined): void {
  if (logged === undefined) return;
  const { index, size, origin, witnesses } = logged;
  print(
    `  entry ${index} of ${counted(size, 'entry', 'entries')} of ${origin}, seen by ${witnesses.join(' and ')}`,
  );
}

function trustOf({ logKey = [], witness = [], quorum, maximumAge = 86_400 }: InclusionOptions): LogTrust {
  if (logKey.length === 0) throw missing('Whose log it is has to be said: --log-key KEY.');
  if (witness.length === 0) {
    throw missing('A log that nobody else has seen may show each of us another tree: --witness KEY.');
  }
  const keys = logKey.map(parseVerifierKey);
  const witnesses = witness.map(parseVerifierKey);
  const names = new Set(witnesses.map(({ name }) => name));
  return {
    log: { origin: keys[0]?.name ?? '', keys },
    ...{ witnesses, quorum: quorum ?? names.size, maximumAge: maximumAge * 1000 },
  };
}

async function whatOf(file: string, { as: target, device }: InclusionOptions): Promise<Logged> {
  if ((target === undefined) === (device === undefined)) {
    throw missing('Say what the log has to say of it: --as PATH of a release, or --device ID of a decision.');
  }
  if (target !== undefined) return { kind: 'release', target, ...(await measure(file)) };
  const bytes = await readBytes(file);
  const { version } = parseMetadata('targets', bytes, 16 * 1024 * 1024).metadata;
  const sha256 = createHash('sha256').update(bytes).digest();
  return { kind: 'decision', device: device ?? '', version, sha256 };
}

async function measure(file: string): Promise<{ length: number; sha256: Uint8Array }> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 1024 ** 2 })) {
      hash.update(piece as Buffer);
      length += (piece as Buffer).length;
    }
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${file} cannot be read.`, { cause });
  }
  return { length, sha256: hash.digest() };
}

async function inclusionIn(file: string, entry: string | undefined): Promise<LogInclusion> {
  const bytes = await readBytes(file);
  if (bytes[0] === 0x7b) return parseInclusion(bytes);
  if (entry === undefined) throw missing('A tlog-proof is of an entry: --entry FILE.');
  return inclusionOf(await readBytes(entry), bytes);
}

const missing = (sentence: string): KitenError => new KitenError('kiten/option-missing', sentence);
