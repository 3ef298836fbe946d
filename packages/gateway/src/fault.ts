import { reasonCodes } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { EmitEvent } from './event.ts';

/** Tells a fault of ours. */
export function tellFault(emit: EmitEvent, error: unknown, at: number): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  emit({ kind: 'fault', code: 'gateway/internal-fault', message, at });
}

/**
 * A fault of ours costs the one connection that met it, and is told; the others go on (3.1.1: [MQTT-4.8.0-2]). If not
 * even a goodbye can be said, it is cut.
 */
export function reportFault(connection: Connection, error: unknown): void {
  const { core } = connection;
  tellFault(core.emit, error, core.now);
  try {
    connection.fail(reasonCodes.unspecifiedError, 'The server failed to handle a packet.', 'internal-fault');
  } catch (another) {
    tellFault(core.emit, another, core.now);
    connection.transport.destroy();
  }
}

/** Does what the loop calls for on behalf of one connection: nothing that goes wrong there gets any further. */
export function guarded(connection: Connection, act: () => void): void {
  try {
    act();
  } catch (error) {
    reportFault(connection, error);
  }
}
