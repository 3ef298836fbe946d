import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { KitenError } from '@kiten/codec';
import { framed } from './syslog.ts';

export interface SyslogTarget {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  /** PEM of a CA that its server is trusted under, in place of the system's. */
  readonly ca?: string;
}

/** What a datagram carries over any path in the end (RFC 5426 §3.2). */
const longestDatagram = 2048;
const patience = 10_000;

/** Where syslog messages go. @throws KitenError `kiten/sink-unreachable` from `send` */
export interface SyslogConnection {
  send(message: Uint8Array): Promise<void>;
  close(): void;
}

export function syslogConnection(target: SyslogTarget): SyslogConnection {
  return target.transport === 'udp' ? overDatagrams(target) : overStream(target);
}

/** Nobody says whether a datagram arrived. */
function overDatagrams({ host, port }: SyslogTarget): SyslogConnection {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4').unref();
  socket.on('error', () => undefined);
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(message.subarray(0, longestDatagram), port, host, (cause) =>
          cause === null ? resolve() : reject(unreachable(host, port, cause)),
        );
      }),
    close: () => socket.close(),
  };
}

/** One connection, made anew when it is gone. A message counts as sent when the system has taken it. */
function overStream(target: SyslogTarget): SyslogConnection {
  const { host, port } = target;
  let open: Promise<Socket> | undefined;
  return {
    async send(message) {
      try {
        open ??= opened(target);
        const socket = await open;
        if (socket.destroyed || socket.readyState !== 'open') throw new Error('The connection is closed.');
        await new Promise<void>((resolve, reject) => {
          socket.write(framed(message), (cause) => (cause ? reject(cause) : resolve()));
        });
      } catch (cause) {
        open?.then(
          (socket) => socket.destroy(),
          () => undefined,
        );
        open = undefined;
        throw unreachable(host, port, cause);
      }
    },
    close() {
      open?.then(
        (socket) => socket.end(),
        () => undefined,
      );
    },
  };
}

async function opened({ transport, host, port, ca }: SyslogTarget): Promise<Socket> {
  const socket =
    transport === 'tls'
      ? connectTls({
          host,
          port,
          servername: /[a-z]/i.test(host) && !isIPv6(host) ? host : '',
          ...(ca === undefined ? {} : { ca }),
        })
      : connect({ host, port });
  socket.setTimeout(patience, () => {
    if (socket.connecting) socket.destroy(new Error('It took too long.'));
  });
  // A receiver says nothing, and its end has to be noticed.
  socket.resume().on('error', () => socket.destroy());
  await once(socket, transport === 'tls' ? 'secureConnect' : 'connect');
  socket.setKeepAlive(true, patience);
  return socket.unref();
}

function unreachable(host: string, port: number, cause: unknown): KitenError {
  const why = cause instanceof Error ? ` ${cause.message}` : '';
  return new KitenError(
    'kiten/sink-unreachable',
    `The receiver of events ${host}:${port} is out of reach.${why}`,
    {
      cause,
    },
  );
}
