// Clients for the benchmark of durable queues: as little work for each message as can be.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodePacket, noProperties, type Qos } from '@kiten/wire';

/** A session of version 3.1.1 that outlives its connection if it is not clean. */
export async function connected(port: number, clientId: string, clean: boolean): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(
    encodePacket(
      { type: 'connect', version: 4, clientId, cleanStart: clean, keepAlive: 0, properties: noProperties },
      4,
    ),
  );
  await once(socket, 'data');
  return socket;
}

export async function subscribe(socket: Socket, filter: string, qos: Qos): Promise<void> {
  const options = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  socket.write(
    encodePacket(
      {
        type: 'subscribe',
        packetId: 1,
        subscriptions: [{ filter, qos, ...options }],
        properties: noProperties,
      },
      4,
    ),
  );
  await once(socket, 'data');
}

/** Publishes with QoS 1, at most `window` unacknowledged, until `count` are acknowledged. */
export async function publish(
  socket: Socket,
  options: {
    readonly topic: string;
    readonly bytes: number;
    readonly count: number;
    readonly window: number;
  },
): Promise<void> {
  const { topic, bytes, count, window } = options;
  const payload = Buffer.alloc(bytes, 'x');
  const fields = { retain: false, dup: false, properties: noProperties, packetId: 1 } as const;
  const packet = encodePacket({ type: 'publish', topic, payload, qos: 1, ...fields }, 4);
  const idAt = packet.length - bytes - 2;
  let sent = 0;
  let acknowledged = 0;
  const send = (): void => {
    const more = Math.min(count - sent, window - (sent - acknowledged));
    if (more <= 0) return;
    const chunk = Buffer.alloc(packet.length * more);
    for (let index = 0; index < more; index++) {
      packet.copy(chunk, index * packet.length);
      chunk.writeUInt16BE((sent % 65_535) + 1, index * packet.length + idAt);
      sent++;
    }
    socket.write(chunk);
  };
  let received = 0;
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      // A PUBACK of 3.1.1 has four bytes.
      received += chunk.length;
      acknowledged = received >> 2;
      if (acknowledged >= count) resolve();
      else send();
    });
    send();
  });
  socket.removeAllListeners('data');
}

/** Takes `count` QoS 1 messages of one length, acknowledging each; resolves when they have come. */
export async function take(socket: Socket, count: number): Promise<void> {
  let left = count;
  let rest = Buffer.alloc(0);
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const answers: Buffer[] = [];
      let offset = 0;
      for (;;) {
        const end = packetEnd(rest, offset);
        if (end === undefined) break;
        const body = offset + (((rest[offset + 1] as number) & 0x80) === 0 ? 2 : 3);
        const topicEnd = body + 2 + rest.readUInt16BE(body);
        answers.push(Buffer.of(0x40, 2, rest[topicEnd] as number, rest[topicEnd + 1] as number));
        offset = end;
        left--;
      }
      rest = rest.subarray(offset);
      if (answers.length > 0) socket.write(Buffer.concat(answers));
      if (left <= 0) resolve();
    });
  });
  socket.removeAllListeners('data');
}

/** Where the packet ends that begins there, if it is there whole; up to two bytes of length. */
function packetEnd(bytes: Buffer, offset: number): number | undefined {
  if (bytes.length - offset < 3) return undefined;
  const first = bytes[offset + 1] as number;
  const end =
    first < 0x80 ? offset + 2 + first : offset + 3 + (first & 0x7f) + ((bytes[offset + 2] as number) << 7);
  return end <= bytes.length ? end : undefined;
}
