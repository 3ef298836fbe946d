import { hexOf, textOf } from '../hash.ts';
import { type ImaEntry, measurementKey, readImaEntry } from '../ima/ima-entry.ts';
import type { ImaScanner } from '../ima/ima-scanner.ts';
import { plainHash } from '../reference/learn-reference.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** What an unknown file amounts to: something that must not run, or something that nobody knows yet. */
export type UnknownFiles = 'contraindicated' | 'warning';

/** The first entry of a kind, and how many there are. */
interface Seen {
  readonly entry: ImaEntry;
  count: number;
}

/** Holds the entries of a measurement list against reference values, one after the other. */
export class FileJudge {
  readonly #images: readonly ReferenceImage[];
  #violation: Seen | undefined;
  #changed: Seen | undefined;
  #unknown: Seen | undefined;

  constructor(images: readonly ReferenceImage[]) {
    this.#images = images;
  }

  /** Whether there is anything to hold them against. */
  get hasReferences(): boolean {
    return this.#images.some(({ files }) => files.size > 0);
  }

  /**
   * Judges the scanner's current entry.
   *
   * @param isFirst whether the list of this boot begins with it: only there is `boot_aggregate` what the kernel writes,
   * and no file of that name
   * @throws KitenError `attestation/ima-log-malformed`
   */
  judge(scanner: ImaScanner, isFirst: boolean): void {
    if (!scanner.violation && this.#isApproved(measurementKey(scanner))) return;
    const entry = readImaEntry(scanner);
    if (entry.violation) this.#violation = seen(this.#violation, entry);
    else if (isFirst && entry.name === 'boot_aggregate') return;
    else if (!this.#isKnown(entry)) {
      const { name } = entry;
      const isFile = name !== undefined && this.#images.some(({ files }) => files.knows(name));
      if (isFile) this.#changed = seen(this.#changed, entry);
      else this.#unknown = seen(this.#unknown, entry);
    }
  }

  /** What was found against the files, none if all are approved. */
  conclusions(unknownFiles: UnknownFiles): Conclusion[] {
    const found: Conclusion[] = [];
    const [changed, unknown, violation] = [this.#changed, this.#unknown, this.#violation];
    const hasReferences = this.hasReferences;
    if (changed !== undefined) {
      found.push(conclude('executable-unapproved', 'runtime', about(changed)));
    } else if (violation !== undefined) {
      const path = violation.entry.name ?? violation.entry.template;
      found.push(conclude('ima-violation', 'runtime', { path, count: violation.count }));
    } else if (unknown !== undefined && hasReferences) {
      const word = unknownFiles === 'warning' ? 'executable-unknown' : 'executable-unapproved';
      found.push(conclude(word, 'runtime', about(unknown)));
    }
    if (changed !== undefined) found.push(conclude('file-changed', 'files', about(changed)));
    else if (unknown !== undefined && hasReferences)
      found.push(conclude('file-unknown', 'files', about(unknown)));
    return found;
  }

  #isApproved(key: string | undefined): boolean {
    if (key === undefined) return false;
    for (const { files } of this.#images) if (files.hasMeasurement(key)) return true;
    return false;
  }

  /** The same file by another template. */
  #isKnown({ name, hash, digest }: ImaEntry): boolean {
    if (name === undefined || hash === undefined || digest === undefined) return false;
    const file = { path: name, hash: plainHash(hash), digest: textOf(digest) };
    return this.#images.some(({ files }) => files.has(file));
  }
}

function seen(before: Seen | undefined, entry: ImaEntry): Seen {
  if (before === undefined) return { entry, count: 1 };
  before.count += 1;
  return before;
}

function about({ entry, count }: Seen): Record<string, string | number> {
  const { name = entry.template, hash = '', digest } = entry;
  const value = digest === undefined ? '–' : `${hash}:${hexOf(textOf(digest))}`;
  return { path: name.slice(0, 200), hash: value.slice(0, 200), count };
}
