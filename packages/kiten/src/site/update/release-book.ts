import { KitenError } from '@kiten/codec';
import { type ImageRules, parseImageRules, type Release, releaseOf } from '@kiten/update';
import type { Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';
import { type KeptTargetFile, storedReleases } from '../../store/update-releases.ts';

/** A release that the Image repository speaks for, or spoke for. */
export interface SiteRelease extends Release, KeptTargetFile {
  readonly rules: ImageRules;
}

/** What the Image repository speaks for and may be rolled out, in memory; the store holds the same. */
export class ReleaseBook {
  readonly #releases = new Map<string, SiteRelease>();

  static async load(store: Kysely<Tables>): Promise<ReleaseBook> {
    const book = new ReleaseBook();
    for (const kept of await storedReleases(store)) book.put(kept);
    return book;
  }

  /** The newest first. */
  all(): readonly SiteRelease[] {
    return [...this.#releases.values()].toSorted((left, right) => right.publishedAt - left.publishedAt);
  }

  find(target: string): SiteRelease | undefined {
    return this.#releases.get(target);
  }

  /** A release that may be rolled out. @throws KitenError `kiten/release-unknown`, `kiten/release-withdrawn` */
  get(target: string): SiteRelease {
    const release = this.#releases.get(target);
    if (release === undefined) {
      throw new KitenError(
        'kiten/release-unknown',
        `The site’s Image repository has no release ${target.slice(0, 80)}: \`kiten update release list\` shows what it has.`,
      );
    }
    if (release.withdrawnAt === undefined) return release;
    throw new KitenError(
      'kiten/release-withdrawn',
      `The Image repository no longer speaks for ${target.slice(0, 80)}.`,
    );
  }

  put(kept: KeptTargetFile): void {
    this.#releases.set(kept.target, this.read(kept));
  }

  /** @throws KitenError `update/release-malformed`, `update/metadata-malformed`, `update/uptane-name` */
  read({ file, ...kept }: KeptTargetFile): SiteRelease {
    const release = releaseOf(kept.target, file);
    if (release !== undefined) return { ...release, ...kept, file, rules: parseImageRules(file.custom) };
    throw new KitenError('update/release-malformed', `${kept.target.slice(0, 80)} is said to be no release.`);
  }

  /** The release that an ECU says it has installed: the file has to be the same, not only its name. */
  installed(target: string, sha256: string | undefined): SiteRelease | undefined {
    const release = this.#releases.get(target);
    return release !== undefined && release.hashes.sha256 === sha256 ? release : undefined;
  }
}
