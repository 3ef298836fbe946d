import { asBuffer, hashBytes, leafHashInto } from '../tree/hashing.ts';
import { type AuditPath, HashLevels } from './hash-levels.ts';
import { placeOf, sortedItems, suitable } from './sorted-item.ts';
import type { AbsenceProof, Neighbour, SortedTreeHead } from './sorted-proof.ts';

/** One difference between a tree and its successor: an item that comes at a place, or the one there that goes. */
interface Edit {
  readonly at: number;
  readonly item?: Uint8Array;
}

/**
 * A set of byte strings as the leaves of a Merkle tree (RFC 9162 §2.1), sorted by bytes, a prefix before what it
 * begins. The order is what lets two neighbours prove that nothing stands between them. Trees don't change: `with`
 * makes another.
 */
export class SortedTree implements SortedTreeHead {
  static readonly #empty = new SortedTree([], new HashLevels(Buffer.alloc(0)));
  readonly #items: readonly Uint8Array[];
  readonly #hashes: HashLevels;

  private constructor(items: readonly Uint8Array[], hashes: HashLevels) {
    this.#items = items;
    this.#hashes = hashes;
  }

  /**
   * The tree of these items, 1 to 256 bytes each, in any order; what is there twice counts once.
   *
   * @throws KitenError `ledger/item-unsuitable`.
   */
  static of(items: Iterable<Uint8Array>): SortedTree {
    return SortedTree.#empty.with(items);
  }

  get size(): number {
    return this.#items.length;
  }

  /** 32 bytes; of the empty tree, SHA-256 of nothing. */
  get root(): Uint8Array {
    return this.#hashes.root;
  }

  /** The place and path of an item; undefined if it isn't in the tree. */
  provePresence(item: Uint8Array): AuditPath | undefined {
    const { at, found } = placeOf(item, this.#items);
    return found ? this.#hashes.prove(at) : undefined;
  }

  /**
   * The neighbours of an item that isn't in the tree; undefined if it is.
   *
   * @throws KitenError `ledger/item-unsuitable`.
   */
  proveAbsence(item: Uint8Array): AbsenceProof | undefined {
    const { at, found } = placeOf(suitable(item), this.#items);
    if (found) return undefined;
    return {
      ...(at > 0 && { before: this.#neighbour(at - 1) }),
      ...(at < this.size && { after: this.#neighbour(at) }),
    };
  }

  /**
   * The tree without `removed` and with `added`; an item in both is in it. What is there already or isn't there
   * changes nothing.
   *
   * Cost, for n items and k changes: k·log₂ n comparisons; 72·n bytes copied; the hash of each added item; and of the
   * inner nodes those over leaves from the first change on, up to n of them, as later items move. A change at the end
   * hashes log₂ n nodes, as does one that leaves all others in place (one for one, between the same neighbours).
   *
   * @throws KitenError `ledger/item-unsuitable`.
   */
  with(added: Iterable<Uint8Array>, removed: Iterable<Uint8Array> = []): SortedTree {
    const edits = this.#edits(sortedItems(added), sortedItems(removed));
    const [first] = edits;
    return first === undefined ? this : this.#edited(edits, first.at);
  }

  #edits(added: readonly Uint8Array[], removed: readonly Uint8Array[]): Edit[] {
    const coming = added.flatMap((item) => {
      const { at, found } = placeOf(item, this.#items);
      return found ? [] : [{ at, item }];
    });
    const going = removed.flatMap((item) => {
      const { at, found } = placeOf(item, this.#items);
      return found && !placeOf(item, added).found ? [{ at }] : [];
    });
    // The sort is stable: what comes at a place stands before what goes from it.
    return [...coming, ...going].sort((left, right) => left.at - right.at);
  }

  #edited(edits: readonly Edit[], start: number): SortedTree {
    const items: Uint8Array[] = [];
    const growth = edits.reduce((sum, { item }) => sum + (item === undefined ? -1 : 1), 0);
    const leaves = Buffer.allocUnsafe((this.size + growth) * hashBytes);
    let read = 0;
    const keepUntil = (end: number): void => {
      this.#hashes.leaves.copy(leaves, items.length * hashBytes, read * hashBytes, end * hashBytes);
      for (; read < end; read += 1) items.push(this.#items[read]!);
    };
    for (const { at, item } of edits) {
      keepUntil(at);
      if (item === undefined) {
        read += 1;
      } else {
        leafHashInto(asBuffer(item), 0, item.length, leaves, items.length * hashBytes);
        items.push(item);
      }
    }
    const end = growth === 0 ? read : this.size + growth;
    keepUntil(this.size);
    return new SortedTree(items, new HashLevels(leaves, { levels: this.#hashes, start, end }));
  }

  #neighbour(at: number): Neighbour {
    return { item: new Uint8Array(this.#items[at]!), ...this.#hashes.prove(at) };
  }
}
