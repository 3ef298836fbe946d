import { type Clock, KitenError, type Verify } from '@kiten/codec';
import type { TufLimits } from '../limits.ts';
import type { MetadataFormat } from '../metadata/format.ts';
import type { MetaFile } from '../metadata/model.ts';
import type { KeptMetadata } from './metadata-directory.ts';
import { type FetchFile, retrieveWhole } from './retrieve.ts';
import { below } from './target-path.ts';
import { TrustedMetadata } from './trusted-metadata.ts';

/** What fetching metadata takes. */
export interface MetadataSource {
  readonly metadataUrl: string;
  readonly fetch: FetchFile;
  readonly verify: Verify;
  readonly clock: Clock;
  /** How the metadata is written; the standard’s way unless told otherwise. */
  readonly format?: MetadataFormat;
}

/** One update of the top-level roles, from the fixed start time on (TUF §5.1 to §5.6.6). */
export class MetadataUpdate {
  readonly #kept: KeptMetadata;
  readonly #source: MetadataSource;
  readonly #limits: TufLimits;

  constructor(kept: KeptMetadata, source: MetadataSource, limits: TufLimits) {
    this.#kept = kept;
    this.#source = source;
    this.#limits = limits;
  }

  /** @param notBefore the latest time that was seen, in milliseconds since 1970. */
  async run(notBefore?: number): Promise<TrustedMetadata> {
    const trusted = await this.runRoot(notBefore);
    await this.#updateTimestamp(trusted);
    await this.#updateSnapshot(trusted);
    await this.#updateTargets(trusted);
    return trusted;
  }

  /** The root alone (TUF §5.3). */
  async runRoot(notBefore?: number): Promise<TrustedMetadata> {
    const started = this.#source.clock.now();
    const trusted = new TrustedMetadata(await this.#keptRoot(), {
      started,
      notBefore,
      limits: this.#limits,
      verify: this.#source.verify,
      format: this.#source.format,
    });
    await this.#updateRoot(trusted);
    return trusted;
  }

  async #keptRoot(): Promise<Uint8Array> {
    const root = await this.#kept.read('root', this.#limits.rootBytes);
    if (root !== undefined) return root;
    throw new KitenError('update/not-initialised', 'There is no trusted root yet: begin with one.');
  }

  /** One by one, since each vouches for the next alone; and so many at most (TUF §5.3.3). */
  async #updateRoot(trusted: TrustedMetadata): Promise<void> {
    for (let count = 0; count < this.#limits.roots; count += 1) {
      const next = await ifThere(
        this.fetchFile(`${trusted.root.version + 1}.root.json`, this.#limits.rootBytes),
      );
      if (next === undefined) break;
      if (trusted.acceptRoot(next)) {
        // Before the root is kept: if this is cut short, the next update comes by here again.
        await this.#kept.remove('timestamp');
        await this.#kept.remove('snapshot');
      }
      await this.#kept.write('root', next);
    }
    trusted.checkRoot();
  }

  async #updateTimestamp(trusted: TrustedMetadata): Promise<void> {
    const { timestampBytes } = this.#limits;
    await restored(this.#kept.read('timestamp', timestampBytes), (bytes) => trusted.restoreTimestamp(bytes));
    const fetched = await this.fetchFile('timestamp.json', timestampBytes);
    if (trusted.acceptTimestamp(fetched)) await this.#kept.write('timestamp', fetched);
  }

  async #updateSnapshot(trusted: TrustedMetadata): Promise<void> {
    const { snapshotBytes } = this.#limits;
    const isCurrent = await restored(this.#kept.read('snapshot', snapshotBytes), (bytes) =>
      trusted.restoreSnapshot(bytes),
    );
    if (isCurrent === true) return;
    const fetched = await this.fetchRole('snapshot', trusted, trusted.timestamp.snapshot, snapshotBytes);
    trusted.acceptSnapshot(fetched);
    await this.#kept.write('snapshot', fetched);
  }

  async #updateTargets(trusted: TrustedMetadata): Promise<void> {
    const { targetsBytes } = this.#limits;
    const isCurrent = await restored(this.#kept.read('targets', targetsBytes), (bytes) => {
      trusted.acceptTargets(bytes);
      return true;
    });
    if (isCurrent === true) return;
    const fetched = await this.fetchRole('targets', trusted, trusted.describe('targets'), targetsBytes);
    trusted.acceptTargets(fetched);
    await this.#kept.write('targets', fetched);
  }

  /** The file of a role, by the name that consistent snapshots give it or by its own (TUF §5.5.1). */
  fetchRole(role: string, trusted: TrustedMetadata, meta: MetaFile, limit: number): Promise<Uint8Array> {
    const version = trusted.root.consistentSnapshot ? `${meta.version}.` : '';
    const declared = this.#source.format?.boundsFile === false ? limit : (meta.length ?? limit);
    const maxBytes = Math.min(declared, limit);
    return this.fetchFile(`${version}${encodeURIComponent(role)}.json`, maxBytes);
  }

  /** A file of the repository, by its name. @throws KitenError as `retrieve` says. */
  fetchFile(file: string, maxBytes: number): Promise<Uint8Array> {
    const { metadataUrl, fetch, clock } = this.#source;
    const { metadataDeadline: deadline, minimumRate, rateWindow } = this.#limits;
    return retrieveWhole(below(metadataUrl, file), {
      ...{ fetch, clock, maxBytes, deadline, minimumRate, rateWindow },
    });
  }
}

/**
 * What was trusted before and still is. What is kept and doesn't hold any more, because keys were rotated, it has
 * expired or the file was damaged, counts as never trusted: it is fetched anew, and judged like all that is fetched.
 */
export async function restored<T>(
  kept: Promise<Uint8Array | undefined>,
  take: (bytes: Uint8Array) => T,
): Promise<T | undefined> {
  const bytes = await kept;
  if (bytes === undefined) return undefined;
  try {
    return take(bytes);
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

/** What is there, or nothing if the repository says that there is none. */
export async function ifThere(file: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await file;
  } catch (error) {
    if (error instanceof KitenError && error.code === 'update/not-found') return undefined;
    throw error;
  }
}
