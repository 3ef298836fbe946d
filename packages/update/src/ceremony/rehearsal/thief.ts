import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signer } from '@kiten/codec';
import { hashesOfBytes } from '../../tuf/metadata/hashes.ts';
import type { TopLevelRole } from '../../tuf/metadata/model.ts';
import { parseMetadata } from '../../tuf/metadata/parse-metadata.ts';
import {
  draftNextRoot,
  draftNextTargets,
  draftSnapshot,
  draftTimestamp,
} from '../../tuf/repository/drafts.ts';
import { readMetadataFile } from '../../tuf/repository/metadata-file.ts';
import { RepositoryDirectory } from '../../tuf/repository/repository-directory.ts';
import { type RehearsalStage, signedBy } from './stage.ts';

/** Keys in the wrong hands. */
export type Loot = Readonly<Partial<Record<TopLevelRole, readonly Signer[]>>>;

/** What only the thief would release. */
export const maliciousTarget = 'rehearsal/not-ours.bin';

const maxBytes = 64 * 1024 * 1024;
const day = 86_400_000;

/** Whoever stole keys, and serves clients a copy of the repository with something of their own in it. */
export class Thief {
  readonly #stage: RehearsalStage;
  readonly #loot: Loot;
  #count = 0;

  constructor(stage: RehearsalStage, loot: Loot) {
    this.#stage = stage;
    this.#loot = loot;
  }

  /**
   * Releases something of their own, signed as far as the keys go.
   *
   * @param ahead how many versions further than what is served.
   * @returns the directory that it is served from.
   */
  async release(ahead: number): Promise<string> {
    const { directory, files, versions } = await this.#copy();
    const expires = this.#stage.ports.clock.now() + day;
    const current = readMetadataFile((await files.published('targets', versions.targets))!).signed;
    const add = { [maliciousTarget]: { length: 1, hashes: { sha256: '00'.repeat(32) } } };
    const targets = this.#by('targets', draftNextTargets(current, { add }, expires));
    await files.publish('targets', versions.targets + 1, targets);
    const meta = { 'targets.json': described(versions.targets + 1, targets) };
    const version = versions.snapshot + ahead;
    const snapshot = this.#by('snapshot', draftSnapshot(version, meta, expires));
    await files.publish('snapshot', version, snapshot);
    const timestamp = draftTimestamp(versions.timestamp + ahead, described(version, snapshot), expires);
    await files.publish('timestamp', undefined, this.#by('timestamp', timestamp));
    return directory;
  }

  /** Names themselves the holders of everything, in the next root. */
  async takeOver(): Promise<string> {
    const { directory, files, versions } = await this.#copy();
    const own = this.#stage.ports.newSigner();
    const expires = this.#stage.ports.clock.now() + day;
    const current = readMetadataFile((await files.published('root', versions.root))!).signed;
    const all = { keys: [own], threshold: 1 };
    const next = draftNextRoot(current, { root: all, targets: all, snapshot: all, timestamp: all }, expires);
    await files.publish('root', versions.root + 1, signedBy(next, [...(this.#loot.root ?? []), own]));
    const targets = readMetadataFile((await files.published('targets', versions.targets))!).signed;
    const said = signedBy(draftNextTargets(targets, {}, expires), [own]);
    await files.publish('targets', versions.targets + 1, said);
    const snapshot = draftSnapshot(
      versions.snapshot + 1,
      { 'targets.json': described(versions.targets + 1, said) },
      expires,
    );
    const listed = signedBy(snapshot, [own]);
    await files.publish('snapshot', versions.snapshot + 1, listed);
    const timestamp = draftTimestamp(
      versions.timestamp + 1,
      described(versions.snapshot + 1, listed),
      expires,
    );
    await files.publish('timestamp', undefined, signedBy(timestamp, [own]));
    return directory;
  }

  #by(role: TopLevelRole, signed: Parameters<typeof signedBy>[0]): Uint8Array {
    return signedBy(signed, this.#loot[role] ?? []);
  }

  async #copy() {
    this.#count += 1;
    const directory = join(this.#stage.ports.scratch, `thief-${this.#count}`);
    await cp(this.#stage.directory, directory, { recursive: true });
    const files = new RepositoryDirectory(directory);
    const timestamp = parseMetadata('timestamp', (await files.published('timestamp'))!, maxBytes).metadata;
    const file = (await files.published('snapshot', timestamp.snapshot.version))!;
    const snapshot = parseMetadata('snapshot', file, maxBytes).metadata;
    const versions = {
      ...{ root: await files.newestRoot(), timestamp: timestamp.version, snapshot: snapshot.version },
      targets: snapshot.meta.get('targets.json')!.version,
    };
    return { directory, files, versions };
  }
}

function described(version: number, bytes: Uint8Array) {
  return { version, length: bytes.length, hashes: hashesOfBytes(bytes) };
}
