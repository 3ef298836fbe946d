import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Clock, KitenError } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import type { Ledger } from '@kiten/ledger';
import { type VerifiedRepository, verifyTargets } from '@kiten/update';
import type { Database } from '../../store/database.ts';
import { type KeptTargetFile, putRelease } from '../../store/update-releases.ts';
import type { Journal } from '../journal.ts';
import type { Layout } from '../layout.ts';
import type { Operator } from '../operators.ts';
import { Turns } from '../turns.ts';
import { safeSegments } from './image-path.ts';
import { ifThere, writeWhole } from './metadata-files.ts';
import type { ReleaseBook } from './release-book.ts';
import { publishedEvent, saidOf, withdrawnEvent } from './release-events.ts';
import { type ListedTarget, spokenFor } from './spoken-for.ts';

export interface ImageDeskParts {
  readonly layout: Pick<Layout, 'images'>;
  readonly database: Database;
  readonly journal: Journal;
  readonly ledger: Pick<Ledger, 'size'>;
  readonly releases: ReleaseBook;
  readonly clock: Clock;
  /** The repository speaks for these no longer. */
  readonly withdrawn: (targets: readonly string[]) => void;
}

/** What came of a publication. */
export interface Published {
  readonly repository: VerifiedRepository;
  /** Releases that are new, or of which something else is said. */
  readonly releases: readonly string[];
  readonly withdrawn: readonly string[];
}

export interface ServedFile {
  readonly file: string;
  readonly bytes: number;
}

const largestTarget = 16 * 1024 ** 3;
const metadataName = /^([1-9]\d*\.)?[A-Za-z0-9._~%!'()*-]{1,180}\.json$/;

/**
 * The Image repository that devices are served from: a copy of what its holders publish. It takes nothing that a client
 * would refuse that saw the state before, and replaces what it serves in an order in which no client sees a half of it.
 */
export class ImageDesk {
  readonly #parts: ImageDeskParts;
  readonly #turns = new Turns();

  constructor(parts: ImageDeskParts) {
    this.#parts = parts;
  }

  /**
   * Takes in a target’s file, under the name that devices ask for it by. Nobody does before the metadata speaks for it.
   *
   * @param path as below `targets/` of a repository: `dir/SHA256.name`, percent-encoded
   * @throws KitenError `kiten/image-path`, `kiten/image-hash`, `kiten/image-too-large`
   */
  async putTarget(path: string, content: Readable): Promise<number> {
    const segments = safeSegments(path);
    const named = /^([0-9a-f]{64})\../.exec(segments.at(-1) ?? '')?.[1];
    if (named === undefined)
      throw new KitenError('kiten/image-path', 'A target’s file is named by its SHA-256: HASH.NAME.');
    const file = join(this.#parts.layout.images, 'targets', ...segments);
    await mkdir(dirname(file), { recursive: true });
    const pending = join(this.#parts.layout.images, `.incoming-${randomUUID()}`);
    const handle = await open(pending, 'wx', 0o644);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const piece of content) {
        bytes += (piece as Buffer).length;
        if (bytes > largestTarget)
          throw new KitenError('kiten/image-too-large', 'A target has 16 GiB at most.');
        hash.update(piece as Buffer);
        await handle.writeFile(piece as Buffer);
      }
      if (hash.digest('hex') !== named)
        throw new KitenError('kiten/image-hash', 'The file is not the one that its name says.');
      await handle.sync();
      await handle.close();
      await rename(pending, file);
    } finally {
      await handle.close().catch(() => undefined);
      await rm(pending, { force: true });
    }
    return bytes;
  }

  /** Whether a target’s file is here already, so that it need not be sent. */
  hasTarget(path: string): boolean {
    return existsSync(join(this.#parts.layout.images, 'targets', ...safeSegments(path)));
  }

  /**
   * Takes in the metadata of a repository, verifies all of it from the first root that was ever published here, and serves
   * it from then on.
   *
   * @param files by their names as below `metadata/`; what is here already need not come again
   * @throws KitenError what a client would refuse, `kiten/image-metadata`, `kiten/image-rollback`, `update/release-malformed`
   */
  publish(files: ReadonlyMap<string, Uint8Array>, operator: Operator, reason: string): Promise<Published> {
    return this.#turns.take('publish', async () => {
      for (const name of files.keys())
        if (!metadataName.test(name))
          throw new KitenError('kiten/image-metadata', `${name.slice(0, 80)} is no metadata file’s name.`);
      const { images } = this.#parts.layout;
      const trial = join(images, `.trial-${randomUUID()}`);
      try {
        await this.#stage(trial, files);
        const about = { clock: this.#parts.clock, verify: nodeVerify };
        const { repository } = await verifyTargets({ directory: trial, ...about });
        await this.#mustFollow(repository);
        const spoken = await spokenFor(join(trial, 'metadata'), repository);
        const published = await this.#keep(repository, spoken, operator, reason);
        await this.#serve(files);
        if (published.withdrawn.length > 0) this.#parts.withdrawn(published.withdrawn);
        return published;
      } finally {
        await rm(trial, { recursive: true, force: true });
      }
    });
  }

  /** A file that a device asks for, by the path below `/update/image/` as it stands in the URL. */
  async served(path: string): Promise<ServedFile | undefined> {
    const [folder, ...rest] = safeSegments(path);
    if (rest.length === 0 || (folder !== 'metadata' && folder !== 'targets')) return undefined;
    const file = join(this.#parts.layout.images, folder, ...rest);
    const found = await ifThere(stat(file));
    return found?.isFile() ? { file, bytes: found.size } : undefined;
  }

  read({ file }: ServedFile, from: number, to: number): Readable {
    return createReadStream(file, { start: from, end: to });
  }

  /** What is served, and over it what has come: as a repository would be after it. */
  async #stage(trial: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { images } = this.#parts.layout;
    await mkdir(join(trial, 'metadata'), { recursive: true });
    await mkdir(join(trial, 'staged'));
    await mkdir(join(images, 'targets'), { recursive: true });
    await mkdir(join(images, 'metadata'), { recursive: true });
    await symlink(join(images, 'targets'), join(trial, 'targets'));
    for (const name of await readdir(join(images, 'metadata'))) {
      // The first root is the one that was published first, whatever comes.
      if (!files.has(name) || /^\d+\.root\.json$/.test(name))
        await copyFile(join(images, 'metadata', name), join(trial, 'metadata', name));
    }
    for (const [name, bytes] of files)
      if (!existsSync(join(trial, 'metadata', name))) await writeWhole(join(trial, 'metadata'), name, bytes);
  }

  /** What a client has seen stays seen, unless a new root has taken the keys away by which it was said. */
  async #mustFollow(next: VerifiedRepository): Promise<void> {
    const { layout, clock } = this.#parts;
    if (!existsSync(join(layout.images, 'metadata', 'timestamp.json'))) return;
    const present = await this.#present();
    if (present === undefined || next.root > present.root) return;
    const isOlder =
      next.timestamp < present.timestamp ||
      next.snapshot < present.snapshot ||
      Object.entries(present.targets).some(([role, version]) => (next.targets[role] ?? 0) < version);
    if (!isOlder) return;
    throw new KitenError(
      'kiten/image-rollback',
      'What is to be published is older than what devices are served, and no new root takes a key away.',
      { detail: { at: clock.now() } },
    );
  }

  /** What is served now; undefined once its time is over, when versions are all that is known of it. */
  async #present(): Promise<VerifiedRepository | undefined> {
    const { layout, clock } = this.#parts;
    try {
      return (await verifyTargets({ directory: layout.images, clock, verify: nodeVerify })).repository;
    } catch (error) {
      if (error instanceof KitenError && error.code === 'update/expired') return undefined;
      throw error;
    }
  }

  async #keep(
    repository: VerifiedRepository,
    spoken: readonly ListedTarget[],
    operator: Operator,
    reason: string,
  ): Promise<Published> {
    const { releases, journal, ledger, clock } = this.#parts;
    const at = clock.now();
    const by = `operator:${operator.name}`;
    const known = new Map(releases.all().map((release) => [release.target, release]));
    const fresh: KeptTargetFile[] = [];
    const paths = new Set(spoken.map(({ path }) => path));
    for (const { path: target, role: _, ...file } of spoken) {
      if (file.custom === undefined || !Object.hasOwn(file.custom, 'releaseCounter')) continue;
      const kept: KeptTargetFile = { target, file, publishedBy: by, publishedAt: at, logSize: ledger.size };
      // What is malformed is refused before any of it is kept.
      releases.read(kept);
      const before = known.get(target);
      const isKnown = before !== undefined && before.withdrawnAt === undefined;
      if (!isKnown || saidOf(before.file) !== saidOf(file)) fresh.push(kept);
    }
    const gone = [...known.values()].filter(
      ({ target, withdrawnAt }) => withdrawnAt === undefined && !paths.has(target),
    );
    const events = [
      ...fresh.map((one) => publishedEvent(one, by, reason)),
      ...gone.map(({ target }) => withdrawnEvent(target, at, by, reason)),
    ];
    const withdrawn = gone.map((release) => ({ ...release, withdrawnAt: at }));
    await journal.commit(events, async (store) => {
      for (const one of [...fresh, ...withdrawn]) await putRelease(store, one);
    });
    for (const one of [...fresh, ...withdrawn]) releases.put(one);
    return {
      repository,
      releases: fresh.map(({ target }) => target),
      withdrawn: gone.map(({ target }) => target),
    };
  }

  /** Last the timestamp, which leads to all the others. */
  async #serve(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const directory = join(this.#parts.layout.images, 'metadata');
    const order = (name: string) => (name === 'timestamp.json' ? 1 : 0);
    const names = [...files.keys()].toSorted((left, right) => order(left) - order(right));
    for (const name of names) {
      const isRoot = /^\d+\.root\.json$/.test(name) && existsSync(join(directory, name));
      if (!isRoot) await writeWhole(directory, name, files.get(name) as Uint8Array);
    }
  }
}
