import { type Clock, KitenError, type Signer, type Verify } from '@kiten/codec';
import { defaultTufLimits } from '../limits.ts';
import { binFor, binName } from '../metadata/delegates-for.ts';
import { asFields, type Fields, member } from '../metadata/fields.ts';
import { parseKeys } from '../metadata/key.ts';
import type { SuccinctRoles, TopLevelRole } from '../metadata/model.ts';
import { parseDelegations } from '../metadata/parse-delegations.ts';
import { parseMetadata } from '../metadata/parse-metadata.ts';
import {
  draftBins,
  draftDelegation,
  draftNextRoot,
  draftNextTargets,
  draftRevocation,
  draftRoot,
  draftTargets,
  type Holders,
  type NewBins,
  type NewDelegation,
  type NewTarget,
  type Replacement,
} from './drafts.ts';
import { type MetadataFile, readMetadataFile, signMetadata, writeMetadataFile } from './metadata-file.ts';
import { Publication, type PublishedVersions, type PublishOptions } from './publication.ts';
import { RepositoryDirectory } from './repository-directory.ts';

/** How long the metadata of each role holds, in milliseconds. Delegated roles hold as long as the targets. */
export type Lifetimes = Readonly<Record<TopLevelRole, number>>;

const day = 86_400_000;

export const defaultLifetimes: Lifetimes = {
  root: 365 * day,
  targets: 90 * day,
  snapshot: 7 * day,
  timestamp: day,
};

export interface TufRepositoryOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly verify: Verify;
  readonly lifetimes?: Partial<Lifetimes>;
}

/** A file that waits for the signatures of its holders. */
export interface StagedFile {
  readonly role: string;
  readonly file: string;
  readonly version: number;
}

/**
 * A repository in a directory. Whatever its holders are to sign is staged first: a file each, which is signed here or
 * carried to where the keys are. Publishing takes what is signed, adds snapshot and timestamp with the keys at hand, and
 * serves it in such an order that a client never sees a half of it.
 */
export class TufRepository {
  readonly #files: RepositoryDirectory;
  readonly #options: TufRepositoryOptions;
  readonly #lifetimes: Lifetimes;

  constructor(options: TufRepositoryOptions) {
    this.#files = new RepositoryDirectory(options.directory);
    this.#options = options;
    this.#lifetimes = { ...defaultLifetimes, ...options.lifetimes };
  }

  /**
   * Begins a repository: stages the first root and targets that say nothing.
   *
   * @throws KitenError `update/repository-exists`, `update/threshold-impossible`, `update/key-unsupported`.
   */
  async create(holders: Readonly<Record<TopLevelRole, Holders>>): Promise<readonly StagedFile[]> {
    const root = draftRoot(holders, this.#expiry('root'));
    await this.#files.make();
    if ((await this.#files.newestRoot()) > 0 || (await this.#files.stagedRoles()).length > 0) {
      throw new KitenError('update/repository-exists', 'There is a repository in this directory already.');
    }
    await this.#stage('root', root);
    await this.#stage('targets', draftTargets(this.#expiry('targets')));
    return this.staged();
  }

  /**
   * Has a targets role speak for a file. The file is copied to where clients ask for it.
   *
   * @param role `targets`, or one that is delegated to.
   * @throws KitenError `update/no-such-role`, `update/target-name`, `update/file-unreadable`.
   */
  async addTarget(path: string, file: string, more: { role?: string; custom?: Fields } = {}): Promise<void> {
    const role = await this.#roleFor(path, more.role ?? 'targets');
    const current = await this.#current(role);
    const measured = await this.#files.addTarget(path, file);
    // What is in bins is there to be short, and one hash is enough.
    const { sha256 = '' } = measured.hashes;
    const target = role === (more.role ?? 'targets') ? measured : { ...measured, hashes: { sha256 } };
    const add = Object.fromEntries([[path, { ...target, ...(more.custom && { custom: more.custom }) }]]);
    await this.#stage(role, draftNextTargets(current, { add }, this.#expiry('targets')));
  }

  /**
   * Has roles speak for many files at once, which lie where clients ask for them already, or will.
   *
   * @param role `targets`, one that is delegated to, or what the names of bins begin with.
   * @throws KitenError `update/no-such-role`.
   */
  async listTargets(
    targets: Iterable<readonly [path: string, target: NewTarget]>,
    role: string,
  ): Promise<void> {
    const bins = await this.#bins();
    const byRole = new Map<string, [string, NewTarget][]>();
    for (const [path, target] of targets) {
      const speaker = bins?.namePrefix === role ? binFor(bins, path) : role;
      const listed = byRole.get(speaker);
      if (listed === undefined) byRole.set(speaker, [[path, target]]);
      else listed.push([path, target]);
    }
    for (const [speaker, listed] of byRole) {
      const add = Object.fromEntries(listed);
      const current = await this.#current(speaker);
      await this.#stage(speaker, draftNextTargets(current, { add }, this.#expiry('targets')));
    }
  }

  /** Has a targets role speak for a path no more. @throws KitenError `update/no-such-role`, `update/no-such-target`. */
  async removeTarget(path: string, from = 'targets'): Promise<void> {
    const role = await this.#roleFor(path, from);
    const current = await this.#current(role);
    await this.#stage(role, draftNextTargets(current, { remove: [path] }, this.#expiry('targets')));
  }

  /**
   * Has a targets role delegate to another one, which begins with nothing to say unless it is there.
   *
   * @throws KitenError `update/no-such-role`, `update/role-name`, `update/threshold-impossible`.
   */
  async delegate(delegation: NewDelegation, by = 'targets'): Promise<void> {
    const next = draftDelegation(await this.#current(by), delegation, this.#expiry('targets'));
    await this.#stage(by, next);
    if ((await this.#find(delegation.name)) === undefined) {
      await this.#stage(delegation.name, draftTargets(this.#expiry('targets')));
    }
  }

  /**
   * Entrusts nothing to a role any more, or the same paths to other holders, who begin with nothing to say: whatever the
   * holders before said may be somebody else’s word. The role stays listed in the snapshot, since clients have seen it.
   *
   * @throws KitenError `update/no-such-role`, `update/threshold-impossible`.
   */
  async revoke(name: string, replacement?: Replacement, by = 'targets'): Promise<void> {
    await this.#stage(
      by,
      draftRevocation(await this.#current(by), name, replacement, this.#expiry('targets')),
    );
    await this.#files.unstage(name);
    const said = await this.#published(name);
    if (replacement === undefined || said === undefined) return;
    const remove = Object.keys(asFields(member(said, 'targets'), 'targets'));
    await this.#stage(name, draftNextTargets(said, { remove }, this.#expiry('targets')));
  }

  /**
   * Has the targets delegate to bins (TAP 15), each of which begins with nothing to say unless it is there: for so many
   * targets that no client should fetch what is said of all of them.
   *
   * @returns how many there are.
   * @throws KitenError `update/delegations-mixed`, `update/bins-impossible`, `update/role-name`,
   * `update/threshold-impossible`.
   */
  async delegateToBins(bins: NewBins): Promise<number> {
    await this.#stage('targets', draftBins(await this.#current('targets'), bins, this.#expiry('targets')));
    const count = 2 ** bins.bitLength;
    const names = Array.from({ length: count }, (_, bin) => binName(bins, bin));
    const present = new Set(await this.#files.stagedRoles());
    const isNew = (await this.#find(names[0]!)) === undefined;
    for (const name of isNew ? names : []) {
      if (!present.has(name)) await this.#stage(name, draftTargets(this.#expiry('targets')));
    }
    return count;
  }

  /**
   * Stages the next root, with other holders for some roles, or as it is and valid for longer. It takes the signatures
   * of the holders of the root before and after.
   *
   * @throws KitenError `update/threshold-impossible`, `update/key-unsupported`, `update/no-such-role`.
   */
  async rotate(holders: Readonly<Partial<Record<TopLevelRole, Holders>>>): Promise<void> {
    await this.#stage('root', draftNextRoot(await this.#current('root'), holders, this.#expiry('root')));
  }

  /**
   * Stages a root that the one before need not vouch for, of other holders for every role, one version on. To be published
   * with `isNewTrust`, and given to each client by hand.
   *
   * @throws KitenError as {@link rotate}.
   */
  async beginAnew(holders: Readonly<Record<TopLevelRole, Holders>>): Promise<void> {
    const current = await this.#current('root');
    const empty = { ...current, keys: {}, roles: {} };
    await this.#stage('root', draftNextRoot(empty, holders, this.#expiry('root')));
    const targets = await this.#current('targets');
    await this.#stage('targets', draftNextTargets(targets, {}, this.#expiry('targets')));
  }

  /** Says the same again, a version later: to be signed by new holders, or to hold for longer. */
  async renew(role: string): Promise<void> {
    await this.#stage(role, draftNextTargets(await this.#current(role), {}, this.#expiry('targets')));
  }

  /** What waits for signatures. */
  async staged(): Promise<readonly StagedFile[]> {
    const staged: StagedFile[] = [];
    for (const role of await this.#files.stagedRoles()) {
      const bytes = await this.#files.readStaged(role);
      if (bytes === undefined) continue;
      const type = role === 'root' ? 'root' : 'targets';
      const { version } = parseMetadata(type, bytes, defaultTufLimits.targetsBytes).metadata;
      staged.push({ role, file: this.#files.stagedFile(role), version });
    }
    return staged;
  }

  /** Adds the signature of a holder to a staged file. @throws KitenError `update/nothing-staged`. */
  async sign(role: string, signer: Signer): Promise<void> {
    const bytes = await this.#files.readStaged(role);
    if (bytes === undefined)
      throw new KitenError('update/nothing-staged', `No file of ${role} waits for signatures.`);
    await this.#files.stage(role, writeMetadataFile(signMetadata(readMetadataFile(bytes), signer)));
  }

  /**
   * Publishes what is staged and signed, a new snapshot of it and a new timestamp; with nothing staged, a new timestamp
   * (and snapshot, if half of its time is over). All is verified as a client would before anything is written.
   *
   * @throws KitenError `update/unsigned`, `update/threshold` and whatever else a client would refuse.
   */
  publish(signers: readonly Signer[], options: PublishOptions = {}): Promise<PublishedVersions> {
    const { clock, verify } = this.#options;
    return new Publication(this.#files, { clock, verify, lifetimes: this.#lifetimes }).run(signers, options);
  }

  /** The bin that speaks for a path, if it is bins that are meant. */
  async #roleFor(path: string, role: string): Promise<string> {
    const bins = role === 'targets' ? undefined : await this.#bins();
    return bins?.namePrefix === role ? binFor(bins, path) : role;
  }

  async #bins(): Promise<SuccinctRoles | undefined> {
    const signed = await this.#current('targets');
    const delegations = member(signed, 'delegations');
    if (delegations === undefined) return undefined;
    return parseDelegations(asFields(delegations, 'delegations'), parseKeys).succinct;
  }

  #expiry(role: TopLevelRole): number {
    return this.#options.clock.now() + this.#lifetimes[role];
  }

  /** Staging again changes what waits, and what was signed of it no longer counts. */
  async #stage(role: string, signed: Fields): Promise<void> {
    const file: MetadataFile = { signed, signatures: [] };
    const bytes = writeMetadataFile(file);
    parseMetadata(role === 'root' ? 'root' : 'targets', bytes, defaultTufLimits.targetsBytes);
    await this.#files.stage(role, bytes);
  }

  async #current(role: string): Promise<Fields> {
    const found = await this.#find(role);
    if (found !== undefined) return found;
    throw new KitenError('update/no-such-role', `The repository has no role ${role}.`);
  }

  /** What a role says: what waits, as if it were of the version before so that the next one is its own, or is published. */
  async #find(role: string): Promise<Fields | undefined> {
    const staged = await this.#files.readStaged(role);
    if (staged !== undefined) {
      const { signed } = readMetadataFile(staged);
      return { ...signed, version: (signed.version as number) - 1 || 0 };
    }
    return this.#published(role);
  }

  async #published(role: string): Promise<Fields | undefined> {
    const publication = new Publication(this.#files, {
      ...{ clock: this.#options.clock, verify: this.#options.verify, lifetimes: this.#lifetimes },
    });
    const bytes = await publication.publishedFile(role);
    return bytes === undefined ? undefined : readMetadataFile(bytes).signed;
  }
}
