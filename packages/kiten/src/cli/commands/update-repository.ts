import { KitenError } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  readMetadataFile,
  signMetadata,
  TufRepository,
  type VerifiedFile,
  type VerifyFileOptions,
  verifyMetadataFile,
  verifyRepository,
  writeMetadataFile,
} from '@kiten/update';
import { type Command, InvalidArgumentError } from 'commander';
import { warnOfExpiry } from '../ceremony-files.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { isDirectory, readBytes, writeBytes } from '../files.ts';
import { type SigningOptions, signersOf, withSigningKeys } from '../holder-key.ts';
import {
  allHoldersOf,
  type HoldersOptions,
  holdersOf,
  parseThreshold,
  readPublicKey,
  withHolders,
} from '../holder-options.ts';
import { type LoggedReport, printLogged } from '../logged-files.ts';
import { dataHelp, type SiteOptions } from '../options.ts';
import { counted, print, printJson, showTime } from '../output.ts';
import { bringToSite, printBrought } from '../site-images.ts';
import { systemSources } from '../system.ts';

/** `kiten update init|add|remove|delegate|rotate|sign|publish|verify`: a TUF repository in a directory. */
export function repositoryCommands(update: Command, environment: Environment): void {
  withHolders(update.command('init <directory>'))
    .description('begin a repository: a root and empty targets, which wait for signatures')
    .action(async (directory: string, options: HoldersOptions) => {
      const holders = await allHoldersOf(options);
      const repository = openRepository(directory);
      await repository.create(holders);
      return tellStaged(repository, options.json);
    });

  update
    .command('add <directory> <file>')
    .description('have a role speak for a file; what it says waits for signatures')
    .requiredOption('--as <path>', 'the target’s path in the metadata')
    .option('--role <name>', 'the role that speaks for it, or what the names of bins begin with', 'targets')
    .option('--custom <json>', 'what more is said of it: a JSON object', parseObject)
    .option('--json', 'print JSON')
    .action(async (directory: string, file: string, options: AddOptions) => {
      const repository = openRepository(directory);
      const { role, custom } = options;
      await repository.addTarget(options.as, file, { role, ...(custom && { custom }) });
      return tellStaged(repository, options.json);
    });

  update
    .command('remove <directory> <path>')
    .description('have a role speak for a target no more: once it is published, devices install it no more')
    .option('--role <name>', 'the role that speaks for it, or what the names of bins begin with', 'targets')
    .option('--json', 'print JSON')
    .action(async (directory: string, path: string, options: { role: string; json?: boolean }) => {
      const repository = openRepository(directory);
      await repository.removeTarget(path, options.role);
      return tellStaged(repository, options.json);
    });

  update
    .command('delegate <directory> <name>')
    .description('entrust paths to another role, which has holders of its own; or all of them to bins')
    .option('--path <pattern...>', 'the paths that it may speak for: valve/*')
    .option(
      '--succinct <bits>',
      'to 2^BITS bins NAME-0, NAME-1 … by the hash of the path (TAP 15): 12 for a million targets',
      parseThreshold,
    )
    .requiredOption('--key <file...>', 'public keys of its holders, PEM')
    .option('--threshold <n>', 'how many of them have to sign', parseThreshold, 1)
    .option('--terminating', 'nobody who comes later is asked for these paths')
    .option('--by <role>', 'the role that delegates', 'targets')
    .option('--json', 'print JSON')
    .action(async (directory: string, name: string, options: DelegateOptions) => {
      const repository = openRepository(directory);
      const keys = await Promise.all(options.key.map(readPublicKey));
      const { path: paths, threshold, terminating = false, by, succinct } = options;
      if ((paths === undefined) === (succinct === undefined)) {
        throw new KitenError(
          'kiten/option-missing',
          'Say what it may speak for: --path PATTERN, or --succinct BITS.',
        );
      }
      if (paths === undefined) {
        const bins = { bitLength: succinct ?? 0, namePrefix: name, keys, threshold };
        const count = await repository.delegateToBins(bins);
        if (options.json) return printJson({ bins: count });
        return print(
          `${counted(count, 'bin waits', 'bins wait')} for signatures, and targets: staged/${name}-*.json`,
        );
      }
      await repository.delegate({ name, paths, keys, threshold, terminating }, by);
      return tellStaged(repository, options.json);
    });

  withHolders(update.command('rotate <directory>'))
    .description(
      'stage the next root, with other holders for the roles that are named; without any it holds for longer',
    )
    .action(async (directory: string, options: HoldersOptions) => {
      const repository = openRepository(directory);
      await repository.rotate(await holdersOf(options));
      return tellStaged(repository, options.json);
    });

  withSigningKeys(update.command('sign <file...>'))
    .description('add the signatures of holders to metadata files, which may have been carried here')
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], options: SigningOptions & { json?: boolean }) => {
      const signers = await signersOf(options);
      const told = [];
      for (const file of files) {
        const signed = signers.reduce(signMetadata, readMetadataFile(await readBytes(file)));
        await writeBytes(file, writeMetadataFile(signed));
        const { _type: type, version } = signed.signed;
        told.push({ file, type, version, signatures: signed.signatures.map(({ keyid }) => keyid) });
      }
      if (options.json) return printJson(told.length === 1 ? told[0] : told);
      for (const { file, type, version, signatures } of told)
        print(`${file}: ${type} ${version} has ${counted(signatures.length, 'signature', 'signatures')}`);
      return undefined;
    });

  withSigningKeys(update.command('publish <directory>'))
    .description('serve what is signed, with a new snapshot and timestamp; alone, a new timestamp')
    .option(
      '--restart <n>',
      'go on from this version after versions were run up and keys rotated',
      parseThreshold,
    )
    .option('--new-trust', 'serve a root that the one before does not vouch for: no client follows by itself')
    .option('--to-site', 'bring it to the site’s Image repository, from where devices are updated')
    .option('--data <directory>', `with --to-site: ${dataHelp}`)
    .option('--site <url>', 'with --to-site: a site’s API address instead; its token comes from KITEN_TOKEN')
    .option('--reference <file...>', 'with --to-site: reference values (CoRIM) that come with the releases')
    .option('--reason <text>', 'with --to-site: why; it stands in the log')
    .option('--json', 'print JSON')
    .action((directory: string, options: PublishingOptions) => publish(directory, options, environment));
}

type PublishingOptions = SiteOptions &
  PublishCommandOptions & {
    readonly toSite?: boolean;
    readonly reference?: readonly string[];
    readonly reason?: string;
  };

async function publish(
  directory: string,
  options: PublishingOptions,
  environment: Environment,
): Promise<void> {
  const {
    restart,
    newTrust: isNewTrust = false,
    toSite = false,
    reason,
    reference: references = [],
  } = options;
  if (toSite && reason === undefined)
    throw new KitenError('kiten/option-missing', 'What is brought to a site has a reason: --reason TEXT.');
  const signers = await signersOf(options);
  const from = restart === undefined ? {} : { restart: { snapshot: restart, timestamp: restart } };
  const published = await openRepository(directory).publish(signers, { ...from, isNewTrust });
  const { targets, ...versions } = published;
  await warnOfExpiry(directory);
  if (!options.json) print(tellVersions({ ...versions, ...targets }));
  if (!toSite) {
    if (options.json) printJson({ ...versions, targets });
    return;
  }
  const client = await openClient(options, environment);
  const brought = await bringToSite(client, directory, { reason: reason ?? '', references });
  if (options.json) printJson({ ...versions, targets, site: brought });
  else printBrought(brought);
}

/** A repository as all its clients would verify it, to the last target; or one metadata file under a root. */
export async function verifyTuf(
  path: string,
  options: { root?: string; json?: boolean; logged?: LoggedReport },
): Promise<void> {
  const root = options.root === undefined ? undefined : await readBytes(options.root);
  const around = { clock: systemSources().clock, verify: nodeVerify };
  if (!(await isDirectory(path))) return tellFile(verifyFile(await readBytes(path), root, around), options);
  const found = await verifyRepository({ directory: path, ...around, ...(root && { root }) });
  if (options.json) return printJson(found);
  const { targets, files, expires, ...versions } = found;
  print(`● ${tellVersions({ ...versions, ...targets })}`);
  return print(`  ${counted(files, 'target holds', 'targets hold')}, all until ${showTime(expires)}`);
}

function verifyFile(
  bytes: Uint8Array,
  root: Uint8Array | undefined,
  around: Omit<VerifyFileOptions, 'root'>,
): VerifiedFile {
  if (root !== undefined) return verifyMetadataFile(bytes, { ...around, root });
  throw new KitenError('kiten/option-missing', 'A file is verified under a root: --root FILE.');
}

function tellFile(
  found: VerifiedFile,
  { json, logged }: { readonly json?: boolean; readonly logged?: LoggedReport },
): void {
  if (json) {
    printJson({ ...found, ...(logged && { log: logged }) });
    return;
  }
  print(`● ${found.type} ${found.version}, until ${showTime(found.expires)}`);
  printLogged(logged);
}

interface AddOptions {
  readonly as: string;
  readonly role: string;
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly json?: boolean;
}

interface PublishCommandOptions extends SigningOptions {
  readonly restart?: number;
  readonly newTrust?: boolean;
  readonly json?: boolean;
}

interface DelegateOptions {
  readonly path?: readonly string[];
  readonly succinct?: number;
  readonly key: readonly string[];
  readonly threshold: number;
  readonly terminating?: boolean;
  readonly by: string;
  readonly json?: boolean;
}

export function openRepository(directory: string): TufRepository {
  return new TufRepository({ directory, clock: systemSources().clock, verify: nodeVerify });
}

export async function tellStaged(repository: TufRepository, json: boolean | undefined): Promise<void> {
  const staged = await repository.staged();
  if (json) return printJson({ staged });
  for (const { role, file, version } of staged) print(`${file}: ${role} ${version} waits for signatures`);
}

const tellVersions = (versions: Readonly<Record<string, number>>): string =>
  Object.entries(versions)
    .map(([role, version]) => `${role} ${version}`)
    .join(', ');

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidArgumentError('Write a JSON object: {"hardware":["pump-3"]}.');
}
