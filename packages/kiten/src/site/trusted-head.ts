import { KitenError } from '@kiten/codec';
import { type Checkpoint, parseCheckpoint, type TileSource } from '@kiten/ledger';

/** The checkpoint of a log whose signature was verified a moment ago. @throws KitenError `ledger/checkpoint-missing` */
export async function trustedHead(source: TileSource): Promise<Checkpoint> {
  const bytes = await source.read('checkpoint');
  if (bytes !== undefined) return parseCheckpoint(bytes);
  throw new KitenError('ledger/checkpoint-missing', 'The log has no checkpoint.');
}
