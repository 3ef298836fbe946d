import { type Clock, KitenError, type Verify } from '@kiten/codec';
import { defaultTufLimits, type TufLimits } from '../limits.ts';
import type { MetadataFormat } from '../metadata/format.ts';
import type { TargetFile } from '../metadata/model.ts';
import { withClientLock } from './client-lock.ts';
import { type DownloadedTarget, type DownloadOptions, downloadTarget } from './download.ts';
import { removePending } from './durable-files.ts';
import { MetadataDirectory } from './metadata-directory.ts';
import { MetadataUpdate } from './metadata-update.ts';
import type { FetchFile } from './retrieve.ts';
import { findTarget } from './search.ts';
import { TimeFloor } from './time-floor.ts';
import type { TrustedMetadata } from './trusted-metadata.ts';

export interface TufClientOptions {
  /** Where {@link initialiseTufClient} has put the root: the client’s own, and all that it remembers. */
  readonly metadataDirectory: string;
  /** Below it lie `timestamp.json`, `2.root.json` and so on. */
  readonly metadataUrl: string;
  readonly fetch: FetchFile;
  readonly verify: Verify;
  readonly clock: Clock;
  readonly limits?: Partial<TufLimits>;
  /** How the metadata is written; the standard’s way unless told otherwise. */
  readonly format?: MetadataFormat;
}

/** The versions that a client trusts after an update. */
export interface TrustedVersions {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  readonly targets: number;
}

/** A target that somebody vouches for. */
export interface FoundTarget extends TargetFile {
  readonly path: string;
  /** The role that speaks for it: `targets`, or one that it delegates to. */
  readonly role: string;
}

/**
 * A client of TUF 1.0.34. It trusts what its root vouches for, step by step, and writes down each step as soon as it
 * holds (TUF §5); what is refused is never written, and changes nothing.
 */
export class TufClient {
  readonly #options: TufClientOptions;
  readonly #limits: TufLimits;
  readonly #metadata: MetadataDirectory;
  #trusted: TrustedMetadata | undefined;

  constructor(options: TufClientOptions) {
    this.#options = options;
    this.#limits = { ...defaultTufLimits, ...options.limits };
    this.#metadata = new MetadataDirectory(options.metadataDirectory);
  }

  /**
   * Brings the metadata of the four top-level roles up to date (TUF §5.1 to §5.6.6). All that comes after, and up to
   * the next refresh, is judged by the time at which this one began, or by the latest that was seen before if the clock
   * says less.
   *
   * @throws KitenError `update/client-busy` while another client works in the directory; `update/…`: what was refused,
   * and why.
   */
  refresh(): Promise<TrustedVersions> {
    return withClientLock(this.#options.metadataDirectory, () => this.#refresh());
  }

  async #refresh(): Promise<TrustedVersions> {
    this.#trusted = undefined;
    const { metadataDirectory, clock } = this.#options;
    await removePending(metadataDirectory);
    const update = new MetadataUpdate(this.#metadata, this.#options, this.#limits);
    const floor = new TimeFloor(metadataDirectory);
    const [notBefore, started] = [await floor.read(), clock.now()];
    const trusted = await update.run(notBefore);
    await floor.raise(notBefore, started);
    this.#trusted = trusted;
    const { root, timestamp, snapshot, targets } = trusted;
    return {
      root: root.version,
      timestamp: timestamp.version,
      snapshot: snapshot.version,
      targets: targets.version,
    };
  }

  /**
   * Looks for who speaks for a target (TUF §5.6.7), after a refresh if there was none.
   *
   * @throws KitenError `update/no-such-target`, `update/too-many-roles`, or what was refused on the way.
   */
  find(path: string): Promise<FoundTarget> {
    return withClientLock(this.#options.metadataDirectory, async () => {
      if (this.#trusted === undefined) await this.#refresh();
      if (this.#trusted === undefined) throw new KitenError('update/out-of-order', 'Refresh first.');
      return findTarget(path, this.#trusted, this.#metadata, this.#options, this.#limits);
    });
  }

  /**
   * Fetches a target, unless it is there, and puts it into a directory (TUF §5.7): whole and as described, or not at
   * all.
   *
   * @throws KitenError `update/target-mismatch`, `update/endless-data`, `update/target-too-large`,
   * `update/target-name`, `update/not-found`, `update/fetch-failed`, `update/retrieval-slow`,
   * `update/retrieval-deadline`, `update/file-unwritable`.
   */
  async download(
    target: FoundTarget,
    { targetUrl, targetDirectory }: DownloadOptions,
  ): Promise<DownloadedTarget> {
    const consistent = this.#trusted?.root.consistentSnapshot ?? false;
    return downloadTarget(target, consistent, { targetUrl, targetDirectory }, this.#options, this.#limits);
  }
}
