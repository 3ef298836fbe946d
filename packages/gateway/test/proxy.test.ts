import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type ListenerKind, ProxyDoor } from '../src/index.ts';
import { RawClient } from './support/raw-client.ts';
import { TlsHarness } from './support/tls-harness.ts';

let harness: TlsHarness;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await harness?.stop();
});

const proxy = '127.0.0.2';
const line = 'PROXY TCP4 198.51.100.7 192.0.2.1 40123 8883\r\n';

async function start(kind: ListenerKind = 'tls', limits: object = {}): Promise<TlsHarness> {
  harness = await TlsHarness.start(kind, {
    proxies: [proxy],
    verifyPassword: async (device, password) =>
      Buffer.from(password).toString() === 'right' ? { device } : { refused: 'no' },
    limits,
  });
  return harness;
}

async function connect(localAddress: string): Promise<Socket> {
  const socket = connectSocket({ host: '127.0.0.1', port: harness.port, localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** What is written goes to the socket, the first of it together with the header. */
function ledBy(header: string, socket: Socket): Duplex {
  let lead: Buffer = Buffer.from(header);
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      socket.write(Buffer.concat([lead, chunk]), done);
      lead = Buffer.alloc(0);
    },
  });
  socket.on('data', (chunk) => stream.push(chunk));
  return stream;
}

async function secured(socket: Duplex): Promise<TLSSocket> {
  const { certificate, key } = harness.authority.device('pump-1');
  const over = connectTls({
    socket,
    ca: harness.authority.certificate,
    cert: certificate,
    key,
    servername: 'localhost',
  });
  over.on('error', () => undefined);
  await once(over, 'secureConnect');
  return over;
}

async function session(socket: Duplex, clientId = 'pump-1'): Promise<void> {
  await new RawClient(await secured(socket), 5).connect(clientId);
}

const refusal = (code: string | RegExp, address: string) =>
  expect
    .poll(() => harness.of('handshake-refused'))
    .toMatchObject([{ code: typeof code === 'string' ? code : expect.stringMatching(code), address }]);

describe('from a proxy', () => {
  it('a connection is that of whom the header names, in events and before the gate', async () => {
    await start('tls', { handshakesPerAddress: 1 });
    const socket = await connect(proxy);
    socket.write(line);
    await session(socket);
    expect(harness.of('session-opened')).toMatchObject([{ device: 'pump-1', address: '198.51.100.7' }]);
    const again = await connect(proxy);
    again.write(line);
    await once(again, 'close');
    await refusal('gateway/too-many-handshakes', '198.51.100.7');
    const other = await connect(proxy);
    other.write(line.replace('.7 ', '.8 '));
    await session(other, 'pump-1/other');
    expect(harness.of('session-opened')).toHaveLength(2);
  });

  it('the header may come in pieces, and together with what follows', async () => {
    await start();
    const socket = await connect(proxy);
    for (const octet of line) {
      socket.write(octet);
      await pause(1);
    }
    await session(socket);
    const whole = await connect(proxy);
    await session(ledBy(line.replace('.7 ', '.9 '), whole), 'pump-1/whole');
    expect(harness.of('session-opened').map(({ address }) => address)).toEqual([
      '198.51.100.7',
      '198.51.100.9',
    ]);
  });

  it('whoever speaks for itself has the address that it comes from', async () => {
    await start();
    const socket = await connect(proxy);
    socket.write('PROXY UNKNOWN\r\n');
    await session(socket);
    expect(harness.of('session-opened')).toMatchObject([{ address: proxy }]);
  });

  it('nothing but a header is taken, and no refusal is laid at the client’s door', async () => {
    await start();
    const socket = await connect(proxy);
    socket.write(Buffer.from([0x16, 3, 1]));
    await once(socket, 'close');
    await refusal('gateway/proxy-missing', proxy);
  });

  it('a header is waited for so long and no longer', async () => {
    await start('tls', { handshakeTimeout: 100 });
    const socket = await connect(proxy);
    socket.write('PROXY TCP4 ');
    await once(socket, 'close');
    await refusal('gateway/proxy-timeout', proxy);
  });

  it('a connection that only looks whether somebody is there is no refusal', async () => {
    await start();
    for (const said of ['', 'PROXY UNKNOWN\r\n', Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')]) {
      const socket = await connect(proxy);
      socket.end(said);
      socket.resume();
      await once(socket, 'close');
    }
    expect(harness.of('handshake-refused')).toEqual([]);
  });

  it('what fails in TLS is laid at the door of whom the header names', async () => {
    await start();
    const socket = await connect(proxy);
    socket.write(`${line}no TLS at all, and long enough to be looked at`);
    socket.resume();
    await once(socket, 'close');
    await refusal(/^gateway\/tls-/, '198.51.100.7');
  });

  it.each(['password', 'plain-password'] as const)(
    'guesses at a %s port count for the client',
    async (kind) => {
      await start(kind, { passwordAttempts: 1 });
      harness.set('meter-1', { groups: ['password'] });
      const guess = async (from: string, password: string): Promise<void> => {
        const socket = await connect(proxy);
        socket.write(line.replace('198.51.100.7', from));
        const ready = kind === 'password' ? await secured(socket) : socket;
        const client = new RawClient(ready, 5);
        const secret = {
          username: `meter-${password === 'right' ? 1 : from}`,
          password: Buffer.from(password),
        };
        await client.connect('meter-1', secret);
      };
      await guess('198.51.100.7', 'wrong');
      await guess('198.51.100.8', 'right');
      await guess('198.51.100.7', 'right');
      expect(harness.of('connect-refused').map(({ code, address }) => `${code} ${address}`)).toEqual([
        'gateway/password-wrong 198.51.100.7',
        'gateway/password-attempts 198.51.100.7',
      ]);
      expect(harness.of('session-opened')).toMatchObject([{ device: 'meter-1', address: '198.51.100.8' }]);
    },
  );
});

describe('from anywhere else', () => {
  it('a device comes in as ever', async () => {
    await start();
    await session(await connect('127.0.0.1'));
    expect(harness.of('session-opened')).toMatchObject([{ address: '127.0.0.1' }]);
  });

  it.each([
    ['version 1', Buffer.from(line)],
    ['version 2', Buffer.from('0d0a0d0a000d0a515549540a21110000', 'hex')],
  ])('a header of %s is refused as what it is', async (_version, header) => {
    await start();
    const socket = await connect('127.0.0.1');
    socket.write(header);
    await once(socket, 'close');
    await refusal('gateway/proxy-unexpected', '127.0.0.1');
  });
});

it('without proxies a header is no TLS, and nothing is looked for', async () => {
  harness = await TlsHarness.start();
  const socket = await connect(proxy);
  socket.write(line);
  socket.resume();
  await once(socket, 'close');
  await refusal(/^gateway\/tls-/, proxy);
});

it.each(['', 'proxy.example', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '::1%lo', '10.0.0.0/-1'])(
  'a proxy is not known by %j',
  (text) => {
    expect(() => new ProxyDoor([text], 1)).toThrow(
      expect.objectContaining({ code: 'gateway/proxy-address' }),
    );
  },
);
