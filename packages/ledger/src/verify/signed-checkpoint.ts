import { KitenError } from '@kiten/codec';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { TileSource } from '../tree/tile-source.ts';
import { type ExpectedSigner, readPublished } from './judge-checkpoint.ts';
import { ProblemList } from './report.ts';

/**
 * The checkpoint that a source has now, once it is known to be the log's: what `TileReader` takes as its head.
 *
 * @throws KitenError `ledger/checkpoint-missing`, `ledger/checkpoint-malformed`, `ledger/checkpoint-forged`,
 * `ledger/other-log`, `ledger/unreadable`; `ledger/key-unsuitable`.
 */
export async function signedCheckpoint(source: TileSource, expected: ExpectedSigner): Promise<Checkpoint> {
  const problems = new ProblemList();
  const checkpoint = await readPublished(() => source.read('checkpoint'), expected, problems);
  if (checkpoint !== undefined) return checkpoint;
  const [{ code, message, offset }] = problems.problems as [(typeof problems.problems)[0]];
  throw new KitenError(code, message, { detail: { offset } });
}
