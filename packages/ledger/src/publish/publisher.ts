import { type Clock, encodeUtf8, equalBytes, KitenError, type Signer } from '@kiten/codec';
import { parseCheckpoint, signCheckpoint, type TreeHead } from '../note/checkpoint.ts';
import { isDiskFull } from '../segment/disk.ts';
import type { LogHead } from '../segment/group-commit.ts';
import { type LogPosition, walkLog } from '../segment/walk-log.ts';
import { tilePath } from '../tree/tile-path.ts';
import { AtomicFiles } from './atomic-files.ts';
import { removeOutgrown } from './outgrown-partials.ts';
import type { PublishedTree, Resource } from './published-tree.ts';
import { noteTextOf, signatureLinesOf, withSignatures } from './signature-lines.ts';

/** A checkpoint that was just published. */
export interface PublishedCheckpoint {
  /** The signed note, with those cosignatures that it had before and that still hold. */
  readonly text: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What a publisher is told once. */
export interface PublisherOptions {
  readonly directory: string;
  readonly origin: string;
  readonly originHash: Uint8Array;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Asked for the extension lines of each checkpoint. */
  readonly extensions?: (() => readonly string[]) | undefined;
  readonly onCheckpoint?: ((checkpoint: PublishedCheckpoint) => void) | undefined;
}

/** What is published, and from where in the segments to go on. */
export interface Published {
  readonly tree: PublishedTree;
  readonly position: LogPosition;
  /** The latest checkpoint; empty before the first. */
  readonly checkpoint: string;
}

/**
 * Publishes the log as static files (C2SP tlog-tiles) from what the segments hold: first the tiles and bundles,
 * then, when those are on the disk, the checkpoint that needs them. When anything fails, what was published
 * before still stands, and the next attempt starts from there.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  #published: Published;
  /** Whether the file `checkpoint` is certainly the one of `#published`. */
  #settled = true;

  constructor(options: PublisherOptions, published: Published) {
    this.#options = options;
    this.#published = published;
  }

  /** Entries whose tiles are published. */
  get size(): number {
    return this.#published.tree.size;
  }

  get checkpoint(): string {
    return this.#published.checkpoint;
  }

  /**
   * Publishes the log up to `head`, which is on the disk and is what the callers were told. With `renew` the
   * checkpoint is signed anew even if the log has not grown.
   *
   * @returns whether a checkpoint was signed.
   * @throws KitenError `ledger/publish-failed`; `ledger/damaged` when the segments no longer hold what was appended
   * and `ledger/forked` when they contradict the latest checkpoint: such a log is not signed;
   * `ledger/extension-unsuitable`.
   */
  async publish(head: LogHead, renew = false): Promise<boolean> {
    const before = this.#published;
    const isPublished = before.checkpoint !== '' && before.tree.size === head.size;
    if (isPublished && this.#settled && !renew) return false;
    const files = new AtomicFiles(this.#options.directory);
    try {
      const { tree, position } = await this.#grow(before, head, files);
      await files.put(newPartials(before.tree, tree).map(asFile));
      await files.settle();
      await this.#publishCheckpoint(tree, position, files);
      await removeOutgrown(this.#options.directory, before.tree.size, tree.size);
      return true;
    } catch (cause) {
      throw publishError(cause);
    } finally {
      await files.idle();
    }
  }

  /**
   * Adds signature lines to the checkpoint, if it is still the one whose text they sign.
   *
   * @returns whether it was.
   * @throws KitenError `ledger/note-malformed`, `ledger/publish-failed`.
   */
  async attach(lines: readonly string[], size: number, text: string): Promise<boolean> {
    const { tree, position, checkpoint } = this.#published;
    const isLatest = this.#settled && noteTextOf(text) === noteTextOf(checkpoint);
    if (!isLatest || headOf(checkpoint)?.size !== size) return false;
    const signed = withSignatures(checkpoint, lines, this.#logKey);
    if (signed === checkpoint) return true;
    try {
      await this.#put({ tree, position, checkpoint: signed }, new AtomicFiles(this.#options.directory));
    } catch (cause) {
      throw publishError(cause);
    }
    return true;
  }

  async #grow(before: Published, head: LogHead, files: AtomicFiles) {
    const { directory, originHash } = this.#options;
    const signed = headOf(before.checkpoint);
    const tree = before.tree.clone();
    let position = before.position;
    let continues = signed === undefined || isAt(tree, signed);
    if (position.index < head.size) {
      for await (const { frame, after } of walkLog(directory, originHash, position)) {
        await files.put(tree.add(frame).map(asFile));
        position = after;
        continues ||= isAt(tree, signed);
        if (position.index >= head.size) break;
      }
    }
    if (position.index !== head.size || !equalBytes(position.chain, head.chain)) {
      const detail = { file: position.name, offset: position.offset, index: position.index };
      throw new KitenError('ledger/damaged', 'The segments do not hold what was appended.', { detail });
    }
    if (!continues) {
      throw new KitenError(
        'ledger/forked',
        'The log does not continue the checkpoint that was signed before.',
      );
    }
    return { tree, position };
  }

  async #publishCheckpoint(tree: PublishedTree, position: LogPosition, files: AtomicFiles): Promise<void> {
    const { origin, signer, clock, onCheckpoint } = this.#options;
    const [size, root] = [tree.size, tree.root()];
    const fresh = signCheckpoint({ origin, size, root }, signer, this.#extensions());
    const before = this.#published.checkpoint;
    // What others signed is the text, and it holds as long as that is the same.
    const kept = noteTextOf(before) === noteTextOf(fresh) ? signatureLinesOf(before) : [];
    const checkpoint = withSignatures(fresh, kept, this.#logKey);
    await this.#put({ tree, position, checkpoint }, files);
    onCheckpoint?.({ text: checkpoint, size, root, at: clock.now() });
  }

  #extensions(): readonly string[] {
    try {
      return this.#options.extensions?.() ?? [];
    } catch (cause) {
      throw new KitenError('ledger/extension-unsuitable', 'The extension lines could not be had.', { cause });
    }
  }

  async #put(published: Published, files: AtomicFiles): Promise<void> {
    this.#settled = false;
    await files.put([{ path: 'checkpoint', bytes: encodeUtf8(published.checkpoint) }]);
    await files.settle();
    this.#published = published;
    this.#settled = true;
  }

  get #logKey() {
    const { origin, signer } = this.#options;
    return { origin, publicKey: signer.publicKey };
  }
}

function newPartials(before: PublishedTree, after: PublishedTree): Resource[] {
  const known = new Set(before.partial().map((resource) => asFile(resource).path));
  return after.partial().filter((resource) => !known.has(asFile(resource).path));
}

function asFile({ level, index, width, bytes }: Resource): { path: string; bytes: Buffer } {
  return { path: tilePath(level, index, width), bytes };
}

function headOf(checkpoint: string): TreeHead | undefined {
  return checkpoint === '' ? undefined : parseCheckpoint(encodeUtf8(checkpoint));
}

function isAt(tree: PublishedTree, head: TreeHead | undefined): boolean {
  return head !== undefined && tree.size === head.size && equalBytes(tree.root(), head.root);
}

function publishError(cause: unknown): KitenError {
  if (cause instanceof KitenError) return cause;
  const message = isDiskFull(cause)
    ? 'The disk has no room for the tiles. What was appended is safe and will be published later.'
    : 'The tiles could not be written. What was appended is safe and will be published later.';
  return new KitenError('ledger/publish-failed', message, { cause });
}
