import { createHash } from 'node:crypto';
import { type Clock, equalBytes, KitenError, type Signer, toHex, type Verify } from '@kiten/codec';
import { restored } from '../client/metadata-update.ts';
import { TrustedMetadata } from '../client/trusted-metadata.ts';
import { defaultTufLimits } from '../limits.ts';
import type { Fields } from '../metadata/fields.ts';
import type { MetaFile, RootMetadata, SnapshotMetadata, TopLevelRole } from '../metadata/model.ts';
import { parseMetadata } from '../metadata/parse-metadata.ts';
import { type Description, draftSnapshot, draftTimestamp } from './drafts.ts';
import { signMetadata, writeMetadataFile } from './metadata-file.ts';
import type { Lifetimes } from './repository.ts';
import type { RepositoryDirectory } from './repository-directory.ts';
import { acceptAllTargets } from './whole-repository.ts';

export interface PublishOptions {
  /**
   * Versions to go on from in place of the ones that are there, after they were run up by whoever stole a key. Clients
   * go back to them only when a new root takes that key away.
   */
  readonly restart?: Partial<Readonly<Record<'snapshot' | 'timestamp', number>>>;
  /**
   * Serve a root that those before it don’t vouch for. No client follows to it; each has to be given it by hand. For when
   * a majority of the root’s keys was stolen.
   */
  readonly isNewTrust?: boolean;
}

/** What is served now. */
export interface PublishedVersions {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  /** By role, delegated ones included. */
  readonly targets: Readonly<Record<string, number>>;
}

interface Surroundings {
  readonly clock: Clock;
  readonly verify: Verify;
  readonly lifetimes: Lifetimes;
}

/** The files of one state, before they are written. */
interface Edition {
  readonly root: Uint8Array;
  readonly roles: ReadonlyMap<string, Uint8Array>;
  readonly snapshot: Uint8Array;
  readonly timestamp: Uint8Array;
}

const limits = { ...defaultTufLimits, targetsBytes: 64 * 1024 * 1024, snapshotBytes: 64 * 1024 * 1024 };

/** One step of a repository from the state that is served to the next. */
export class Publication {
  readonly #files: RepositoryDirectory;
  readonly #around: Surroundings;

  constructor(files: RepositoryDirectory, around: Surroundings) {
    this.#files = files;
    this.#around = around;
  }

  async run(
    signers: readonly Signer[],
    { restart = {}, isNewTrust = false }: PublishOptions,
  ): Promise<PublishedVersions> {
    const oldRoot = isNewTrust ? undefined : await this.publishedFile('root');
    const stagedRoot = await this.#files.readStaged('root');
    const root = stagedRoot ?? oldRoot;
    if (root === undefined)
      throw new KitenError('update/nothing-staged', 'There is no root yet: create a repository.');
    const isNewRoot = oldRoot === undefined || !equalBytes(oldRoot, root);
    const trusted = this.#trust(oldRoot, root, isNewRoot);
    const roles = await this.#currentRoles();
    const roots = [trusted.root, ...(oldRoot === undefined ? [] : [parseRoot(oldRoot)])];
    const snapshot = await this.#nextSnapshot(roles, roots, signers, restart.snapshot);
    const timestamp = await this.#nextTimestamp(snapshot, roots, signers, restart.timestamp);
    const edition = { root, roles, snapshot, timestamp };
    await this.#restore(trusted, isNewTrust || (isNewRoot && this.#isRotated(oldRoot, root)));
    accept(trusted, edition);
    const isOldSatisfied = isNewRoot && oldRoot !== undefined && this.#holdsUnder(oldRoot, edition);
    await this.#write(edition, isNewRoot, isOldSatisfied);
    for (const role of await this.#files.stagedRoles()) await this.#files.unstage(role);
    return versionsOf(trusted);
  }

  /** The newest file of a role that is served, or nothing. */
  async publishedFile(role: string): Promise<Uint8Array | undefined> {
    if (role === 'root') {
      const version = await this.#files.newestRoot();
      return version === 0 ? undefined : this.#files.published('root', version);
    }
    const meta = (await this.#publishedSnapshot())?.meta.get(`${role}.json`);
    return meta && this.#files.published(role, meta.version);
  }

  #trust(oldRoot: Uint8Array | undefined, root: Uint8Array, isNewRoot: boolean): TrustedMetadata {
    const { clock, verify } = this.#around;
    const trusted = new TrustedMetadata(oldRoot ?? root, { started: clock.now(), limits, verify });
    if (oldRoot !== undefined && isNewRoot) trusted.acceptRoot(root);
    trusted.checkRoot();
    return trusted;
  }

  #isRotated(oldRoot: Uint8Array | undefined, root: Uint8Array): boolean {
    return oldRoot !== undefined && this.#trustAlone(oldRoot).acceptRoot(root);
  }

  #trustAlone(root: Uint8Array): TrustedMetadata {
    const { clock, verify } = this.#around;
    return new TrustedMetadata(root, { started: clock.now(), limits, verify });
  }

  /** As a client remembers what it saw last: what it wouldn't follow must not be served. */
  async #restore(trusted: TrustedMetadata, isForgotten: boolean): Promise<void> {
    if (isForgotten) return;
    const kept = await restored(this.#files.published('timestamp'), (bytes) =>
      trusted.restoreTimestamp(bytes),
    );
    if (kept === undefined) return;
    await restored(this.#files.published('snapshot', kept.snapshot.version), (bytes) =>
      trusted.restoreSnapshot(bytes),
    );
  }

  /** All targets roles: what is staged of each, or what is served. */
  async #currentRoles(): Promise<ReadonlyMap<string, Uint8Array>> {
    const listed = (await this.#publishedSnapshot())?.meta ?? new Map<string, MetaFile>();
    const names = [...listed.keys()].map((file) => file.slice(0, -'.json'.length));
    const staged = new Set(await this.#files.stagedRoles());
    const roles = new Map<string, Uint8Array>();
    for (const role of new Set([...names, ...staged])) {
      if (role === 'root') continue;
      const version = listed.get(`${role}.json`)?.version;
      const bytes = staged.has(role)
        ? await this.#files.readStaged(role)
        : await this.#files.published(role, version);
      if (bytes !== undefined) roles.set(role, bytes);
    }
    return roles;
  }

  async #publishedSnapshot(): Promise<SnapshotMetadata | undefined> {
    const timestamp = await this.#files.published('timestamp');
    if (timestamp === undefined) return undefined;
    const { version } = parseMetadata('timestamp', timestamp, limits.timestampBytes).metadata.snapshot;
    const snapshot = await this.#files.published('snapshot', version);
    return snapshot && parseMetadata('snapshot', snapshot, limits.snapshotBytes).metadata;
  }

  async #nextSnapshot(
    roles: ReadonlyMap<string, Uint8Array>,
    roots: readonly RootMetadata[],
    signers: readonly Signer[],
    restart: number | undefined,
  ): Promise<Uint8Array> {
    const published = await this.#publishedSnapshot();
    const { clock, lifetimes } = this.#around;
    const isFresh = published !== undefined && published.expires > clock.now() + lifetimes.snapshot / 2;
    const nothingStaged = (await this.#files.stagedRoles()).length === 0;
    if (isFresh && nothingStaged && restart === undefined) {
      const bytes = await this.#files.published('snapshot', published.version);
      if (bytes !== undefined) return bytes;
    }
    const version = await this.#versionOf('snapshot', published?.version, restart);
    const bins = binsIn(roles.get('targets'));
    const meta = Object.fromEntries(
      Array.from(roles, ([role, bytes]) => {
        const description = describe('targets', bytes);
        // There are thousands of bins, and a hash of each would make the snapshot as long as what it is to save.
        return [`${role}.json`, bins(role) ? { version: description.version } : description];
      }),
    );
    const signed = draftSnapshot(version, meta, clock.now() + lifetimes.snapshot);
    return signedBy(signed, 'snapshot', roots, signers);
  }

  async #nextTimestamp(
    snapshot: Uint8Array,
    roots: readonly RootMetadata[],
    signers: readonly Signer[],
    restart: number | undefined,
  ): Promise<Uint8Array> {
    const bytes = await this.#files.published('timestamp');
    const published = bytes && parseMetadata('timestamp', bytes, limits.timestampBytes).metadata;
    const version = restart ?? (published?.version ?? 0) + 1;
    const { clock, lifetimes } = this.#around;
    const signed = draftTimestamp(version, describe('snapshot', snapshot), clock.now() + lifetimes.timestamp);
    return signedBy(signed, 'timestamp', roots, signers);
  }

  async #versionOf(role: string, published = 0, restart = published + 1): Promise<number> {
    // One left by a publication that was cut short is listed by no timestamp: it may go.
    const isTaken = restart <= published && (await this.#files.published(role, restart)) !== undefined;
    if (!isTaken) return restart;
    throw new KitenError(
      'update/version-taken',
      `Version ${restart} of ${role} was served already: take another.`,
    );
  }

  #holdsUnder(root: Uint8Array, edition: Edition): boolean {
    try {
      accept(this.#trustAlone(root), edition);
      return true;
    } catch (error) {
      if (error instanceof KitenError) return false;
      throw error;
    }
  }

  /**
   * Files that nobody asks for yet come first, and the timestamp that leads to them last. A new root comes even after
   * that if the rest holds under the old one as well; otherwise, when keys are gone, just before.
   */
  async #write(edition: Edition, isNewRoot: boolean, isOldSatisfied: boolean): Promise<void> {
    const { roles, root, snapshot, timestamp } = edition;
    const publishRoot = async () => {
      if (isNewRoot) await this.#files.publish('root', parseRoot(root).version, root);
    };
    for (const [role, bytes] of roles) await this.#publish(role, describe('targets', bytes).version, bytes);
    await this.#publish('snapshot', describe('snapshot', snapshot).version, snapshot);
    if (!isOldSatisfied) await publishRoot();
    await this.#files.publish('timestamp', undefined, timestamp);
    if (isOldSatisfied) await publishRoot();
  }

  async #publish(role: string, version: number, bytes: Uint8Array): Promise<void> {
    const present = await this.#files.published(role, version);
    if (present === undefined || !equalBytes(present, bytes)) await this.#files.publish(role, version, bytes);
  }
}

function accept(trusted: TrustedMetadata, { timestamp, snapshot, roles }: Edition): void {
  trusted.acceptTimestamp(timestamp);
  trusted.acceptSnapshot(snapshot);
  acceptAllTargets(trusted, (role) => roles.get(role));
}

const parseRoot = (bytes: Uint8Array): RootMetadata =>
  parseMetadata('root', bytes, limits.rootBytes).metadata;

/** Whether a role is one of the bins that the targets delegate to. */
function binsIn(targets: Uint8Array | undefined): (role: string) => boolean {
  const delegations = targets && parseMetadata('targets', targets, limits.targetsBytes).metadata.delegations;
  const prefix = delegations?.succinct?.namePrefix;
  return (role) => prefix !== undefined && role.startsWith(`${prefix}-`);
}

function describe(type: 'targets' | 'snapshot', bytes: Uint8Array): Description {
  const { version } = parseMetadata(type, bytes, limits.targetsBytes).metadata;
  return {
    version,
    length: bytes.length,
    hashes: { sha256: createHash('sha256').update(bytes).digest('hex') },
  };
}

/** By every key at hand that the role has, or had under the root before: then clients of either can follow. */
function signedBy(
  signed: Fields,
  role: TopLevelRole,
  roots: readonly RootMetadata[],
  signers: readonly Signer[],
): Uint8Array {
  const keys = new Set<string>();
  for (const root of roots) {
    for (const keyId of root.roles.get(role)?.keyIds ?? []) {
      const material = root.keys.get(keyId)?.material;
      if (material !== undefined) keys.add(toHex(material.publicKey));
    }
  }
  const own = signers.filter(({ publicKey }) => keys.has(toHex(publicKey)));
  return writeMetadataFile(own.reduce(signMetadata, { signed, signatures: [] }));
}

function versionsOf(trusted: TrustedMetadata): PublishedVersions {
  const { root, timestamp, snapshot } = trusted;
  const targets = Array.from(
    snapshot.meta,
    ([file, { version }]) => [file.replace(/\.json$/, ''), version] as const,
  );
  return {
    ...{ root: root.version, timestamp: timestamp.version, snapshot: snapshot.version },
    targets: Object.fromEntries(targets),
  };
}
