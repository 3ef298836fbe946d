import { equalBytes, KitenError } from '@kiten/codec';
import type { Ledger } from '../ledger.ts';
import type { TreeHead } from '../note/checkpoint.ts';
import type { PublishedCheckpoint } from '../publish/publisher.ts';
import { writeError } from '../segment/disk.ts';
import { type LogIdentity, readSignedCheckpoint } from './signed-checkpoint.ts';
import { encodeWriterCheckpoint } from './writer-checkpoint.ts';

type Head = Pick<TreeHead, 'size' | 'root'>;

/** What following a writer needs. */
export interface FollowWriterOptions {
  /** The writer's log. */
  readonly writer: LogIdentity;
  /** The site's log, which gets an entry for each checkpoint of the writer's. */
  readonly parent: Pick<Ledger, 'append'>;
  /** The writer's latest checkpoint in the site's log; asked for once, before the first is appended. */
  readonly lastSeen: () => Promise<Head | undefined>;
  /** Called with what wasn't appended, and why. */
  readonly onProblem: (problem: KitenError) => void;
}

/** A writer that is followed. */
export interface FollowedWriter {
  /**
   * To be the writer's `onCheckpoint`; call it also with the writer's present checkpoint after opening both logs, as
   * a crash may have come before that one was appended. Never throws.
   */
  readonly onCheckpoint: (checkpoint: Pick<PublishedCheckpoint, 'text'>) => void;
  /** Waits until what was handed in is in the site's log or was reported. */
  readonly idle: () => Promise<void>;
}

/**
 * Appends a writer's checkpoints to the site's log, each larger than the one before. Where the site's log is slower
 * than the writer, only the newest of those waiting is appended: it stands for the others. One that could not be
 * appended isn't tried again; the next stands for it.
 *
 * Problems: what `Ledger.append`, `encodeWriterCheckpoint` and `lastSeen` throw; `ledger/other-log`,
 * `ledger/checkpoint-forged`, and `ledger/rolled-back` or `ledger/forked` when the writer signed fewer entries than
 * before, or others.
 */
export function followWriter({ writer, parent, lastSeen, onProblem }: FollowWriterOptions): FollowedWriter {
  let waiting: string | undefined;
  let work: Promise<void> | undefined;
  let seen: { readonly head: Head | undefined } | undefined;

  const appendNewer = async (text: string): Promise<void> => {
    const checkpoint = readSignedCheckpoint(text, writer);
    seen ??= { head: await lastSeen() };
    if (!isNewer(checkpoint, seen.head)) return;
    await parent.append(encodeWriterCheckpoint(text));
    seen = { head: checkpoint };
  };
  const catchUp = async (): Promise<void> => {
    while (waiting !== undefined) {
      const text = waiting;
      waiting = undefined;
      await appendNewer(text).catch((problem: unknown) => onProblem(writeError(problem)));
    }
    work = undefined;
  };
  return {
    onCheckpoint: ({ text }) => {
      waiting = text;
      work ??= catchUp();
    },
    idle: async () => work,
  };
}

/** @throws KitenError `ledger/rolled-back`, `ledger/forked`. */
function isNewer({ origin, size, root }: TreeHead, seen: Head | undefined): boolean {
  if (size > (seen?.size ?? 0)) return true;
  if (seen === undefined) return false;
  if (size < seen.size) {
    const message = `The log ${origin} had ${seen.size} entries and now signs for ${size}.`;
    throw new KitenError('ledger/rolled-back', message, { detail: { origin, size } });
  }
  if (equalBytes(root, seen.root)) return false;
  const message = `The log ${origin} signed two roots for ${size} entries.`;
  throw new KitenError('ledger/forked', message, { detail: { origin, size } });
}
