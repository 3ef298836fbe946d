import type { TornTail } from '../recover.ts';

/** What is wrong with a ledger; docs/ledger-format.md explains each. */
export type LedgerProblemCode =
  | 'ledger/bundle-changed'
  | 'ledger/chain-broken'
  | 'ledger/checkpoint-forged'
  | 'ledger/checkpoint-malformed'
  | 'ledger/checkpoint-missing'
  | 'ledger/entries-missing'
  | 'ledger/entry-changed'
  | 'ledger/entry-inserted'
  | 'ledger/entry-removed'
  | 'ledger/forked'
  | 'ledger/frame-changed'
  | 'ledger/leaf-hash-changed'
  | 'ledger/other-log'
  | 'ledger/rolled-back'
  | 'ledger/root-mismatch'
  | 'ledger/segment-header-changed'
  | 'ledger/segment-missing'
  | 'ledger/stray-bytes'
  | 'ledger/tile-changed'
  | 'ledger/tile-missing'
  | 'ledger/unreadable';

/** One thing that is wrong, and where. */
export interface LedgerProblem {
  readonly code: LedgerProblemCode;
  /** Below the ledger's directory. */
  readonly file: string;
  /** Bytes from the file's start to what is wrong, or to the smallest part known to contain it. */
  readonly offset: number;
  /** The entry concerned, where one can be told. */
  readonly index?: number;
  readonly message: string;
}

/** What verifying a ledger found. */
export interface LedgerReport {
  /** Whether nothing is wrong. A torn tail isn't wrong. */
  readonly intact: boolean;
  /** Entries in the segments, or in the published files that were audited. */
  readonly entries: number;
  /** The root over them in base64, as in a checkpoint; empty when a part of the log cannot be read. */
  readonly root: string;
  /** In the order in which they were found; the first few hundred. */
  readonly problems: readonly LedgerProblem[];
  /** How many more there are. */
  readonly problemsLeftOut: number;
  /** A frame that was never acknowledged and that a crash, or a running site, left unfinished. */
  readonly tornTail?: TornTail;
}

const mostProblems = 200;

/** Collects problems, a bounded number of them. */
export class ProblemList {
  readonly problems: LedgerProblem[] = [];
  leftOut = 0;

  /** Whether further problems are only counted. */
  get isFull(): boolean {
    return this.problems.length >= mostProblems;
  }

  add(code: LedgerProblemCode, file: string, offset: number, message: string, index?: number): void {
    if (this.isFull) {
      this.leftOut += 1;
      return;
    }
    this.problems.push({ code, file, offset, message, ...(index === undefined ? {} : { index }) });
  }
}
