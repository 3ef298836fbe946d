import { KitenError, toHex } from '@kiten/codec';
import { isDiskFull } from '../segment/disk.ts';
import type { Tombstone } from './payload-file.ts';

export function missing(digest: Uint8Array): KitenError {
  const message = 'There is no payload with this digest.';
  return new KitenError('ledger/payload-missing', message, { detail: { digest: toHex(digest) } });
}

export function erased(digest: Uint8Array, { at, reason }: Tombstone): KitenError {
  const detail = { digest: toHex(digest), at, reason };
  return new KitenError('ledger/payload-erased', `The payload was erased (${reason}).`, { detail });
}

export function damaged(digest: Uint8Array): KitenError {
  const message = 'The payload is not what its digest was made of.';
  return new KitenError('ledger/payload-damaged', message, { detail: { digest: toHex(digest) } });
}

/** The error for a file that the operating system didn't let us read. */
export function readFailure(cause: unknown): KitenError {
  return new KitenError('ledger/unreadable', 'The payload cannot be read.', { cause });
}

/** The error for a write that failed. */
export function writeFailure(cause: unknown): KitenError {
  if (cause instanceof KitenError) return cause;
  return isDiskFull(cause)
    ? new KitenError('ledger/disk-full', 'The disk has no room for the payload.', { cause })
    : new KitenError('ledger/write-failed', 'The payload could not be written.', { cause });
}
