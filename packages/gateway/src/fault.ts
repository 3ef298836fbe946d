import { reasonCodes } from '@kiten/wire';
import type { Connection } from './connection.ts';

/** A fault of ours costs the one connection that met it, and is told; the others go on (3.1.1: [MQTT-4.8.0-2]). */
export function reportFault(connection: Connection, error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  connection.core.emit({ kind: 'fault', code: 'gateway/internal-fault', message, at: connection.core.now });
  connection.fail(reasonCodes.unspecifiedError, 'The server failed to handle a packet.', 'internal-fault');
}
