import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { equalBytes, KitenError, type Signer } from '@kiten/codec';
import type { PublishOptions } from '../../tuf/repository/publication.ts';
import { RepositoryDirectory } from '../../tuf/repository/repository-directory.ts';
import { judgeSuccession, type Succession } from '../succession.ts';
import type { RehearsalReport } from './report.ts';
import type { RehearsalStage } from './stage.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * Has one holder after the other sign what is staged, each where their key is, until it is enough; and tries to publish
 * before it is, which must not work.
 */
export async function signAndPublish(
  stage: RehearsalStage,
  report: RehearsalReport,
  signing: {
    readonly root: readonly Signer[];
    readonly targets: readonly Signer[];
    readonly online: readonly Signer[];
  },
  options: PublishOptions = {},
): Promise<void> {
  const { repository } = stage;
  const staged = new Set((await repository.staged()).map(({ role }) => role));
  for (const signer of staged.has('root') ? signing.root : []) {
    const before = await progress(stage, options.isNewTrust === true);
    if (before.complete) break;
    await repository.sign('root', signer);
    const after = await progress(stage, options.isNewTrust === true);
    const notes = [needsText(after)];
    if (!after.complete) notes.push(await refusedPublication(stage, signing.online, options));
    report.add(nameOf(after, signer), `signs root ${after.version} where their key is`, { notes });
  }
  for (const signer of staged.has('targets') ? signing.targets : []) {
    await repository.sign('targets', signer);
    report.add('a holder of targets', 'signs the targets again, under the new root');
  }
  const { targets, ...versions } = await repository.publish(signing.online, options);
  const told = Object.entries({ ...versions, ...targets }).map(([role, version]) => `${role} ${version}`);
  report.add('whoever runs the repository', 'publishes', { notes: [told.join(', ')] });
}

/**
 * The order in which holders of root are asked to sign: first those who hold it before and after, whose signature counts
 * twice, then the others of the old, then the new. Asking ends when it is enough.
 */
export function rootSigners(before: readonly Signer[], after: readonly Signer[]): readonly Signer[] {
  const staying = before.filter((signer) => after.includes(signer));
  return [...new Set([...staying, ...before, ...after])];
}

async function progress(stage: RehearsalStage, isNewTrust: boolean): Promise<Succession> {
  const files = new RepositoryDirectory(stage.directory);
  const proposal = await readFile(files.stagedFile('root'));
  const newest = await files.newestRoot();
  const before = isNewTrust ? undefined : await files.published('root', newest);
  return judgeSuccession(proposal, before, { verify: stage.ports.verify, sha256, version: newest + 1 });
}

async function refusedPublication(
  stage: RehearsalStage,
  online: readonly Signer[],
  options: PublishOptions,
): Promise<string> {
  try {
    await stage.repository.publish(online, options);
  } catch (error) {
    if (error instanceof KitenError) return `published too early, it is refused: ${error.code}`;
    throw error;
  }
  throw new KitenError(
    'update/rehearsal-failed',
    'Something was published below its threshold. This must not be; do not go on.',
  );
}

function needsText({ needs, complete }: Succession): string {
  if (complete) return 'now it is enough';
  return needs
    .filter(({ missing }) => missing > 0)
    .map(({ by, missing }) => `${missing} more of the ${by === 'before' ? 'holders so far' : 'new holders'}`)
    .join(', ');
}

function nameOf({ needs }: Succession, signer: Signer): string {
  const holders = needs.flatMap((need) => need.holders);
  const found = holders.find(({ publicKey }) => equalBytes(publicKey, signer.publicKey));
  return found?.holder ?? `the holder of ${found?.keyId.slice(0, 8) ?? '?'}…`;
}
