import type { NetConnectOpts } from 'node:net';
import { decodeTpmResponseHeader, tpmResponseHeaderBytes } from '@kiten/wire';
import { SocketReader } from './socket-reader.ts';
import type { TpmTransport } from './transport.ts';

/**
 * swtpm's data channel over TCP or a unix socket: commands and responses as they are.
 *
 * @throws KitenError `agent/tpm-unreachable`
 */
export async function openTpmSocket(options: NetConnectOpts, where: string): Promise<TpmTransport> {
  const socket = await SocketReader.connect(options, where);
  return {
    async exchange(command) {
      socket.write(command);
      const header = await socket.read(tpmResponseHeaderBytes);
      const { size } = decodeTpmResponseHeader(header);
      return Buffer.concat([header, await socket.read(size - tpmResponseHeaderBytes)]);
    },
    close: () => socket.close(),
  };
}
