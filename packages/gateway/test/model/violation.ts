import type { Packet } from '@kiten/wire';
import type { Connection } from './connection.ts';

/** Something that the standard does not allow. */
export class Violation extends Error {
  override readonly name = 'Violation';

  constructor({ session, version, number }: Connection, what: string, packet?: Packet) {
    const shown = packet === undefined ? '' : `\n  ${show(packet)}`;
    super(`${session.clientId} (version ${version}, connection ${number}): ${what}${shown}`);
  }
}

/** One line about a packet. */
export function show(packet: unknown): string {
  return JSON.stringify(packet, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString().slice(0, 20) : value,
  );
}
