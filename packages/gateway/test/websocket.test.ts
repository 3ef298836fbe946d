import { request as httpRequest } from 'node:http';
import { createServer as createHttps, request as httpsRequest } from 'node:https';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { encodePacket, noProperties, type Packet } from '@kiten/wire';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from './support/harness.ts';
import { TlsHarness } from './support/tls-harness.ts';

let harness: TlsHarness;
let url: string;
const clients: WebSocket[] = [];

beforeEach(async () => {
  harness = new TlsHarness({ access: 'open', limits: { packetSize: 10_000 } });
  ({ port: harness.port } = await harness.gateway.listen({ kind: 'websocket', host: '127.0.0.1', port: 0 }));
  url = `ws://127.0.0.1:${harness.port}/mqtt`;
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await harness.stop();
});

const connect: Packet = {
  type: 'connect',
  version: 5,
  clientId: 'page',
  cleanStart: true,
  keepAlive: 0,
  properties: noProperties,
};
const ping: Packet = { type: 'pingreq' };
const bytesOf = (...packets: Packet[]): Buffer =>
  Buffer.concat(packets.map((packet) => encodePacket(packet, 5)));

/** A WebSocket that remembers what came, and whether it was binary. */
async function open(address = url, options: ConstructorParameters<typeof WebSocket>[2] = {}) {
  const socket = new WebSocket(address, ['mqtt'], options);
  clients.push(socket);
  const frames: Buffer[] = [];
  const kinds = new Set<boolean>();
  socket.on('message', (data: Buffer, isBinary) => {
    frames.push(data);
    kinds.add(isBinary);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, closed, kinds, bytes: () => Buffer.concat(frames).toString('hex') };
}

describe('over WebSocket', () => {
  it('the subprotocol is mqtt, and everything comes in binary frames [MQTT-6.0.0-4] (3.1.1: [MQTT-6.0.0-4])', async () => {
    const { socket, kinds, bytes } = await open();
    expect(socket.protocol).toBe('mqtt');
    expect(socket.extensions).toBe('');
    socket.send(bytesOf(connect));
    await eventually(() => bytes() !== '');
    expect(bytes()).toMatch(/^20..0000/);
    expect([...kinds]).toEqual([true]);
  });

  it('packets may span frames, and share them [MQTT-6.0.0-2] (3.1.1: [MQTT-6.0.0-2])', async () => {
    const { socket, bytes } = await open();
    const all = bytesOf(connect, ping, ping);
    for (const byte of all.subarray(0, -3)) socket.send(Buffer.of(byte));
    socket.send(all.subarray(-3));
    await eventually(() => bytes().endsWith('d000d000'));
  });

  it('a frame of text ends the connection [MQTT-6.0.0-1] (3.1.1: [MQTT-6.0.0-1])', async () => {
    const { socket, closed } = await open();
    socket.send(bytesOf(connect));
    await eventually(() => harness.of('session-opened').length === 1);
    socket.send(bytesOf(ping).toString('latin1'));
    expect(await closed).toBe(1003);
    await eventually(() => harness.of('session-closed').length === 1);
  });

  it('a frame that is too large ends the connection', async () => {
    const { socket, closed } = await open();
    socket.send(Buffer.alloc(10_001));
    expect(await closed).toBe(1009);
  });

  it('compression is not agreed to', async () => {
    const { socket } = await open(url, { perMessageDeflate: true });
    expect(socket.extensions).toBe('');
  });

  it('DISCONNECT and the end of the WebSocket are the end of the connection', async () => {
    const { socket, closed } = await open();
    socket.send(bytesOf(connect, { type: 'disconnect', reasonCode: 0, properties: noProperties }));
    expect(await closed).toBe(1000);
    const other = await open();
    other.socket.send(bytesOf(connect));
    await eventually(() => harness.of('session-opened').length === 2);
    other.socket.close();
    await eventually(() => harness.gateway.statistics().connections === 0);
    expect(harness.of('session-closed').map(({ cause }) => cause)).toEqual([
      'disconnected',
      'connection-lost',
    ]);
  });

  it('large messages arrive whole, both ways', async () => {
    const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
    const texts: string[] = [];
    client.on('message', (_, payload) => texts.push(payload.toString()));
    await client.subscribeAsync('t', { qos: 1 });
    const sent = Array.from({ length: 50 }, (_, index) => `${index}`.repeat(3_000));
    for (const text of sent) await client.publishAsync('t', text, { qos: 1 });
    await eventually(() => texts.length === sent.length);
    expect(texts).toEqual(sent);
    await client.endAsync();
  });
});

describe('what is no MQTT over WebSocket', () => {
  const answerTo = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: harness.port, path: '/mqtt', headers });
      request
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('upgrade', (response, socket) => {
          socket.destroy();
          resolve(response.statusCode);
        })
        .on('error', reject)
        .end();
    });
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  it.each<[string, Record<string, string>, number, string | undefined]>([
    ['a request for a page', {}, 426, 'websocket-expected'],
    ['no subprotocol', upgrade, 400, 'websocket-subprotocol'],
    ['another subprotocol', { ...upgrade, 'sec-websocket-protocol': 'chat' }, 400, 'websocket-subprotocol'],
    [
      'a page of another host',
      { ...upgrade, 'sec-websocket-protocol': 'mqtt', origin: 'https://elsewhere.example' },
      403,
      'websocket-origin',
    ],
    [
      'a page that says it is nowhere',
      { ...upgrade, 'sec-websocket-protocol': 'mqtt', origin: 'null' },
      403,
      'websocket-origin',
    ],
    [
      'an old version',
      { ...upgrade, 'sec-websocket-version': '7', 'sec-websocket-protocol': 'mqtt' },
      400,
      undefined,
    ],
    [
      'a page of this host',
      { ...upgrade, 'sec-websocket-protocol': 'chat, mqtt', origin: 'http://127.0.0.1:80' },
      101,
      undefined,
    ],
  ])('%s is answered with its status', async (_, headers, status, code) => {
    expect(await answerTo(headers)).toBe(status);
    expect(harness.of('handshake-refused').map(({ code: told }) => told)).toEqual(
      code === undefined ? [] : [`gateway/${code}`],
    );
  });

  it('silence ends in time', async () => {
    const socket = connectSocket({ host: '127.0.0.1', port: harness.port });
    let isClosed = false;
    socket.on('close', () => {
      isClosed = true;
    });
    socket.resume().write('GET /mqtt HTTP/1.1\r\n');
    // It counts from when the gateway has seen the client.
    await eventually(() => {
      harness.clock.advance(10_001);
      harness.gateway.sweep();
      return isClosed;
    }, 'the end');
    expect(harness.of('handshake-refused')).toMatchObject([{ code: 'gateway/websocket-timeout' }]);
  });

  it('does not hold up the end of the gateway', async () => {
    const socket = connectSocket({ host: '127.0.0.1', port: harness.port });
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.on('close', resolve).resume());
    await harness.gateway.close();
    await closed;
  });
});

describe('with the certificate of a device', () => {
  beforeEach(async () => {
    await harness.stop();
    harness = await TlsHarness.start('websocket-tls');
    url = `wss://127.0.0.1:${harness.port}/`;
  });

  it('a device gets in, and is judged as on any port', async () => {
    const { certificate: cert, key } = harness.authority.device('pump-1');
    const ca = harness.authority.certificate;
    const client = await connectAsync(url, {
      cert,
      key,
      ca,
      clientId: 'pump-1',
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
    await client.publishAsync('d/pump-1/t', 'x', { qos: 1 });
    await expect(client.publishAsync('d/pump-2/t', 'x', { qos: 1 })).rejects.toThrow();
    expect(harness.of('session-opened')).toMatchObject([{ device: 'pump-1', by: 'certificate' }]);
    const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
    client.on('error', () => undefined);
    harness.set('pump-1', { standing: 'quarantined' });
    await closed;
    await client.endAsync(true);
  });

  it('nobody gets in without one', async () => {
    const socket = new WebSocket(url, ['mqtt'], { ca: harness.authority.certificate });
    await new Promise((resolve) => socket.once('error', resolve));
    await eventually(() => harness.of('handshake-refused').length === 1);
    expect(harness.of('handshake-refused')).toMatchObject([{ code: 'gateway/certificate-missing' }]);
  });

  it('another server may hand over a request that came to its port', async () => {
    const { authority, server, gateway } = harness;
    const front = createHttps({ key: server.key, cert: server.certificate }, (_, response) =>
      response.end('hello'),
    );
    front.on('upgrade', (request, socket, head) =>
      gateway.upgrade(request, socket, head, {
        device: 'pump-1',
        address: '192.0.2.7',
        port: 7,
        serial: '',
        fingerprint: '',
        resumed: false,
      }),
    );
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    const page = await new Promise((resolve, reject) =>
      httpsRequest({ host: '127.0.0.1', port, ca: authority.certificate }, (response) =>
        response.on('data', (data) => resolve(`${data}`)),
      )
        .on('error', reject)
        .end(),
    );
    expect(page).toBe('hello');
    const { socket, bytes } = await open(`wss://127.0.0.1:${port}/mqtt`, { ca: authority.certificate });
    socket.send(bytesOf({ ...connect, clientId: 'pump-1' } as Packet));
    await eventually(() => bytes().startsWith('20'));
    expect(harness.of('session-opened')).toMatchObject([{ address: '192.0.2.7' }]);
    socket.terminate();
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
  });
});
