import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, equalBytes, KitenError, type Signer } from '@kiten/codec';
import { signCheckpoint } from '../note/checkpoint.ts';
import { isDiskFull } from '../segment/disk.ts';
import type { LogHead } from '../segment/group-commit.ts';
import { type LogPosition, walkLog } from '../segment/walk-log.ts';
import { tilePath, tileWidth } from '../tree/tile-path.ts';
import { AtomicFiles } from './atomic-files.ts';
import type { PublishedTree, Resource } from './published-tree.ts';

/** A checkpoint that was just published. */
export interface PublishedCheckpoint {
  /** The signed note. */
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

  constructor(options: PublisherOptions, published: Published) {
    this.#options = options;
    this.#published = published;
  }

  /** Entries that the latest checkpoint stands for. */
  get size(): number {
    return this.#published.tree.size;
  }

  get checkpoint(): string {
    return this.#published.checkpoint;
  }

  /**
   * Publishes the log up to `head`, which is on the disk and is what the callers were told.
   *
   * @throws KitenError `ledger/publish-failed`, or `ledger/damaged` when the segments no longer hold what was
   * appended: such a log is not signed.
   */
  async publish(head: LogHead): Promise<void> {
    const before = this.#published;
    if (before.checkpoint !== '' && before.tree.size === head.size) return;
    try {
      const files = new AtomicFiles(this.#options.directory);
      const { tree, position } = await this.#grow(before, head, files);
      await files.put(newPartials(before.tree, tree).map(asFile));
      await files.settle();
      await this.#publishCheckpoint(tree, position, files);
      await this.#removeOutgrown(before.tree, tree);
    } catch (cause) {
      throw publishError(cause);
    }
  }

  async #grow(before: Published, head: LogHead, files: AtomicFiles) {
    const { directory, originHash } = this.#options;
    const tree = before.tree.clone();
    let position = before.position;
    if (position.index < head.size) {
      for await (const { frame, after } of walkLog(directory, originHash, position)) {
        await files.put(tree.add(frame).map(asFile));
        position = after;
        if (position.index >= head.size) break;
      }
    }
    if (position.index !== head.size || !equalBytes(position.chain, head.chain)) {
      const detail = { file: position.name, offset: position.offset, index: position.index };
      throw new KitenError('ledger/damaged', 'The segments do not hold what was appended.', { detail });
    }
    return { tree, position };
  }

  async #publishCheckpoint(tree: PublishedTree, position: LogPosition, files: AtomicFiles): Promise<void> {
    const { origin, signer, clock, onCheckpoint } = this.#options;
    const [size, root] = [tree.size, tree.root()];
    const text = signCheckpoint({ origin, size, root }, signer);
    await files.put([{ path: 'checkpoint', bytes: Buffer.from(text) }]);
    await files.settle();
    this.#published = { tree, position, checkpoint: text };
    onCheckpoint?.({ text, size, root, at: clock.now() });
  }

  /** Partial tiles may go when the full one is there (tlog-tiles, "Partial Tiles"). */
  async #removeOutgrown(before: PublishedTree, after: PublishedTree): Promise<void> {
    for (const { level, index } of before.partial()) {
      const span = tileWidth ** ((level === 'entries' ? 0 : level) + 1);
      if ((index + 1) * span > after.size) continue;
      const path = `${tilePath(level, index, tileWidth)}.p`;
      await rm(join(this.#options.directory, path), { recursive: true, force: true });
    }
  }
}

function newPartials(before: PublishedTree, after: PublishedTree): Resource[] {
  const known = new Set(before.partial().map((resource) => asFile(resource).path));
  return after.partial().filter((resource) => !known.has(asFile(resource).path));
}

function asFile({ level, index, width, bytes }: Resource): { path: string; bytes: Buffer } {
  return { path: tilePath(level, index, width), bytes };
}

function publishError(cause: unknown): KitenError {
  if (cause instanceof KitenError) return cause;
  const message = isDiskFull(cause)
    ? 'The disk has no room for the tiles. What was appended is safe and will be published later.'
    : 'The tiles could not be written. What was appended is safe and will be published later.';
  return new KitenError('ledger/publish-failed', message, { cause });
}
