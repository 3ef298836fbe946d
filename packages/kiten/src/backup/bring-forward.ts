import { equalBytes, KitenError } from '@kiten/codec';
import {
  directorySource,
  type HttpGet,
  httpSource,
  type Ledger,
  parseCheckpoint,
  signedCheckpoint,
  TileReader,
} from '@kiten/ledger';

export interface BringForwardOptions {
  /** A directory with tiles and a checkpoint, or where they are on the web. */
  readonly copy: string;
  readonly origin: string;
  readonly publicKey: Uint8Array;
  readonly get: HttpGet;
}

/**
 * Appends what a copy of the log has and a restored log lacks, so that it goes on from where it was. The copy is
 * believed as far as its checkpoint, signed with the log's key, vouches for it.
 *
 * @returns how many entries came from it
 * @throws KitenError `kiten/log-copy-other` if it is of another history, and what reading it throws
 */
export async function bringForward(
  ledger: Ledger,
  { copy, origin, publicKey, get }: BringForwardOptions,
): Promise<number> {
  const source = /^https?:\/\//.test(copy) ? httpSource(copy, get) : directorySource(copy);
  const head = await signedCheckpoint(source, { origin, publicKeys: [publicKey] });
  const reader = new TileReader(source, head);
  await ledger.publish();
  const { size, root } = parseCheckpoint(Buffer.from(ledger.checkpoint()));
  if (head.size < size) return 0;
  if (!equalBytes(await reader.rootOf(size), root)) throw other(copy);
  for await (const entry of reader.entries(size, head.size)) await ledger.append(entry);
  await ledger.publish();
  if (!equalBytes(parseCheckpoint(Buffer.from(ledger.checkpoint())).root, head.root)) throw other(copy);
  return head.size - size;
}

function other(copy: string): KitenError {
  return new KitenError(
    'kiten/log-copy-other',
    `The log in ${copy} does not continue the one in the backup.`,
  );
}
