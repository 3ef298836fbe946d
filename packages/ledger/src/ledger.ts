import { encodeUtf8, KitenError } from '@kiten/codec';
import type { LedgerOptions } from './ledger-options.ts';
import { parseCheckpoint } from './note/checkpoint.ts';
import { PublishSchedule } from './publish/publish-schedule.ts';
import { directorySource } from './publish/published-resource.ts';
import type { Publisher } from './publish/publisher.ts';
import type { TornTail } from './recover.ts';
import { writeError } from './segment/disk.ts';
import { EntryReader, type LedgerEntry } from './segment/entry-reader.ts';
import { GroupCommit, type LogHead } from './segment/group-commit.ts';
import type { SegmentWriter } from './segment/segment-writer.ts';
import { maxEntryBytes } from './tree/hashing.ts';
import { TileReader } from './tree/tile-reader.ts';
import type { TileSource } from './tree/tile-source.ts';

/** What opening a ledger found and made. */
export interface OpenedLedger {
  readonly options: LedgerOptions;
  readonly directory: string;
  readonly writer: SegmentWriter;
  readonly publisher: Publisher;
  readonly head: LogHead;
  readonly tornTail: TornTail | undefined;
  /** Called when the files are closed. */
  readonly release: () => void;
}

/** An append-only log. What `append` acknowledged is on the disk. */
export class Ledger {
  /** What a crash had left behind and opening cut off. */
  readonly tornTail: TornTail | undefined;
  readonly #writer: SegmentWriter;
  readonly #publisher: Publisher;
  readonly #schedule: PublishSchedule;
  readonly #commit: GroupCommit;
  readonly #reader: EntryReader;
  readonly #source: TileSource;
  readonly #release: () => void;
  #publishing: Promise<unknown> = Promise.resolve();
  #proofs: { readonly checkpoint: string; readonly reader: TileReader } | undefined;
  #closed: Promise<void> | undefined;

  /** Use `openLedger`. */
  constructor({ options, directory, writer, publisher, head, tornTail, release }: OpenedLedger) {
    this.#writer = writer;
    this.#publisher = publisher;
    this.#release = release;
    this.#commit = new GroupCommit(writer, head, () => this.#schedule.grown());
    this.#reader = new EntryReader(directory);
    this.#source = directorySource(directory);
    this.tornTail = tornTail;
    const { clock, publishInterval = 1000, refreshInterval = 600_000, onProblem } = options;
    this.#schedule = new PublishSchedule({
      clock,
      publishInterval,
      refreshInterval,
      isBehind: () => publisher.size !== this.size,
      publish: (renew) =>
        this.publish({ renew }).catch((problem: unknown) => onProblem?.(writeError(problem))),
    });
  }

  /** Entries on the disk. */
  get size(): number {
    return this.#commit.head.size;
  }

  /**
   * Appends an entry of at most 4096 bytes, which are copied at once. Resolves with its index when it is on the
   * disk. Concurrent calls share a sync.
   *
   * Rejects with KitenError `ledger/entry-too-large`, `ledger/closed`, `ledger/disk-full` (nothing was written;
   * later calls may succeed) or `ledger/write-failed` (what the disk holds is not known: every later call is
   * refused until the ledger is opened again).
   */
  append(entry: Uint8Array): Promise<number> {
    const refusal = this.#refusal(entry);
    return refusal === undefined ? this.#commit.append(entry) : Promise.reject(refusal);
  }

  /** The latest published checkpoint: a signed note (C2SP tlog-checkpoint). */
  checkpoint(): string {
    return this.#publisher.checkpoint;
  }

  /**
   * Publishes all that is on the disk now, without waiting for the interval. With `renew` the checkpoint is signed anew
   * even if it covers all entries already: its extension lines are asked for again.
   *
   * @throws KitenError `ledger/publish-failed`; `ledger/damaged` or `ledger/forked` when the files are no longer those
   * that were written; `ledger/extension-unsuitable`; `ledger/closed`.
   */
  publish({ renew = false }: { readonly renew?: boolean } = {}): Promise<void> {
    return this.#closed === undefined ? this.#publish(renew) : Promise.reject(closedError());
  }

  /**
   * Adds signature lines (C2SP signed-note) to the published checkpoint, if that is still the one whose text they sign.
   * Whether they hold is for the caller to know. A line that is there already changes nothing; a later one of the same
   * key takes the place of the earlier; one under the log's own key is left out. When the next checkpoint says something
   * else, they are gone.
   *
   * @param size what the text says it is.
   * @param text what they sign: the checkpoint up to its signatures. A whole checkpoint will do.
   * @returns whether the published checkpoint still had that text.
   * @throws KitenError `ledger/note-malformed` for lines that are none, and for more than 64 of them;
   * `ledger/publish-failed`; `ledger/closed`.
   */
  attach(lines: readonly string[], size: number, text: string): Promise<boolean> {
    if (this.#closed !== undefined) return Promise.reject(closedError());
    return this.#inTurn(() => this.#publisher.attach(lines, size, text));
  }

  /**
   * The entries from `from` up to but excluding `to` (all that are on the disk by default).
   *
   * @throws KitenError `ledger/no-such-entry` for a range outside the log, `ledger/damaged`.
   */
  async *read(from = 0, to = this.size): AsyncGenerator<LedgerEntry> {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to || to > this.size) {
      throw new KitenError('ledger/no-such-entry', `The log has ${this.size} entries, not ${from} to ${to}.`);
    }
    yield* this.#reader.read(from, to);
  }

  /**
   * One entry.
   *
   * @throws KitenError `ledger/no-such-entry`, `ledger/damaged`.
   */
  async entryAt(index: number): Promise<Uint8Array> {
    for await (const { entry } of this.read(index, index + 1)) return entry;
    throw new KitenError('ledger/damaged', `Entry ${index} is no longer in the segments.`, {
      detail: { index },
    });
  }

  /**
   * The audit path of an entry in the tree of `size` entries (RFC 9162 §2.1.3.1), by default that of the published
   * checkpoint. Like the proofs below it comes from the published tiles, checked against the checkpoint.
   *
   * @throws KitenError `ledger/no-such-entry` beyond the published checkpoint; `ledger/tile-missing`,
   * `ledger/tile-changed`, `ledger/root-mismatch`, `ledger/unreadable` when the tiles are not as they were published.
   */
  proveInclusion(index: number, size?: number): Promise<Uint8Array[]> {
    return this.#tiles().proveInclusion(index, size);
  }

  /**
   * Proof that the tree of `to` entries continues the tree of `from` (RFC 9162 §2.1.4.1); empty when `from` is 0.
   *
   * @throws KitenError as `proveInclusion`.
   */
  proveConsistency(from: number, to?: number): Promise<Uint8Array[]> {
    return this.#tiles().proveConsistency(from, to);
  }

  /**
   * The root when the log had `size` entries, 32 bytes.
   *
   * @throws KitenError as `proveInclusion`.
   */
  rootOf(size?: number): Promise<Uint8Array> {
    return this.#tiles().rootOf(size);
  }

  /**
   * Waits for what is being appended, publishes a last checkpoint and closes the files, which happens whatever
   * fails before it. A second call waits for the first.
   *
   * @throws KitenError `ledger/publish-failed`, `ledger/damaged`, `ledger/write-failed`.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#schedule.stop();
    try {
      await this.#commit.idle();
      await this.#publish(false);
    } finally {
      await this.#closeFiles();
    }
  }

  async #closeFiles(): Promise<void> {
    try {
      await this.#writer.close();
    } catch (cause) {
      throw writeError(cause);
    } finally {
      this.#release();
    }
  }

  #refusal(entry: Uint8Array): KitenError | undefined {
    if (this.#closed !== undefined) return closedError();
    if (this.#commit.failure !== undefined) return this.#commit.failure;
    if (entry.length <= maxEntryBytes) return undefined;
    const message = `An entry has at most ${maxEntryBytes} bytes, this one ${entry.length}.`;
    return new KitenError('ledger/entry-too-large', message, { detail: { bytes: entry.length } });
  }

  #publish(renew: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (await this.#publisher.publish(this.#commit.head, renew)) this.#schedule.signed();
    });
  }

  /** What was checked stays known until there is another checkpoint. */
  #tiles(): TileReader {
    const { checkpoint } = this.#publisher;
    if (this.#proofs?.checkpoint !== checkpoint) {
      const reader = new TileReader(this.#source, parseCheckpoint(encodeUtf8(checkpoint)));
      this.#proofs = { checkpoint, reader };
    }
    return this.#proofs.reader;
  }

  /** One after the other: each starts from what the one before left. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const work = this.#publishing.then(act);
    // Whoever called gets the error; the next one in line only waits.
    this.#publishing = work.catch(() => undefined);
    return work;
  }
}

function closedError(): KitenError {
  return new KitenError('ledger/closed', 'The ledger is closed.');
}
