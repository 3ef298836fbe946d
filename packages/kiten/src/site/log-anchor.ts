import { type Clock, encodeUtf8, KitenError } from '@kiten/codec';
import { type Ledger, parseCheckpoint } from '@kiten/ledger';
import { type AbsenceProof, type InclusionProof, type Mark, markBytes, type Neighbour } from '@kiten/trust';
import type { MarkBoard } from './mark-board.ts';
import type { WitnessDesk } from './witness-desk.ts';

/** A signed checkpoint, with the proofs that lead up to it. */
export interface Anchor {
  /** The signed note, with the cosignatures that there are. */
  readonly checkpoint: string;
  inclusion(index: number): Promise<InclusionProof>;
  isMarked(mark: Mark): boolean;
  presence(mark: Mark): InclusionProof;
  absence(mark: Mark): AbsenceProof;
}

export interface LogAnchorParts {
  readonly ledger: Pick<Ledger, 'checkpoint' | 'publish' | 'proveInclusion'>;
  readonly marks: MarkBoard;
  readonly clock: Clock;
  readonly witnesses: Pick<WitnessDesk, 'ask' | 'haveCosigned'>;
}

/** A checkpoint older than this is signed anew before something is proved by it, in milliseconds. */
const freshness = 60_000;
const attempts = 3;

/** Where proofs about statements and marks end: a checkpoint that is fresh and knows all that is withdrawn by now. */
export class LogAnchor {
  readonly #parts: LogAnchorParts;
  #signing: Promise<void> | undefined;

  constructor(parts: LogAnchorParts) {
    this.#parts = parts;
  }

  /** Drops anchor at a checkpoint that covers the entry of this index. @throws KitenError `ledger/publish-failed` */
  async covering(index: number): Promise<Anchor> {
    const { ledger, marks, witnesses } = this.#parts;
    for (let attempt = 0; attempt < attempts && !this.#serves(index); attempt += 1) {
      // However many ask at once, they share a checkpoint.
      this.#signing ??= this.#sign().finally(() => {
        this.#signing = undefined;
      });
      await this.#signing;
    }
    const checkpoint = ledger.checkpoint();
    const { size, extensions } = parseCheckpoint(encodeUtf8(checkpoint));
    const tree = marks.signedWith(extensions);
    if (tree === undefined || size <= index || !witnesses.haveCosigned(checkpoint)) {
      throw new KitenError('kiten/log-moved', 'The log went on while the proof was made: try again.');
    }
    return {
      checkpoint,
      inclusion: async (at) => ({ index: at, path: await ledger.proveInclusion(at, size) }),
      isMarked: (mark) => tree.provePresence(markBytes(mark)) !== undefined,
      presence: (mark) => proven(tree.provePresence(markBytes(mark))),
      absence(mark) {
        const { before, after } = proven(tree.proveAbsence(markBytes(mark)));
        return { left: neighbour(before), right: neighbour(after) };
      },
    };
  }

  async #sign(): Promise<void> {
    const { ledger, witnesses } = this.#parts;
    await ledger.publish({ renew: true });
    await witnesses.ask(ledger.checkpoint());
  }

  /** Whether the newest checkpoint will do. */
  #serves(index: number): boolean {
    const { ledger, marks, clock, witnesses } = this.#parts;
    const checkpoint = ledger.checkpoint();
    const { size, extensions } = parseCheckpoint(encodeUtf8(checkpoint));
    const isFresh = marks.timeOf(extensions) > clock.now() - freshness;
    return size > index && isFresh && marks.isPresent(extensions) && witnesses.haveCosigned(checkpoint);
  }
}

function neighbour(
  found:
    | { readonly index: number; readonly item: Uint8Array; readonly path: readonly Uint8Array[] }
    | undefined,
): Neighbour | null {
  return found === undefined ? null : { index: found.index, mark: found.item, path: found.path };
}

function proven<Proof>(proof: Proof | undefined): Proof {
  if (proof !== undefined) return proof;
  throw new KitenError('kiten/log-moved', 'What is withdrawn changed while the proof was made: try again.');
}
