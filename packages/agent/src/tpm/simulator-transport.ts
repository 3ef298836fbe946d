import { KitenError } from '@kiten/codec';
import { TpmWriter } from '@kiten/wire';
import { SocketReader } from './socket-reader.ts';
import type { TpmTransport } from './transport.ts';

/** The reference simulator's protocol (TPM 2.0 Library, Part 4, D.3): on its own port, and the platform's one above. */
const command = { powerOn: 1, sendCommand: 8, nvOn: 11, sessionEnd: 20 } as const;
const locality = 0;
const maximumBytes = 65_536;

/**
 * Microsoft's reference simulator over TCP. It is powered on, which does nothing to one that is.
 *
 * @throws KitenError `agent/tpm-unreachable`, `agent/tpm-simulator`
 */
export async function openTpmSimulator(host: string, port: number): Promise<TpmTransport> {
  const where = `${host}:${port}`;
  const platform = await SocketReader.connect({ host, port: port + 1 }, where);
  try {
    for (const signal of [command.powerOn, command.nvOn]) {
      platform.write(new TpmWriter().uint32(signal).result());
      await requireSuccess(platform);
    }
    platform.write(new TpmWriter().uint32(command.sessionEnd).result());
  } finally {
    await platform.close();
  }
  const socket = await SocketReader.connect({ host, port }, where);
  return {
    async exchange(request) {
      const header = new TpmWriter().uint32(command.sendCommand).uint8(locality).uint32(request.length);
      socket.write(header.octets(request).result());
      const size = (await socket.read(4)).readUInt32BE();
      if (size > maximumBytes) throw refused();
      const response = await socket.read(size);
      await requireSuccess(socket);
      return response;
    },
    async close() {
      socket.write(new TpmWriter().uint32(command.sessionEnd).result());
      await socket.close();
    },
  };
}

async function requireSuccess(socket: SocketReader): Promise<void> {
  if ((await socket.read(4)).readUInt32BE() !== 0) throw refused();
}

const refused = () =>
  new KitenError('agent/tpm-simulator', 'The simulator answers otherwise than its protocol says.');
