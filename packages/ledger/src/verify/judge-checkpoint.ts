import { join } from 'node:path';
import { encodeUtf8, equalBytes, KitenError } from '@kiten/codec';
import { verifyEd25519 } from '../ed25519.ts';
import { type Checkpoint, parseCheckpoint, rootOffset } from '../note/checkpoint.ts';
import { verifyNote } from '../note/signed-note.ts';
import { maxCheckpointBytes } from '../tree/tile-source.ts';
import { readRegularFile } from './regular-file.ts';
import type { ProblemList } from './report.ts';

const file = 'checkpoint';

/** Reads the published checkpoint's bytes; nothing if there is none. */
export type ReadCheckpoint = () => Promise<Uint8Array | undefined>;

/** What a checkpoint is held against. */
export interface ExpectedSigner {
  /** Keys (SPKI, DER) one of which must have signed; without any, nobody knows who did. */
  readonly publicKeys: readonly Uint8Array[];
  readonly origin?: string | undefined;
}

/** The checkpoint in a ledger's directory, followed by no link and read no further than a checkpoint can reach. */
export function checkpointIn(directory: string): ReadCheckpoint {
  return () => readRegularFile(join(directory, file), maxCheckpointBytes);
}

/** The published checkpoint, if it can be read; what is wrong with its form or its signature is reported. */
export async function readPublished(
  read: ReadCheckpoint,
  { publicKeys, origin }: ExpectedSigner,
  problems: ProblemList,
): Promise<Checkpoint | undefined> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await read();
  } catch (error) {
    problems.add('ledger/unreadable', file, 0, `The checkpoint cannot be read: ${String(error)}`);
    return undefined;
  }
  if (bytes === undefined) {
    problems.add('ledger/checkpoint-missing', file, 0, 'There is no checkpoint.');
    return undefined;
  }
  const checkpoint = parsed(bytes, problems);
  if (checkpoint === undefined) return undefined;
  if (origin !== undefined && checkpoint.origin !== origin) {
    problems.add('ledger/other-log', file, 0, `This is the log ${checkpoint.origin}, not ${origin}.`);
    return undefined;
  }
  if (isSigned(checkpoint, publicKeys)) return checkpoint;
  problems.add('ledger/checkpoint-forged', file, 0, 'No signature of the log stands for this text.');
  return undefined;
}

/**
 * A checkpoint that somebody kept.
 *
 * @throws KitenError `ledger/note-malformed`, `ledger/checkpoint-malformed` or `ledger/checkpoint-forged` when it
 * is no evidence of anything.
 */
export function readRemembered(text: string, publicKeys: readonly Uint8Array[]): Checkpoint {
  const checkpoint = parseCheckpoint(encodeUtf8(text));
  if (isSigned(checkpoint, publicKeys)) return checkpoint;
  throw new KitenError('ledger/checkpoint-forged', 'The remembered checkpoint is not signed by this log.');
}

/** Roots that were recomputed from the entries. */
export interface KnownRoots {
  /** The root at a size, or nothing if the entries that could be read don't reach it. */
  rootAt(size: number): Uint8Array | undefined;
}

/** Compares what the segments hold with the published checkpoint. */
export function judgePublished(
  checkpoint: Checkpoint,
  entries: number,
  roots: KnownRoots,
  problems: ProblemList,
): void {
  if (checkpoint.size > entries) rolledBack(file, checkpoint, entries, problems);
  const root = roots.rootAt(checkpoint.size);
  if (root === undefined || equalBytes(root, checkpoint.root)) return;
  const message = 'The root is not that of the entries.';
  problems.add('ledger/root-mismatch', file, rootOffset(checkpoint), message);
}

/** Compares what the segments hold with a checkpoint that somebody kept. */
export function judgeRemembered(
  checkpoint: Checkpoint,
  origin: string | undefined,
  entries: number,
  roots: KnownRoots,
  problems: ProblemList,
): void {
  const name = 'remembered checkpoint';
  if (origin !== undefined && checkpoint.origin !== origin) {
    problems.add('ledger/other-log', name, 0, `It is of the log ${checkpoint.origin}, not ${origin}.`);
    return;
  }
  if (checkpoint.size > entries) rolledBack(name, checkpoint, entries, problems);
  const root = roots.rootAt(checkpoint.size);
  if (root === undefined || equalBytes(root, checkpoint.root)) return;
  const message = `The first ${checkpoint.size} entries are not those that it was signed for.`;
  problems.add('ledger/forked', name, rootOffset(checkpoint), message);
}

function rolledBack(
  name: string,
  { size, origin }: Checkpoint,
  entries: number,
  problems: ProblemList,
): void {
  const message = `It stands for ${size} entries and the log holds ${entries}.`;
  problems.add('ledger/rolled-back', name, encodeUtf8(origin).length + 1, message, entries);
}

function isSigned(checkpoint: Checkpoint, publicKeys: readonly Uint8Array[]): boolean {
  if (publicKeys.length === 0) return true;
  return publicKeys.some((key) => verifyNote(checkpoint.note, checkpoint.origin, key, verifyEd25519));
}

function parsed(bytes: Uint8Array, problems: ProblemList): Checkpoint | undefined {
  try {
    return parseCheckpoint(bytes);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    problems.add('ledger/checkpoint-malformed', file, Number(error.detail?.offset ?? 0), error.message);
    return undefined;
  }
}
