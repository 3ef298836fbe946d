import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodePacket, noProperties } from '@kiten/wire';
import type { Credentials } from '../servers/server.ts';
import type { Connects, Job, Outcome } from '../workload.ts';
import { measured } from './measured.ts';

/** What all servers can do: those whose OpenSSL is newer would do a post-quantum exchange beside it, and be measured by that. */
const keyExchange = 'X25519';

/** Connects, is let in and goes, again and again, several clients side by side. */
export async function connects(job: Job, workload: Connects): Promise<Outcome> {
  let count = 0;
  let isOver = false;
  const lives = job.publishers.slice(0, workload.atOnce).map(async (credentials) => {
    const sessions: Buffer[] = [];
    while (!isOver) {
      await connectOnce(job, credentials, sessions, workload.resumed);
      count++;
    }
  });
  const outcome = await measured(job, () => count);
  isOver = true;
  await Promise.all(lives);
  return outcome;
}

async function connectOnce(
  job: Job,
  { id, key, certificate }: Credentials,
  sessions: Buffer[],
  resumed: boolean,
): Promise<void> {
  const raw = connectTcp({ host: '127.0.0.1', port: job.port, noDelay: true });
  const session = resumed ? sessions.at(-1) : undefined;
  const socket = connectTls({
    socket: raw,
    ca: job.ca,
    key,
    cert: certificate,
    checkServerIdentity: () => undefined,
    ecdhCurve: keyExchange,
    ...(session === undefined ? {} : { session }),
  });
  if (resumed) {
    socket.on('session', (ticket) => {
      sessions.length = 0;
      sessions.push(ticket);
    });
  }
  await once(socket, 'secureConnect');
  if (session !== undefined && !socket.isSessionReused()) throw new Error('The session was not resumed.');
  const packet = { type: 'connect', version: 4, clientId: id, cleanStart: true, keepAlive: 0 } as const;
  socket.write(encodePacket({ ...packet, properties: noProperties }, 4));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer[0] !== 0x20 || answer[3] !== 0) throw new Error(`${id} was refused: ${answer.toString('hex')}`);
  socket.on('error', () => undefined);
  const closed = once(raw, 'close');
  // A reset: no port of the client's is left waiting.
  raw.resetAndDestroy();
  await closed;
}
