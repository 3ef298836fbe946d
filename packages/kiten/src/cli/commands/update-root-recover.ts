import { KitenError } from '@kiten/codec';
import {
  changedHolders,
  type PublicKey,
  planRecovery,
  powersOf,
  type RootMetadata,
  rehearseRecovery,
  roleStates,
  type StolenKeys,
  type TopLevelRole,
} from '@kiten/update';
import { type Command, InvalidArgumentError } from 'commander';
import { keyIdOfHolder, parseRoot, readRoot, withScratch } from '../ceremony-files.ts';
import { powerTexts, tellRehearsal } from '../ceremony-output.ts';
import { tellProposal } from '../ceremony-proposal.ts';
import { exitCodes } from '../exit-codes.ts';
import { collect, parseRoleFile, type RoleFile, readHolder, topLevelRoles } from '../holder-options.ts';
import { print, printJson } from '../output.ts';
import { openRepository } from './update-repository.ts';

interface RecoverOptions {
  readonly stolen: readonly (readonly [role: TopLevelRole, holder: string | undefined])[];
  readonly add?: readonly RoleFile[];
  readonly rehearse?: boolean;
  readonly json?: boolean;
}

/** `kiten update root recover`: trust is won back after keys were stolen. */
export function recoverCommand(root: Command): void {
  root
    .command('recover <directory>')
    .description(
      'stage a root that takes stolen keys away, and say what whoever has them can do until it is out',
    )
    .requiredOption(
      '--stolen <role[=holder]>',
      'a role whose keys were stolen, or one of its holders, by name, key id or file',
      collect(parseStolen),
    )
    .option('--add <role=file>', 'a new public key of a role, PEM', collect(parseRoleFile))
    .option('--rehearse', 'play it through with throw-away keys in a copy, and change nothing')
    .option('--json', 'print JSON')
    .action(recover);
}

async function recover(directory: string, options: RecoverOptions): Promise<void> {
  const root = parseRoot(await readRoot(directory));
  const stolen = await stolenKeys(root, options.stolen);
  if (options.rehearse === true) {
    const rehearsal = await withScratch(directory, (ports) => rehearseRecovery(ports, stolen));
    if (!rehearsal.asExpected) process.exitCode = exitCodes.refused;
    return options.json ? printJson(rehearsal) : tellRehearsal(rehearsal);
  }
  if (!options.json) {
    print('Whoever has these keys can, until clients have the next root:');
    for (const power of powersOf(root, stolen)) print(`  ${powerTexts[power]}`);
  }
  const { change } = await plan(root, stolen, await replacements(options.add));
  const repository = openRepository(directory);
  const holders = changedHolders(root, change);
  await repository.rotate(holders);
  if (holders.targets !== undefined) await repository.renew('targets');
  await tellProposal(directory, options.json);
  if (options.json) return undefined;
  if (holders.targets !== undefined) print(`The targets are staged as well, for their new holders to sign.`);
  print('Publish with the new online keys alone. If versions were run up in this directory: --restart N.');
  return undefined;
}

async function plan(...given: Parameters<typeof planRecovery>): Promise<ReturnType<typeof planRecovery>> {
  try {
    return planRecovery(...given);
  } catch (error) {
    if (!(error instanceof KitenError) || error.code !== 'update/recovery-by-hand') throw error;
    throw new KitenError(
      'update/recovery-by-hand',
      `${error.message} Begin with “kiten update root begin-anew”, publish with --new-trust, and at each device run “kiten update tuf-client init ROOT --replace --digest SHA256”. Rehearse it first: --rehearse.`,
      { cause: error },
    );
  }
}

async function stolenKeys(root: RootMetadata, given: RecoverOptions['stolen']): Promise<StolenKeys> {
  const stolen: Partial<Record<TopLevelRole, readonly string[]>> = {};
  for (const [role, holder] of given) {
    const all = roleStates(root).find((state) => state.role === role)?.holders ?? [];
    const keyIds =
      holder === undefined ? all.map(({ keyId }) => keyId) : [await keyIdOfHolder(root, role, holder)];
    stolen[role] = [...new Set([...(stolen[role] ?? []), ...keyIds])];
  }
  return stolen;
}

async function replacements(
  add: readonly RoleFile[] = [],
): Promise<Partial<Record<TopLevelRole, readonly PublicKey[]>>> {
  const found: Partial<Record<TopLevelRole, readonly PublicKey[]>> = {};
  for (const role of topLevelRoles) {
    const files = add.filter(([name]) => name === role).map(([, file]) => file);
    if (files.length > 0) found[role] = await Promise.all(files.map(readHolder));
  }
  return found;
}

function parseStolen(text: string): readonly [TopLevelRole, string | undefined] {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const role = topLevelRoles.find((each) => each === name);
  if (role !== undefined && at !== text.length - 1) return [role, at < 0 ? undefined : text.slice(at + 1)];
  throw new InvalidArgumentError(`Write ROLE or ROLE=HOLDER; the roles are ${topLevelRoles.join(', ')}.`);
}
