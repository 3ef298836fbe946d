import { type ReceiverLog, ReceiverLogReader } from '@kiten/measurement';
import { readInput } from './input-file.ts';

/**
 * Reads the log of a satellite receiver. Every octet is a character: logs have binary parts.
 *
 * @throws KitenError `kiten/file-unreadable`, `measurement/no-receiver-log`, `measurement/log-too-large`
 */
export function readReceiverLog(file: string): Promise<ReceiverLog> {
  return readInput(file, async (pieces) => {
    const reader = new ReceiverLogReader();
    for await (const piece of pieces) reader.push(piece.toString('latin1'));
    return reader.end();
  });
}
