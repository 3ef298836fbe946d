import { once } from 'node:events';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { encodePacket } from '@kiten/wire';

/** Where a device connects and by what it is known. PEM. */
export interface Credentials {
  readonly id: string;
  readonly port: number;
  readonly ca: string;
  readonly key: string;
  readonly certificate: string;
}

/** A device's MQTT 3.1.1 connection over mutual TLS, once its CONNECT is accepted. */
export async function connect({ id, port, ca, key, certificate }: Credentials): Promise<TLSSocket> {
  const socket = connectTls({ host: 'localhost', port, ca, key, cert: certificate });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  socket.write(
    encodePacket(
      { type: 'connect', version: 4, clientId: id, cleanStart: true, keepAlive: 0, properties: {} },
      4,
    ),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer[0] !== 0x20 || answer[3] !== 0) throw new Error(`${id} was refused: ${answer.toString('hex')}`);
  return socket;
}

/** Resolves with the moment at which the client sees that its connection has ended. */
export function ending(socket: TLSSocket): Promise<bigint> {
  return new Promise((resolve) => {
    const seen = () => resolve(process.hrtime.bigint());
    // A reset is an end like any other.
    socket.once('error', seen);
    socket.once('end', seen);
    socket.once('close', seen);
    socket.resume();
  });
}
