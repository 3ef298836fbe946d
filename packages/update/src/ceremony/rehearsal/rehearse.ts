import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError, type Signer } from '@kiten/codec';
import { replaceTufRoot } from '../../tuf/client/initialise.ts';
import { hashesOfBytes } from '../../tuf/metadata/hashes.ts';
import { type TopLevelRole, topLevelRoles } from '../../tuf/metadata/model.ts';
import type { Holders, PublicKey } from '../../tuf/repository/drafts.ts';
import { type Power, planRecovery, powersOf, type StolenKeys } from '../recovery.ts';
import { byRole, type HolderChange } from '../role-holders.ts';
import { look } from './look.ts';
import { type ClientOutcome, type Rehearsal, RehearsalReport } from './report.ts';
import { rootSigners, signAndPublish } from './sign-and-publish.ts';
import { type RehearsalClient, type RehearsalPorts, RehearsalStage } from './stage.ts';
import { type Loot, Thief } from './thief.ts';

type SignersByRole = Readonly<Record<TopLevelRole, readonly Signer[]>>;

const repositoryRuns = 'whoever runs the repository';
const thiefIs = 'whoever has the keys';

/**
 * Plays a change of holders through, as it is planned: proposing, signing, publishing, and what clients make of it.
 *
 * @throws KitenError `update/nothing-published`, and what {@link changedHolders} and the repository refuse of the change
 */
export async function rehearseChange(ports: RehearsalPorts, change: HolderChange): Promise<Rehearsal> {
  const stage = await RehearsalStage.open(ports);
  const report = new RehearsalReport();
  const settled = await stage.client('a client that is up to date');
  await settledLook(stage, report, [settled]);
  const after = await propose(stage, report, change);
  const removed = byRole((role) => stage.signersOf(role, change.remove?.[role] ?? []));
  // Both old and new keys are at hand, so that clients of either root are never without.
  const online = [...new Set([...stage.online(), ...after.snapshot, ...after.timestamp])];
  await signAndPublish(stage, report, {
    ...{ root: rootSignersOf(stage, after, []), targets: after.targets, online },
  });
  const newcomer = await stage.client('a client that begins with the root before');
  await allAccept(stage, report, 'Clients look for updates', [settled, newcomer]);
  if (removed.root.length > 0) {
    const thief = new Thief(stage, { root: removed.root });
    const served = await thief.takeOver();
    report.add('a holder of root who was removed', 'signs a root of their own all the same', {
      clients: [await look(settled, served, 'refuses')],
    });
  }
  return report.finish(stage.leftOut);
}

/**
 * Plays the recovery from stolen keys through: what whoever has them can do, how trust is won back, and that the keys are
 * worth nothing then.
; each role gets as many new keys as it loses.
 *
 * @throws KitenError as {@link planRecovery}, but `update/recovery-by-hand`: that is played through as well
 */
export async function rehearseRecovery(ports: RehearsalPorts, stolen: StolenKeys): Promise<Rehearsal> {
  const stage = await RehearsalStage.open(ports);
  const report = new RehearsalReport();
  const powers = powersOf(stage.realRoot, stolen);
  const [deceived, untouched] = [
    await stage.client('a client that saw what was forged'),
    await stage.client('a client that did not'),
  ];
  await settledLook(stage, report, [deceived, untouched]);
  const thief = new Thief(stage, lootOf(stage, stolen));
  if (powers.includes('take-over')) {
    await byHand(stage, report, thief, [deceived, untouched]);
    return report.finish(stage.leftOut);
  }
  await attack(report, thief, deceived, powers, stolen);
  await stage.repository.publish(stage.online());
  const stuck = powers.includes('fast-forward');
  report.add(repositoryRuns, 'publishes as ever, before anything is done about it', {
    clients: [
      await look(deceived, stage.directory, stuck ? ['update/rollback'] : 'accepts'),
      await look(untouched, stage.directory, 'accepts'),
    ],
  });
  const { change } = planRecovery(stage.realRoot, stolen, standIns(stage, stolen));
  const after = await propose(stage, report, change);
  const gone = topLevelRoles.flatMap((role) => stage.signersOf(role, stolen[role] ?? []));
  await signAndPublish(stage, report, {
    root: rootSignersOf(stage, after, stage.signersOf('root', stolen.root ?? [])),
    targets: after.targets,
    online: [...after.snapshot, ...after.timestamp].filter((signer) => !gone.includes(signer)),
  });
  const newcomer = await stage.client('a client that begins with the root before');
  await allAccept(stage, report, 'Clients look for updates', [deceived, untouched, newcomer]);
  const again = await thief.release(1_000_000);
  const clients: ClientOutcome[] = [];
  for (const client of [deceived, untouched, newcomer]) clients.push(await look(client, again, 'refuses'));
  report.add(thiefIs, 'tries the same again', { clients });
  return report.finish(stage.leftOut);
}

async function settledLook(
  stage: RehearsalStage,
  report: RehearsalReport,
  clients: readonly RehearsalClient[],
): Promise<void> {
  await allAccept(stage, report, 'Clients are up to date', clients);
}

async function allAccept(
  stage: RehearsalStage,
  report: RehearsalReport,
  does: string,
  clients: readonly RehearsalClient[],
): Promise<void> {
  const outcomes: ClientOutcome[] = [];
  for (const client of clients) outcomes.push(await look(client, stage.directory, 'accepts'));
  report.add('', does, { clients: outcomes });
}

async function attack(
  report: RehearsalReport,
  thief: Thief,
  client: RehearsalClient,
  powers: readonly Power[],
  stolen: StolenKeys,
): Promise<void> {
  if (stolen.root !== undefined && stolen.root.length > 0) {
    const served = await thief.takeOver();
    report.add(thiefIs, 'names themselves the holder of everything, in the next root', {
      clients: [await look(client, served, ['update/root-not-vouched-for'])],
    });
  }
  const takes = powers.includes('arbitrary-software') ? 'accepts' : 'refuses';
  report.add(thiefIs, 'releases something of their own', {
    clients: [await look(client, await thief.release(1), takes)],
  });
  report.add(thiefIs, 'does so in versions that nothing honest could follow', {
    clients: [await look(client, await thief.release(1_000_000), takes)],
  });
}

async function byHand(
  stage: RehearsalStage,
  report: RehearsalReport,
  thief: Thief,
  [deceived, untouched]: readonly [RehearsalClient, RehearsalClient],
): Promise<void> {
  report.add(thiefIs, 'names themselves the holder of everything, in the next root', {
    notes: ['a majority of root can do that; no root can win it back'],
    clients: [await look(deceived, await thief.takeOver(), 'accepts')],
  });
  report.add(repositoryRuns, 'publishes as ever', {
    clients: [await look(deceived, stage.directory, 'refuses')],
  });
  const after = byRole((role) => stage.signersOf(role).map(() => stage.ports.newSigner()));
  await stage.repository.beginAnew(
    byRole((role) => ({ keys: after[role], threshold: thresholdOf(stage, role) })),
  );
  report.add(repositoryRuns, 'begins anew, with a root of new holders that nobody vouches for');
  await signAndPublish(
    stage,
    report,
    { root: after.root, targets: after.targets, online: [...after.snapshot, ...after.timestamp] },
    { isNewTrust: true },
  );
  report.add('', 'Clients look for updates', {
    notes: ['none of them follows: each has to be given the new root by hand'],
    clients: [
      await look(deceived, stage.directory, 'refuses'),
      await look(untouched, stage.directory, 'refuses'),
    ],
  });
  const root = await readFile(join(stage.directory, 'metadata', `${stage.realRoot.version + 1}.root.json`));
  const { sha256: digest } = hashesOfBytes(root);
  for (const { directory } of [deceived, untouched]) {
    await replaceTufRoot(directory, root, { verify: stage.ports.verify, digest });
  }
  report.add(
    'somebody at each device',
    'replaces the root by hand, holding its SHA-256 against what they were told',
    {
      notes: [`sha256 ${digest}`],
      clients: [
        await look(deceived, stage.directory, 'accepts'),
        await look(untouched, stage.directory, 'accepts'),
      ],
    },
  );
  const again = await thief.takeOver();
  report.add(thiefIs, 'tries the same again', {
    clients: [await look(deceived, again, 'refuses'), await look(untouched, again, 'refuses')],
  });
}

/** Stages the next root, and the targets to be signed anew if others hold them. @returns who holds what after it */
async function propose(
  stage: RehearsalStage,
  report: RehearsalReport,
  { add = {}, remove = {}, thresholds = {} }: HolderChange,
): Promise<SignersByRole> {
  const after = byRole((role) => stage.signersOf(role));
  const holders: Partial<Record<TopLevelRole, Holders>> = {};
  const notes: string[] = [];
  for (const role of topLevelRoles) {
    const [before, gone] = [stage.signersOf(role), stage.signersOf(role, remove[role] ?? [])];
    if (gone.length < (remove[role] ?? []).length) {
      throw new KitenError('update/holder-unknown', `The role ${role} has no such key to remove.`);
    }
    const added = (add[role] ?? []).map(({ holder }) => named(stage.ports.newSigner(), holder));
    after[role] = [...before.filter((signer) => !gone.includes(signer)), ...added];
    const threshold = thresholds[role] ?? thresholdOf(stage, role);
    if (gone.length === 0 && added.length === 0 && thresholds[role] === undefined) continue;
    holders[role] = { keys: after[role] as readonly PublicKey[], threshold };
    notes.push(
      `${role}: ${gone.length} removed, ${added.length} added; ${threshold} of ${after[role].length} sign`,
    );
  }
  await stage.repository.rotate(holders);
  if (holders.targets !== undefined) await stage.repository.renew('targets');
  const version = stage.realRoot.version + 1;
  report.add(repositoryRuns, `proposes root ${version}`, {
    notes: notes.length > 0 ? notes : ['the same holders, for longer'],
  });
  return after;
}

/** As few holders as it takes under the root before and the one after, none of those whose keys are gone. */
function rootSignersOf(
  stage: RehearsalStage,
  after: SignersByRole,
  stolen: readonly Signer[],
): readonly Signer[] {
  const before = stage.signersOf('root').filter((signer) => !stolen.includes(signer));
  return rootSigners(before, after.root);
}

function lootOf(stage: RehearsalStage, stolen: StolenKeys): Loot {
  return byRole((role) => stage.signersOf(role, stolen[role] ?? []));
}

/** As many new keys for each role as it loses. */
function standIns(stage: RehearsalStage, stolen: StolenKeys) {
  return byRole((role) => (stolen[role] ?? []).map(() => stage.ports.newSigner()));
}

const thresholdOf = ({ realRoot }: RehearsalStage, role: TopLevelRole): number =>
  realRoot.roles.get(role)!.threshold;

function named(signer: Signer, holder: string | undefined): Signer {
  return holder === undefined ? signer : ({ ...signer, holder } as Signer);
}
