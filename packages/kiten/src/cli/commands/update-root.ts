import { join } from 'node:path';
import { KitenError, toHex } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  assembleSignatures,
  changedHolders,
  judgeSuccession,
  readMetadataFile,
  rehearseChange,
  roleStates,
  rootWarnings,
  type Succession,
  signMetadata,
  type TopLevelRole,
  writeMetadataFile,
} from '@kiten/update';
import { type Command, InvalidArgumentError } from 'commander';
import {
  keyIdOfHolder,
  parseRoot,
  readRoot,
  rootBefore,
  succession,
  warnWithin,
  withScratch,
} from '../ceremony-files.ts';
import { roleText, successionJson, tellRehearsal, tellSuccession, warningText } from '../ceremony-output.ts';
import { tellProposal } from '../ceremony-proposal.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBytes, readIfThere, writeBytes } from '../files.ts';
import { type SigningOptions, signersOf, withSigningKeys } from '../holder-key.ts';
import {
  allHoldersOf,
  collect,
  type HoldersOptions,
  parseRoleCount,
  parseRoleFile,
  type RoleCount,
  type RoleFile,
  readHolder,
  topLevelRoles,
  withHolders,
} from '../holder-options.ts';
import { print, printJson, showTime } from '../output.ts';
import { systemSources } from '../system.ts';
import { openRepository, tellStaged } from './update-repository.ts';
import { recoverCommand } from './update-root-recover.ts';

/** `kiten update root`: the ceremonies in which the holders of a root hand it on. */
export function rootCommands(update: Command): void {
  const root = update
    .command('root')
    .description(
      'the root of trust and its holders: propose, sign, assemble, recover; each can be rehearsed',
    );

  root
    .command('show <path>')
    .description('say who holds what, and what has to be seen to: a root, or the newest of a repository')
    .option('--json', 'print JSON')
    .action(show);

  withChange(root.command('propose <directory>'))
    .description('stage the next root, for its holders to sign; without any change it holds for longer')
    .option('--rehearse', 'play it through with throw-away keys in a copy, and change nothing')
    .option('--json', 'print JSON')
    .action(propose);

  withSigningKeys(root.command('sign <proposal>'))
    .description('sign a proposed root where your key is, after holding it against the root that you trust')
    .requiredOption('--digest <hex>', 'its digest as the others read it out: 16 digits at least', parseDigest)
    .option('--trusted <root>', 'your own copy of the root that it follows')
    .option('--first', 'there is none: it is the first of a repository, or begins anew')
    .option('--out <file>', 'where the signed copy goes; in place of the proposal unless given')
    .option('--json', 'print JSON')
    .action(sign);

  root
    .command('assemble <directory> <file...>')
    .description('bring together what the holders have signed, and say who is missing')
    .option('--new-trust', 'of a root that the one before does not vouch for')
    .option('--json', 'print JSON')
    .action(assemble);

  recoverCommand(root);

  withHolders(root.command('begin-anew <directory>'))
    .description('stage a root that nobody vouches for, after a majority of root was stolen; see `recover`')
    .action(async (directory: string, options: HoldersOptions) => {
      const holders = await allHoldersOf(options);
      const repository = openRepository(directory);
      await repository.beginAnew(holders);
      return tellStaged(repository, options.json);
    });
}

/** What is to become of the holders, as the options of a command say it. */
interface ChangeOptions {
  readonly add?: readonly RoleFile[];
  readonly remove?: readonly RoleFile[];
  readonly threshold?: readonly RoleCount[];
  readonly rehearse?: boolean;
  readonly json?: boolean;
}

function withChange(command: Command): Command {
  return command
    .option('--add <role=file>', 'a public key that is to hold a role, PEM', collect(parseRoleFile))
    .option(
      '--remove <role=holder>',
      'whose key is to hold it no more: by name, key id, or file',
      collect(parseRoleFile),
    )
    .option('--threshold <role=n>', 'how many holders of a role have to sign', collect(parseRoleCount));
}

async function show(path: string, { json }: { json?: boolean }): Promise<void> {
  const root = parseRoot(await readRoot(path));
  const now = systemSources().clock.now();
  const warnings = rootWarnings(root, { now, within: warnWithin.root });
  const { version, expires } = root;
  if (json) return printJson({ version, expires, roles: roleStates(root), warnings });
  print(`root ${version}, until ${showTime(expires)}`);
  for (const state of roleStates(root)) print(`  ${roleText(state)}`);
  for (const warning of warnings) print(`! ${warningText(warning)}`);
  return undefined;
}

async function propose(directory: string, options: ChangeOptions): Promise<void> {
  const root = parseRoot(await readRoot(directory));
  const change = {
    add: await byRole(options.add, (_, file) => readHolder(file)),
    remove: await byRole(options.remove, (role, text) => keyIdOfHolder(root, role, text)),
    thresholds: Object.fromEntries(options.threshold ?? []),
  };
  if (options.rehearse === true) {
    const rehearsal = await withScratch(directory, (ports) => rehearseChange(ports, change));
    if (!rehearsal.asExpected) process.exitCode = exitCodes.refused;
    return options.json ? printJson(rehearsal) : tellRehearsal(rehearsal);
  }
  const holders = changedHolders(root, change);
  const repository = openRepository(directory);
  await repository.rotate(holders);
  if (holders.targets !== undefined) await repository.renew('targets');
  return tellProposal(directory, options.json);
}

async function sign(
  file: string,
  options: SigningOptions & {
    readonly digest: string;
    readonly trusted?: string;
    readonly first?: boolean;
    readonly out?: string;
    readonly json?: boolean;
  },
): Promise<void> {
  const { trusted, first = false, out = file, json } = options;
  if ((trusted === undefined) !== first) {
    throw new KitenError(
      'kiten/option-missing',
      'Say which root it follows: --trusted ROOT, or --first if none.',
    );
  }
  const bytes = await readBytes(file);
  const before = trusted === undefined ? undefined : await readBytes(trusted);
  const version = first ? { version: parseRoot(bytes).version } : {};
  const found = judgeSuccession(bytes, before, { ...succession, ...version });
  if (!found.digest.startsWith(options.digest)) {
    throw new KitenError(
      'kiten/digest-differs',
      `This proposal has the digest ${found.digest.slice(0, 16)}…: it is not the one that was read out. Do not sign it.`,
    );
  }
  const signers = await signersOf(options);
  const known = found.needs.flatMap(({ holders }) => holders.map(({ publicKey }) => toHex(publicKey)));
  if (!signers.every(({ publicKey }) => known.includes(toHex(publicKey)))) {
    throw new KitenError(
      'kiten/holder-unknown',
      'This key holds root neither before nor after: nobody asks for it.',
    );
  }
  const signed = writeMetadataFile(signers.reduce(signMetadata, readMetadataFile(bytes)));
  await writeBytes(out, signed);
  return tellAfter(out, judgeSuccession(signed, before, { ...succession, ...version }), json);
}

async function assemble(
  directory: string,
  files: readonly string[],
  { newTrust = false, json }: { newTrust?: boolean; json?: boolean },
): Promise<void> {
  const staged = join(directory, 'staged', 'root.json');
  const present = await readIfThere(staged);
  if (present === undefined) throw new KitenError('update/nothing-staged', 'No root waits for signatures.');
  const parts = [Buffer.from(present), ...(await Promise.all(files.map(readBytes)))].map(readMetadataFile);
  const whole = writeMetadataFile(assembleSignatures(parts, nodeVerify));
  const before = newTrust ? undefined : await rootBefore(directory);
  const version = newTrust ? { version: parseRoot(whole).version } : {};
  const found = judgeSuccession(whole, before, { ...succession, ...version });
  await writeBytes(staged, whole);
  return tellAfter(staged, found, json);
}

function tellAfter(file: string, found: Succession, json: boolean | undefined): void {
  if (json) {
    printJson({ file, ...successionJson(found) });
    return;
  }
  tellSuccession(found);
  print(
    found.complete ? `${file}: enough have signed; it can be published` : `${file}: signatures are missing`,
  );
}

async function byRole<T>(
  given: readonly RoleFile[] | undefined,
  read: (role: TopLevelRole, text: string) => Promise<T>,
): Promise<Partial<Record<TopLevelRole, readonly T[]>>> {
  const found: Partial<Record<TopLevelRole, readonly T[]>> = {};
  for (const role of topLevelRoles) {
    const texts = (given ?? []).filter(([name]) => name === role).map(([, text]) => text);
    if (texts.length > 0) found[role] = await Promise.all(texts.map((text) => read(role, text)));
  }
  return found;
}

function parseDigest(text: string): string {
  const digits = text.replaceAll(/[\s:]/g, '').toLowerCase();
  if (/^[0-9a-f]{16,64}$/.test(digits)) return digits;
  throw new InvalidArgumentError('Write 16 hexadecimal digits of it at least.');
}
