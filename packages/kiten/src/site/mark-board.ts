import { type Clock, concatBytes, encodeUtf8, fromHex, toBase64, toHex } from '@kiten/codec';
import { SortedTree } from '@kiten/ledger';
import { deviceSubject, type Standing, subjectKey } from '@kiten/trust';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/tables.ts';

/** What a mark is about (docs/verdict-bundle.md, "Marks"). */
export type MarkKind = 'subject' | 'key' | 'statement';

/** Marks signed for with a checkpoint are kept for as many checkpoints as may be asked about. */
const keptTrees = 4;

/**
 * What is withdrawn: revoked devices, keys that no longer count, statements that were replaced. The root over all of it
 * stands in each checkpoint.
 */
export class MarkBoard {
  readonly #clock: Clock;
  #tree = SortedTree.of([]);
  /** What has changed since the tree was made. */
  readonly #added = new Map<string, Uint8Array>();
  readonly #removed = new Map<string, Uint8Array>();
  /** Marks as text, with when they may go. */
  readonly #marks = new Map<string, number>();
  readonly #signed = new Map<string, SortedTree>();

  private constructor(clock: Clock) {
    this.#clock = clock;
  }

  static async load(store: Kysely<Tables>, clock: Clock): Promise<MarkBoard> {
    const board = new MarkBoard(clock);
    const revoked = await store
      .selectFrom('devices')
      .select('id')
      .where('standing', '=', 'revoked')
      .execute();
    for (const { id } of revoked) board.follow(id, 'revoked');
    for (const { kind, value, expires_at } of await store.selectFrom('marks').selectAll().execute())
      board.add(kind as MarkKind, fromHex(value), expires_at ?? Number.POSITIVE_INFINITY);
    return board;
  }

  /** A revoked device is marked, any other is not. */
  follow(device: string, standing: Standing): void {
    const mark = markOf('subject', encodeUtf8(subjectKey(deviceSubject(device))));
    if (standing === 'revoked') this.#put(mark, Number.POSITIVE_INFINITY);
    else this.#take(mark);
  }

  add(kind: MarkKind, value: Uint8Array, expiresAt = Number.POSITIVE_INFINITY): void {
    this.#put(markOf(kind, value), expiresAt);
  }

  has(kind: MarkKind, value: Uint8Array): boolean {
    return this.#marks.has(toHex(markOf(kind, value)));
  }

  /** Lets go of marks on what has ended by itself. */
  async tidy(store: Kysely<Tables>): Promise<void> {
    const now = this.#clock.now();
    for (const [mark, expiresAt] of this.#marks) if (expiresAt <= now) this.#take(fromHex(mark));
    await store.deleteFrom('marks').where('expires_at', '<=', now).execute();
  }

  /** The lines that a checkpoint carries about this moment. */
  extensions(): readonly string[] {
    const tree = this.#present();
    const line = `${tree.size} ${toBase64(tree.root)}`;
    this.#signed.delete(line);
    this.#signed.set(line, tree);
    const [oldest] = this.#signed.keys();
    if (this.#signed.size > keptTrees && oldest !== undefined) this.#signed.delete(oldest);
    return [`kiten.time ${this.#clock.now()}`, `kiten.marks ${line}`];
  }

  /** Whether a checkpoint with these lines knows all that is withdrawn by now. */
  isPresent(extensions: readonly string[]): boolean {
    const tree = this.#present();
    return extensions.includes(`kiten.marks ${tree.size} ${toBase64(tree.root)}`);
  }

  /** When a checkpoint with these lines was signed, in milliseconds since the Unix epoch. */
  timeOf(extensions: readonly string[]): number {
    return Number(extensions.find((one) => one.startsWith('kiten.time '))?.slice('kiten.time '.length) ?? 0);
  }

  /** The tree that a checkpoint with these lines was signed for, if it was signed a moment ago. */
  signedWith(extensions: readonly string[]): SortedTree | undefined {
    const line = extensions.find((one) => one.startsWith('kiten.marks '))?.slice('kiten.marks '.length);
    return line === undefined ? undefined : this.#signed.get(line);
  }

  #present(): SortedTree {
    if (this.#added.size > 0 || this.#removed.size > 0) {
      this.#tree = this.#tree.with([...this.#added.values()], [...this.#removed.values()]);
      this.#added.clear();
      this.#removed.clear();
    }
    return this.#tree;
  }

  #put(mark: Uint8Array, expiresAt: number): void {
    const key = toHex(mark);
    // What was put and taken between two checkpoints never was.
    if (!this.#marks.has(key) && !this.#removed.delete(key)) this.#added.set(key, mark);
    this.#marks.set(key, expiresAt);
  }

  #take(mark: Uint8Array): void {
    const key = toHex(mark);
    if (this.#marks.delete(key) && !this.#added.delete(key)) this.#removed.set(key, mark);
  }
}

export function markOf(kind: MarkKind, value: Uint8Array): Uint8Array {
  return concatBytes(encodeUtf8(`${kind}:`), value);
}
