import { join } from 'node:path';
import { toHex } from '@kiten/codec';
import { auditLog, directorySource, httpSource, type LedgerReport, verifyLedger } from '@kiten/ledger';
import type { Command } from 'commander';
import { layoutOf } from '../../site/layout.ts';
import { logOrigin, logPublicKey } from '../../site/log-identity.ts';
import { verifyTraffic } from '../../site/verify-traffic.ts';
import { type CheckpointMemory, rememberedCheckpoints } from '../checkpoint-memory.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { readIfThere, readText } from '../files.ts';
import { get } from '../http-get.ts';
import { keysOf, onlyKey } from '../log-keys.ts';
import { dataDirectory, dataHelp } from '../options.ts';
import { counted, print, printJson } from '../output.ts';
import { type StampedLog, type StampReport, stampsIn } from '../time-stamp-report.ts';

interface VerifyOptions {
  readonly data?: string;
  readonly export?: string;
  readonly url?: string;
  readonly key?: readonly string[];
  readonly from?: string;
  readonly forget?: boolean;
  readonly timeStampRoots?: string;
  readonly json?: boolean;
}

/** All that a verification looked at. */
interface Verification {
  readonly report: LedgerReport;
  /** What else the log vouches for, and whether it is as it was logged. */
  readonly traffic?: { readonly windows: number; readonly problems: readonly string[] };
  readonly timeStamps?: StampReport;
}

/** `kiten log verify`: of a site's own files, of an export, or of a log somewhere on the web. */
export function logVerifyCommand(log: Command, environment: Environment): void {
  log
    .command('verify')
    .description('prove that nothing in the log was changed; works offline, and beside a running site')
    .option('--data <directory>', dataHelp)
    .option('--export <directory>', 'verify an export (`kiten log export`) instead of a site')
    .option('--url <url>', 'verify a log on the web (C2SP tlog-tiles) instead: the prefix of its files')
    .option(
      '--key <key...>',
      'with --export or --url: the log’s verifier keys, as `kiten log key` prints them',
    )
    .option('--from <file>', 'a checkpoint kept elsewhere: the log must contain it')
    .option('--forget', 'disregard the checkpoint that this user’s last verification remembered')
    .option('--time-stamp-roots <file>', 'verify time stamps (RFC 3161) under these roots, PEM')
    .option('--json', 'print JSON')
    .action(async (options: VerifyOptions) => {
      const elsewhere = options.export !== undefined || options.url !== undefined;
      const { verification, compared } = elsewhere
        ? await verifyElsewhere(options, environment)
        : await verifySite(options, environment);
      if (!holds(verification)) process.exitCode = exitCodes.refused;
      if (options.json) printJson(jsonOf(verification));
      else printVerification(verification, compared);
    });
}

interface Verified {
  readonly verification: Verification;
  /** Whether an earlier checkpoint was at hand. */
  readonly compared: boolean;
}

async function verifySite(options: VerifyOptions, environment: Environment): Promise<Verified> {
  const layout = layoutOf(dataDirectory(options.data, environment));
  const publicKey = await logPublicKey(layout);
  const origin = await logOrigin(layout);
  const memory = rememberedCheckpoints(environment, `${origin} ${toHex(publicKey)}`);
  const checkpoint = await earlier(memory, options);
  // Read first: what is verified below contains it, and may contain more.
  const published = await readIfThere(join(layout.log, 'checkpoint'));
  const report = await verifyLedger(layout.log, {
    publicKey,
    origin,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...progress(),
  });
  // Loaded here, as other commands on the log, and what is verified elsewhere, need no store.
  const { readSiteStore } = await import('../../site/site-store.ts');
  const traffic = await verifyTraffic(layout, origin, publicKey, () => readSiteStore(layout, environment));
  const source = directorySource(layout.log);
  const stamps = await stampsOf(layout.timeStamps, options, { origin, publicKeys: [publicKey], source });
  const verification = { report, traffic, ...(stamps === undefined ? {} : { timeStamps: stamps }) };
  // A log that was only compared with another checkpoint may be older than what is remembered.
  if (holds(verification) && published !== undefined && options.from === undefined)
    await remember(memory, published);
  return { verification, compared: checkpoint !== undefined };
}

async function verifyElsewhere(options: VerifyOptions, environment: Environment): Promise<Verified> {
  const { origin, publicKeys } = onlyKey(await keysOf(options.key ?? [], options.export));
  const key = publicKeys[0] as Uint8Array;
  const memory = rememberedCheckpoints(environment, `${origin} ${toHex(key)}`);
  const remembered = await earlier(memory, options);
  const source =
    options.export === undefined
      ? httpSource(options.url ?? '', get)
      : directorySource(join(options.export, 'log'));
  const { checkpoint, ...report } = await auditLog(source, {
    publicKeys,
    origin,
    ...(remembered === undefined ? {} : { remembered }),
    ...progress(),
  });
  const stamps =
    options.export === undefined
      ? undefined
      : await stampsOf(join(options.export, 'timestamps'), options, { origin, publicKeys, source });
  const verification = { report, ...(stamps === undefined ? {} : { timeStamps: stamps }) };
  if (holds(verification) && checkpoint !== undefined && options.from === undefined)
    await remember(memory, checkpoint);
  return { verification, compared: remembered !== undefined };
}

function holds({ report, traffic, timeStamps }: Verification): boolean {
  return (
    report.intact &&
    (traffic?.problems.length ?? 0) === 0 &&
    (timeStamps?.stamps.every(({ problem }) => problem === undefined) ?? true)
  );
}

const progress = () => (process.stderr.isTTY ? { onProgress: showProgress } : {});

async function stampsOf(directory: string, { timeStampRoots }: VerifyOptions, log: StampedLog) {
  return timeStampRoots === undefined ? undefined : stampsIn(directory, timeStampRoots, log);
}

async function earlier(
  memory: CheckpointMemory,
  { from, forget }: VerifyOptions,
): Promise<string | undefined> {
  if (from !== undefined) return readText(from);
  return forget === true ? undefined : memory.recall();
}

/** What was found about the log stands, whether or not it can be kept for the next time. */
async function remember(memory: CheckpointMemory, checkpoint: string): Promise<void> {
  try {
    await memory.remember(checkpoint);
  } catch (error) {
    process.stderr.write(
      `kiten: the checkpoint cannot be remembered for the next verification: ${(error as Error).message}\n`,
    );
  }
}

function jsonOf(verification: Verification) {
  const { report, traffic, timeStamps } = verification;
  return {
    ...report,
    intact: holds(verification),
    ...(traffic !== undefined && (traffic.windows > 0 || traffic.problems.length > 0) && { traffic }),
    ...(timeStamps && { timeStamps: timeStamps.stamps }),
  };
}

function printVerification({ report, traffic, timeStamps }: Verification, compared: boolean): void {
  for (const { code, file, offset, index, message } of report.problems) {
    print(
      `✖ ${file} at byte ${offset}${index === undefined ? '' : `, entry ${index}`}: ${message} (${code})`,
    );
  }
  if (report.tornTail !== undefined) {
    const { file, offset, bytes } = report.tornTail;
    print(
      `○ ${file} at byte ${offset}: ${bytes} bytes of a write that a crash cut off; nobody was told they were kept`,
    );
  }
  for (const problem of traffic?.problems ?? []) print(`✖ ${problem}`);
  if (traffic !== undefined && traffic.windows > 0 && traffic.problems.length === 0)
    print(`● ${counted(traffic.windows, 'minute', 'minutes')} of counted traffic, each as it was logged`);
  for (const line of timeStamps?.lines ?? []) print(line);
  const remembered = compared
    ? 'it contains the remembered checkpoint'
    : 'there was no earlier checkpoint to compare with';
  const problems = report.problems.length + report.problemsLeftOut;
  print(
    report.intact
      ? `● intact: ${counted(report.entries, 'entry', 'entries')}, root ${report.root}; ${remembered}`
      : `✖ ${counted(problems, 'problem', 'problems')} in ${counted(report.entries, 'entry', 'entries')}`,
  );
}

function showProgress(entries: number): void {
  process.stderr.write(`\r${entries} entries`);
}
