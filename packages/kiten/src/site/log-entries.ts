import { KitenError, toHex } from '@kiten/codec';
import { decodeWriterCheckpoint, type Ledger, type WriterCheckpoint } from '@kiten/ledger';
import { type RecordedEvent, readLogEntry } from '@kiten/trust';

/**
 * An entry of the site's log for people: events, statements and writers' checkpoints read alike.
 *
 * @param ownKeys ids of the site's own keys, hexadecimal: what others state reads as their statement, whatever it says
 */
export function readEntry(entry: Uint8Array, ownKeys?: ReadonlySet<string>): RecordedEvent {
  const checkpoint = writerCheckpointIn(entry);
  if (checkpoint === undefined) {
    return readLogEntry(
      entry,
      ownKeys === undefined ? {} : { isOwnKey: (keyId) => ownKeys.has(toHex(keyId)) },
    );
  }
  const { origin, size, extensions } = checkpoint;
  return { type: 'writer/checkpoint', at: timeIn(extensions), actor: 'site', data: { origin, size } };
}

/** A writer's checkpoint, if that is what the entry is. */
export function writerCheckpointIn(entry: Uint8Array): WriterCheckpoint | undefined {
  // Most entries are none, and an error for each of them costs more than this look.
  if (!Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).includes('writer/checkpoint'))
    return undefined;
  try {
    return decodeWriterCheckpoint(entry);
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

/** The newest checkpoint of a writer in the site's log. */
export async function lastCheckpointOf(
  ledger: Pick<Ledger, 'read' | 'size'>,
  origin: string,
): Promise<WriterCheckpoint | undefined> {
  // From the end on: there is one a minute where there is traffic.
  const page = 1024;
  for (let to = ledger.size; to > 0; to = Math.max(0, to - page)) {
    let found: WriterCheckpoint | undefined;
    for await (const { entry } of ledger.read(Math.max(0, to - page), to)) {
      const checkpoint = writerCheckpointIn(entry);
      if (checkpoint?.origin === origin) found = checkpoint;
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

/** When it was signed, as its own lines say; a writer's log signs the time too. */
function timeIn(extensions: readonly string[]): number {
  const line = extensions.find((one) => one.startsWith('kiten.time '));
  return line === undefined ? 0 : Number(line.slice('kiten.time '.length));
}
