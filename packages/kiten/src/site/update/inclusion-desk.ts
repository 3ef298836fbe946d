import { encodeUtf8, KitenError } from '@kiten/codec';
import { type Ledger, parseCheckpoint } from '@kiten/ledger';
import { decodeEvent } from '@kiten/trust';
import { encodeInclusion } from '@kiten/update';
import type { Database } from '../../store/database.ts';
import { storedVehicle } from '../../store/update-vehicles.ts';
import type { WitnessDesk } from '../witness-desk.ts';
import type { ReleaseBook } from './release-book.ts';

export interface InclusionParts {
  readonly ledger: Ledger;
  readonly database: Database;
  readonly releases: ReleaseBook;
  readonly witnesses: Pick<WitnessDesk, 'ask' | 'haveCosigned'>;
}

/** An entry stands soon after where the log ended when it was committed. */
const mostScanned = 20_000;
const mostRemembered = 100_000;

/** Proofs that releases and the director's decisions are in the site's log, for devices that require them. */
export class InclusionDesk {
  readonly #parts: InclusionParts;
  /** Where entries stand that somebody asked for: devices of one release ask for the same. */
  readonly #known = new Map<string, number>();

  constructor(parts: InclusionParts) {
    this.#parts = parts;
  }

  /**
   * The inclusion of what the log says of a file: a release, or the targets that the director said to this device.
   *
   * @param since the size of a tree that the new one has to continue
   * @returns JSON (`encodeInclusion`)
   * @throws KitenError `kiten/inclusion-unknown`
   */
  async of(device: string, sha256: string, since?: number): Promise<string> {
    const { ledger, witnesses } = this.#parts;
    const index = this.#known.get(sha256) ?? (await this.#find(device, sha256));
    if (index === undefined) {
      throw new KitenError(
        'kiten/inclusion-unknown',
        'The log says nothing of a file with this SHA-256 to this device.',
      );
    }
    if (this.#known.size < mostRemembered) this.#known.set(sha256, index);
    if (sizeOf(ledger.checkpoint()) <= index || !witnesses.haveCosigned(ledger.checkpoint())) {
      await ledger.publish();
      await witnesses.ask(ledger.checkpoint());
    }
    const checkpoint = ledger.checkpoint();
    const size = sizeOf(checkpoint);
    const leaf = await ledger.entryAt(index);
    const path = await ledger.proveInclusion(index, size);
    const isOlder = since !== undefined && since > 0 && since <= size;
    const consistency = isOlder ? await ledger.proveConsistency(since, size) : undefined;
    return encodeInclusion({ leaf, index, path, checkpoint, ...(consistency && { consistency }) });
  }

  async #find(device: string, sha256: string): Promise<number | undefined> {
    const { ledger, database, releases } = this.#parts;
    const release = releases.all().find(({ hashes }) => hashes.sha256 === sha256);
    const from = release?.logSize ?? (await storedVehicle(database, device))?.logSize;
    if (from === undefined) return undefined;
    const wanted = Buffer.from(sha256);
    for await (const { index, entry } of ledger.read(from, Math.min(ledger.size, from + mostScanned)))
      if (Buffer.from(entry).includes(wanted) && isAbout(entry, device, sha256)) return index;
    return undefined;
  }
}

function isAbout(entry: Uint8Array, device: string, sha256: string): boolean {
  try {
    const { type, subject, data } = decodeEvent(entry);
    if (data.sha256 !== sha256) return false;
    return type === 'update/published' || (type === 'update/assigned' && subject?.id === device);
  } catch (error) {
    // A statement that has the same text in it.
    if (error instanceof KitenError) return false;
    throw error;
  }
}

const sizeOf = (checkpoint: string): number => parseCheckpoint(encodeUtf8(checkpoint)).size;
