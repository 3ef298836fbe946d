import { equalBytes, KitenError } from '@kiten/codec';
import { type AuditPath, HashLevels } from '../sorted/hash-levels.ts';
import { hashBytes, leafHash } from '../tree/hashing.ts';
import { verifyInclusion } from '../tree/merkle.ts';
import type { WindowHead } from './window-head.ts';

/** A window that takes nothing more, and proves what is in it. */
export class ClosedWindow {
  readonly head: WindowHead;
  readonly #hashes: HashLevels;

  /** Use `StreamWindow.close` or `ClosedWindow.restore`. */
  constructor(head: WindowHead, hashes: HashLevels) {
    this.head = head;
    this.#hashes = hashes;
  }

  /**
   * The window again from what was logged and the leaves that were kept.
   *
   * @throws KitenError `ledger/window-mismatch` when the leaves aren't those of the window.
   */
  static restore(head: WindowHead, leaves: Uint8Array): ClosedWindow {
    if (leaves.length === head.count * hashBytes) {
      const hashes = new HashLevels(Buffer.from(leaves));
      if (equalBytes(hashes.root, head.root)) return new ClosedWindow(head, hashes);
    }
    throw new KitenError(
      'ledger/window-mismatch',
      'The leaves are not those that the window was closed with.',
    );
  }

  /** The leaf hashes, 32 bytes an item, to be kept as long as proofs are wanted. They tell nothing of the items. */
  get leaves(): Uint8Array {
    return new Uint8Array(this.#hashes.leaves);
  }

  /**
   * The path of one item.
   *
   * @throws KitenError `ledger/no-such-entry`.
   */
  proveItem(index: number): AuditPath {
    const { count, stream } = this.head;
    if (Number.isSafeInteger(index) && index >= 0 && index < count) return this.#hashes.prove(index);
    throw new KitenError(
      'ledger/no-such-entry',
      `The window of ${stream} has ${count} items, not item ${index}.`,
    );
  }
}

/**
 * Whether the item with this salted digest is in the window. That the digest is of some content, `verifyPayload`
 * tells; where the content was erased, this still holds.
 */
export function verifyItem(
  digest: Uint8Array,
  { index, path }: AuditPath,
  { count, root }: Pick<WindowHead, 'count' | 'root'>,
): boolean {
  return digest.length === hashBytes && verifyInclusion(leafHash(digest), index, count, path, root);
}
