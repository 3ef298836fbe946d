import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten, type Outcome, run } from './kiten.ts';
import { type OpenBroker, startOpenBroker } from './open-broker.ts';
import { type Subscriber, subscribed } from './subscriber.ts';
import { python, requirePythonModule, requireTool } from './tools.ts';

let broker: OpenBroker;
let port: string;

beforeAll(async () => {
  broker = await startOpenBroker();
  port = broker.port;
});

afterAll(async () => {
  expect(await broker.stop()).toBe(0);
});

it('says where it is, on loopback only', () => {
  expect(broker.ready).toEqual({
    event: 'ready',
    mqtt: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    websocket: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  });
});

describe('kiten broker with several workers', () => {
  it('serves every client on one port, wherever the kernel leads it, and lets nobody else have the port', async () => {
    const several = await startOpenBroker(2);
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => connectAsync(`mqtt://127.0.0.1:${several.port}`)),
    );
    let count = 0;
    const all = new Promise<void>((resolve) => {
      for (const client of clients)
        client.on('message', () => {
          count++;
          if (count === clients.length ** 2) resolve();
        });
    });
    for (const client of clients) await client.subscribeAsync('t', { qos: 1 });
    for (const client of clients) await client.publishAsync('t', 'x', { qos: 1 });
    await all;
    const taken = ['broker', '--open', '--port', several.port, '--workers', '2', '--json'];
    expect((await kiten(taken)).stderr).toContain('kiten/port-in-use');
    for (const client of clients) await client.endAsync();
    expect(await several.stop()).toBe(0);
  });
});

describe('kiten broker', () => {
  it.each([
    ['without --open', ['--port', '0'], 2, '--open'],
    ['without a port', ['--open'], 2, '--port'],
    ['with a port that is none', ['--open', '--port', '70000'], 2, '0 to 65535'],
  ])('%s is wrong usage', async (_, args, code, word) => {
    const outcome = await kiten(['broker', ...args]);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(word);
  });

  it('says that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = String((server.address() as { port: number }).port);
    const outcome = await kiten(['broker', '--open', '--port', taken, '--json']);
    server.close();
    expect(outcome.code).toBe(1);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code: 'kiten/port-in-use' } });
  });
});

it('no client can end the broker: what is wrong costs the one connection', async () => {
  const hello = Buffer.from('101000044d5154540502000000000361', 'hex');
  const connect = Buffer.concat([hello, Buffer.from('6263', 'hex')]);
  const second = ['100d00044d51545404020000000161', '100e00044d5154540602000000000161', '1000'];
  for (const hex of second) {
    const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
    socket.resume().end(Buffer.concat([connect, Buffer.from(hex, 'hex')]));
    await once(socket, 'close');
  }
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  await client.endAsync();
});

it('kiten doctor --limits says what bounds a gateway', async () => {
  const { code, stdout } = await kiten(['doctor', '--limits', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ handshakesPerAddress: 6_000, subscriptionsPerSession: 1_000 });
  expect((await kiten(['doctor', '--limits'])).stdout).toMatch(/^subscriptionsPerSession +1,000$/m);
});

const hasMosquitto = requireTool('mosquitto_pub', 'mosquitto-clients');

describe.skipIf(!hasMosquitto).each(['311', '5'])('mosquitto’s programs, version %s', (version) => {
  const to = (...args: string[]): string[] => ['-h', '127.0.0.1', '-p', port, '-V', version, ...args];
  const publish = (...args: string[]): Promise<Outcome> => run('mosquitto_pub', to(...args));
  const subscribe = (count: number, ...args: string[]): Promise<Subscriber> =>
    subscribed(to('-C', String(count), '-W', '60', ...args));

  it('publish and subscribe as they like, with every QoS', async () => {
    const topic = `m/${version}`;
    const heard = await subscribe(3, '-t', `${topic}/#`, '-q', '2', '-v');
    for (const qos of ['0', '1', '2']) await publish('-t', `${topic}/${qos}`, '-m', qos, '-q', qos);
    await heard.ended;
    expect(heard.lines).toEqual(['0', '1', '2'].map((qos) => `${topic}/${qos} ${qos}`));
  });

  it('find out about the broker', async () => {
    const { lines, ended } = await subscribe(1, '-t', '$SYS/broker/version');
    await ended;
    expect(lines).toEqual([expect.stringMatching(/^Kiten \d+\.\d+\.\d+$/)]);
  });

  it('share a subscription', async () => {
    const topic = `share/${version}`;
    const members = await Promise.all([1, 2].map(() => subscribe(2, '-t', `$share/g/${topic}`, '-q', '1')));
    for (const text of ['1', '2', '3', '4']) await publish('-t', topic, '-m', text, '-q', '1');
    await Promise.all(members.map(({ ended }) => ended));
    expect(members.map(({ lines }) => lines.length)).toEqual([2, 2]);
  });
});

it.skipIf(!hasMosquitto)('mosquitto’s programs ask and answer', async () => {
  const to = (...args: string[]): string[] => ['-h', '127.0.0.1', '-p', port, '-V', '5', ...args];
  const service = await subscribed(to('-t', 'service/add', '-C', '1', '-F', '%R'));
  const asked = run('mosquitto_rr', to('-t', 'service/add', '-e', 'answers/here', '-m', '1+1', '-W', '60'));
  await service.ended;
  const [answerAt = ''] = service.lines;
  await run('mosquitto_pub', to('-t', answerAt, '-m', '2'));
  expect((await asked).stdout.trim()).toBe('2');
});

describe.skipIf(!requirePythonModule('paho.mqtt.client', 'python3-paho-mqtt'))('Eclipse Paho', () => {
  const program = fileURLToPath(new URL('paho-client.py', import.meta.url));

  it.each([
    ['4', ['every QoS', 'retained', 'will', 'a session that was away']],
    [
      '5',
      [
        'every QoS',
        'retained',
        'will',
        'a session that was away',
        'what the broker offers',
        'properties and aliases',
        'no local',
        'shared',
      ],
    ],
  ])('version %s', async (version, expected) => {
    const { stdout, stderr, code } = await run(python, [program, port, version]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.trim().split('\n')).toEqual(expected);
  });
});

describe('MQTT.js', () => {
  it.each([
    ['TCP', () => `mqtt://${broker.mqtt}`],
    ['WebSocket', () => `ws://${broker.websocket}/mqtt`],
  ])('speaks to it over %s', async (_, url) => {
    const client = await connectAsync(url(), { protocolVersion: 5, reconnectPeriod: 0 });
    const arrived = new Promise<string>((resolve) =>
      client.once('message', (_topic, payload) => resolve(payload.toString())),
    );
    await client.subscribeAsync('js/#', { qos: 2 });
    await client.publishAsync('js/x', 'hello', { qos: 2 });
    expect(await arrived).toBe('hello');
    await client.endAsync();
  });
});
