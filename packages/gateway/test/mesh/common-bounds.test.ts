import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { manualClock } from '@kiten/codec';
import { afterEach, describe, expect, it } from 'vitest';
import { TicketKeys } from '../../src/ticket-keys.ts';
import { Authority } from '../support/authority.ts';
import { device, eventually, standardPolicies, trustDomain } from '../support/harness.ts';
import { meshedGateway } from '../support/meshed-gateway.ts';
import { RawClient } from '../support/raw-client.ts';
import { StreamEnd } from '../support/stream-pair.ts';
import { ThreadCrew } from '../support/thread-crew.ts';

describe('passwords tried from one address', () => {
  it('are so many at all workers together', async () => {
    let asked = 0;
    const clock = manualClock(1_700_000_000_000);
    const gateway = await meshedGateway(
      {
        trustDomain,
        clock,
        random: (bytes) => randomBytes(bytes),
        emit: () => undefined,
        sweepInterval: 0,
        limits: { passwordAttempts: 6 },
        verifyPassword: async () => {
          asked++;
          return { refused: 'There is no such password.' };
        },
      },
      3,
    );
    gateway.apply({ sequence: 1, kind: 'heartbeat', at: clock.now() });
    const codes: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const [near, far] = StreamEnd.pair();
      const peer = { device: '', serial: '', fingerprint: '', address: '192.0.2.7', port: attempt };
      gateway.accept(far, { ...peer, admission: 'password', resumed: false });
      // A stream in memory has no such thing to set.
      const client = new RawClient(Object.assign(near, { setNoDelay: () => near }) as unknown as Socket, 5);
      const secret = { username: `meter-${attempt}`, password: Buffer.from('a guess') };
      codes.push((await client.connect(`meter-${attempt}`, secret)).reasonCode);
    }
    await gateway.close();
    const [wrong, tooMany] = [0x86, 0x9f];
    expect(codes).toEqual([...Array<number>(6).fill(wrong), ...Array<number>(6).fill(tooMany)]);
    expect(asked).toBe(6);
  });
});

describe('keys of session tickets', () => {
  const seed = randomBytes(TicketKeys.seedBytes);

  it('are the same with the same seed and the same changes after it, and others after each change', () => {
    const [one, other] = [new TicketKeys(seed), new TicketKeys(seed)];
    const first = one.of('certificate');
    expect(other.of('certificate')).toEqual(first);
    one.renew(7);
    expect(one.of('certificate')).not.toEqual(first);
    other.renew(7);
    expect(other.of('certificate')).toEqual(one.of('certificate'));
    other.renew(8);
    expect(other.of('certificate')).not.toEqual(one.of('certificate'));
  });

  it('differ between ports for certificates and ports for passwords', () => {
    const keys = new TicketKeys(seed);
    expect(keys.of('certificate')).not.toEqual(keys.of('password'));
    expect(keys.of('certificate')).toHaveLength(48);
  });
});

describe('a TLS session of workers in threads', () => {
  const authority = new Authority();
  const server = authority.server();
  const pump = authority.device('pump-1');
  let crew: ThreadCrew;
  let port: number;
  let sequence = 0;
  const tickets = new Map<TLSSocket, Buffer>();
  const opened = () => crew.events.filter((event) => event.kind === 'session-opened');

  afterEach(() => crew.stop());

  async function start(): Promise<void> {
    crew = new ThreadCrew({ trustDomain, limits: { stalenessBound: 0 } }, 2);
    crew.apply({ sequence: ++sequence, kind: 'policies', policies: standardPolicies });
    crew.apply({ sequence: ++sequence, kind: 'device', device: device('pump-1') });
    crew.apply({ sequence: ++sequence, kind: 'tls', tls: authority.tls(server) });
    crew.apply({ sequence: ++sequence, kind: 'heartbeat', at: Date.now() });
    ({ port } = await crew.crew.listen({ kind: 'tls', host: '127.0.0.1', port: 0 }));
  }

  async function connected(session?: Buffer): Promise<TLSSocket> {
    const before = opened().length;
    const { certificate: cert, key } = pump;
    const given = { host: '127.0.0.1', port, ca: authority.certificate, cert, key };
    const socket = connect(session === undefined ? given : { ...given, session });
    socket.once('session', (next) => tickets.set(socket, next));
    await new RawClient(socket, 5).connect('pump-1');
    await eventually(() => opened().length > before, 'the session');
    return socket;
  }

  async function ticket(): Promise<Buffer> {
    const socket = await connected();
    await eventually(() => tickets.has(socket), 'the ticket');
    socket.destroy();
    return tickets.get(socket) as Buffer;
  }

  /** Whether it was resumed, each time. That the kernel deals all of them out to the same worker hardly ever happens. */
  async function resumed(session: Buffer, times: number): Promise<readonly boolean[]> {
    for (let turn = 0; turn < times; turn++) (await connected(session)).destroy();
    return opened()
      .slice(-times)
      .map((event) => event.resumed);
  }

  it('is resumed at whichever of them the client comes to, and not from before a change of what is revoked', async () => {
    await start();
    const session = await ticket();
    expect(await resumed(session, 16)).toEqual(Array<boolean>(16).fill(true));
    crew.apply({ sequence: ++sequence, kind: 'device', device: device('pump-2', { standing: 'revoked' }) });
    await eventually(() =>
      crew.events.some((event) => event.kind === 'applied' && event.sequence === sequence),
    );
    expect(await resumed(session, 4)).toEqual(Array<boolean>(4).fill(false));
    expect(await resumed(await ticket(), 8)).toEqual(Array<boolean>(8).fill(true));
  });

  it('is resumed at any of them after one was started anew', async () => {
    await start();
    await crew.kill(1);
    await crew.restart(1);
    expect(await resumed(await ticket(), 12)).toEqual(Array<boolean>(12).fill(true));
  });
});
