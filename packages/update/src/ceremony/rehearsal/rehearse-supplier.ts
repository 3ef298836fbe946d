import { KitenError, type Signer } from '@kiten/codec';
import { defaultTufLimits } from '../../tuf/limits.ts';
import { parseMetadata } from '../../tuf/metadata/parse-metadata.ts';
import { Publication } from '../../tuf/repository/publication.ts';
import { defaultLifetimes } from '../../tuf/repository/repository.ts';
import { RepositoryDirectory } from '../../tuf/repository/repository-directory.ts';
import { find } from './look.ts';
import { type Rehearsal, RehearsalReport } from './report.ts';
import { type RehearsalClient, type RehearsalPorts, RehearsalStage } from './stage.ts';

const supplierIs = 'the supplier';
const thiefIs = 'whoever has the supplier’s key';
const repositoryRuns = 'whoever runs the repository';
const nowhere = 'update/no-such-target';
const digest = { sha256: '00'.repeat(32) };

/**
 * Plays through that the key of a delegated role was stolen: what whoever has it can do within its paths and beyond, that
 * the role is taken away, or given to others, and that the key is worth nothing then.
 *
 * @param replaced whether others get the same paths
 * @throws KitenError `update/nothing-published`, `update/no-such-role`
 */
export async function rehearseSupplier(
  ports: RehearsalPorts,
  name: string,
  replaced: boolean,
): Promise<Rehearsal> {
  const paths = await pathsOf(ports, name);
  const stage = await RehearsalStage.open(ports);
  const { repository } = stage;
  const report = new RehearsalReport();
  const [stolen, fresh] = [ports.newSigner(), ports.newSigner()];
  const within = (last: string) => (paths[0] ?? '*').replaceAll(/\*|\?|\[[^\]]*\]/g, last);
  const [theirs, forged, beyond] = [within('r'), within('x'), 'rehearsal/beyond'];
  const publish = async (signer: Signer | undefined) => {
    if ((await repository.staged()).some(({ role }) => role === 'targets'))
      for (const holder of stage.signersOf('targets')) await repository.sign('targets', holder);
    if (signer !== undefined) await repository.sign(name, signer);
    await repository.publish(stage.online());
  };
  const say = async (path: string) => repository.listTargets([[path, { length: 1, hashes: digest }]], name);

  await repository.delegate({ name, paths, keys: [stolen], threshold: 1 });
  await say(theirs);
  await publish(stolen);
  const [deceived, untouched] = [
    await stage.client('a client that looks in between'),
    await stage.client('a client that does not'),
  ];
  const see = (clients: readonly RehearsalClient[], path: string, expected: string) =>
    Promise.all(clients.map((client) => find(client, stage.directory, path, expected)));
  report.add(supplierIs, `speaks for ${paths.join(', ')}`, {
    clients: await see([deceived, untouched], theirs, 'accepts'),
  });
  await say(forged);
  await say(beyond);
  await publish(stolen);
  report.add(thiefIs, 'signs something within these paths, and has it published', {
    clients: await see([deceived], forged, 'accepts'),
  });
  report.add(thiefIs, 'signs something beyond them', { clients: await see([deceived], beyond, nowhere) });

  await repository.revoke(name, replaced ? { keys: [fresh], threshold: 1 } : undefined);
  await publish(replaced ? fresh : undefined);
  report.add(
    repositoryRuns,
    replaced
      ? 'gives the paths to other holders, who begin with nothing to say'
      : 'entrusts nothing to it any more',
    { clients: await see([deceived, untouched], forged, nowhere) },
  );
  await say(forged);
  const notes = await refusalOf(() => publish(stolen));
  report.add(thiefIs, 'tries the same again', {
    notes,
    clients: await see([deceived, untouched, await stage.client('a client that is new')], forged, nowhere),
  });
  return report.finish(stage.leftOut.filter((role) => role !== name));
}

/** What is entrusted to the role by the targets as they are served. */
async function pathsOf(
  { directory, clock, verify }: RehearsalPorts,
  name: string,
): Promise<readonly string[]> {
  const around = { clock, verify, lifetimes: defaultLifetimes };
  const file = await new Publication(new RepositoryDirectory(directory), around).publishedFile('targets');
  const { delegations } =
    file === undefined
      ? { delegations: undefined }
      : parseMetadata('targets', file, defaultTufLimits.targetsBytes).metadata;
  const found = delegations?.roles.find((role) => role.name === name);
  if (found?.paths !== undefined) return found.paths.map(String);
  throw new KitenError('update/no-such-role', `The targets entrust no paths to a role ${name}.`);
}

/** With the key of others the repository itself refuses it. */
async function refusalOf(work: () => Promise<void>): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return [`publishing is refused: ${error.code}`];
  }
}
