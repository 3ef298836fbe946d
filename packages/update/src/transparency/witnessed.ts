import { equalBytes, KitenError } from '@kiten/codec';
import { type Checkpoint, type CosigningWitness, checkQuorum, type KnownLog } from '@kiten/ledger';

/** Whose log counts, and who else has to have seen it. */
export interface LogTrust {
  readonly log: KnownLog;
  readonly witnesses: KnownLog['keys'];
  /** How many of them, 1 at least. */
  readonly quorum: number;
  /** How old their cosignatures may be, in milliseconds. */
  readonly maximumAge: number;
}

/** How far the clocks of witnesses may be ahead of ours, in milliseconds. */
const clockSkew = 5 * 60_000;

/**
 * Requires that enough witnesses have seen a tree, and lately. A cosignature from the future counts as none: with a
 * clock set back, everything would be new.
 *
 * @throws KitenError `update/checkpoint-witnesses` when too few cosigned, `update/checkpoint-stale` when too few did
 * within the age that is allowed, `update/checkpoint-from-the-future`, `update/cosignature-forged`,
 * `update/log-trust-unsuitable`.
 */
export function requireWitnesses(
  checkpoint: Checkpoint,
  { log, witnesses, quorum, maximumAge }: LogTrust,
  now: number,
): readonly CosigningWitness[] {
  if (witnesses.some((key) => log.keys.some((own) => equalBytes(own.publicKey, key.publicKey)))) {
    throw new KitenError('update/log-trust-unsuitable', 'A log is no witness of itself.');
  }
  const cosigned = cosigners(checkpoint, witnesses, quorum);
  const notAhead = cosigned.filter(({ timestamp }) => milliseconds(timestamp) <= now + clockSkew);
  const fresh = notAhead.filter(({ timestamp }) => now - milliseconds(timestamp) <= maximumAge);
  if (fresh.length >= quorum) return fresh;
  const detail = { quorum, cosigned: cosigned.length, fresh: fresh.length };
  if (cosigned.length < quorum) {
    throw new KitenError(
      'update/checkpoint-witnesses',
      `The log’s tree has been seen by ${cosigned.length} of the witnesses; it takes ${quorum}.`,
      { detail },
    );
  }
  if (notAhead.length < quorum) {
    throw new KitenError(
      'update/checkpoint-from-the-future',
      'Witnesses saw the log’s tree at a time that is yet to come: the clock of this device is behind, or theirs ahead.',
      { detail },
    );
  }
  throw new KitenError(
    'update/checkpoint-stale',
    `Fewer than ${quorum} witnesses have seen the log’s tree within the last ${Math.round(maximumAge / 1000)} seconds: an old one is passed off as new.`,
    { detail },
  );
}

function cosigners(
  checkpoint: Checkpoint,
  keys: LogTrust['witnesses'],
  threshold: number,
): readonly CosigningWitness[] {
  try {
    return checkQuorum(checkpoint, { keys, threshold }).witnesses;
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    if (cause.code === 'ledger/cosignature-forged')
      throw new KitenError('update/cosignature-forged', cause.message, { cause });
    throw new KitenError('update/log-trust-unsuitable', cause.message, { cause });
  }
}

/** Beyond 2^53 seconds nothing is told apart, and all of it is the future. */
const milliseconds = (seconds: bigint): number => Number(seconds) * 1000;
