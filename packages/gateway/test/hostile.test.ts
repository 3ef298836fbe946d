import { encodePacket, noProperties, type Packet } from '@kiten/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ limits: { packetSize: 4096, connectPacketSize: 1024 } });
});
afterEach(() => harness.stop());

const connect = (version: 4 | 5): Packet => ({
  type: 'connect',
  version,
  clientId: 'pump-1',
  cleanStart: true,
  keepAlive: 0,
  properties: noProperties,
});

/** A conversation that a client may have, in one piece. */
function conversation(version: 4 | 5): Buffer {
  const publish = {
    type: 'publish',
    topic: 'd/pump-1/t',
    retain: false,
    dup: false,
    properties: noProperties,
  } as const;
  const packets: Packet[] = [
    connect(version),
    {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [
        { filter: 'c/pump-1/#', qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
      properties: noProperties,
    },
    { ...publish, payload: Buffer.from('zero'), qos: 0 },
    { ...publish, payload: Buffer.from('one'), qos: 0 },
    { ...publish, payload: Buffer.from('two'), qos: 1, packetId: 2 },
    { ...publish, payload: Buffer.from('three'), qos: 1, packetId: 3 },
    { ...publish, payload: Buffer.from('four'), qos: 2, packetId: 4 },
    { type: 'pubrel', packetId: 4, reasonCode: 0, properties: noProperties },
    { ...publish, payload: Buffer.alloc(300, 'x'), qos: 0 },
    { type: 'unsubscribe', packetId: 5, filters: ['c/pump-1/#'], properties: noProperties },
    { type: 'pingreq' },
    { type: 'disconnect', reasonCode: 0, properties: noProperties },
  ];
  return Buffer.concat(packets.map((packet) => encodePacket(packet, version)));
}

it.each([4, 5] as const)(
  'means the same wherever the stream of bytes is split, version %i',
  async (version) => {
    const bytes = conversation(version);
    const screen = await harness.client('screen', { version });
    await screen.subscribe('d/#', { qos: 2 });
    const answers = new Set<string>();
    for (let split = 1; split < bytes.length; split += 3) {
      const client = await harness.socket('pump-1', { version });
      client.socket.write(bytes.subarray(0, split));
      await eventually(() => harness.gateway.statistics().bytesIn > 0);
      await new Promise((resolve) => setImmediate(resolve));
      client.socket.write(bytes.subarray(split));
      await client.closed;
      answers.add(
        client.received
          .map((packet) => `${packet.type} ${'packetId' in packet ? packet.packetId : ''}`)
          .join(),
      );
    }
    expect([...answers]).toEqual([
      'connack ,suback 1,puback 2,puback 3,pubrec 4,pubcomp 4,unsuback 5,pingresp ',
    ]);
    const rounds = Math.ceil((bytes.length - 1) / 3);
    // QoS 1 and 2 are never acknowledged here: the screen gets what fits into its window, all of QoS 0 in between.
    expect(harness.gateway.statistics()).toMatchObject({ received: rounds * 6, refused: 0, dropped: 0 });
  },
);

it('takes a packet byte by byte', async () => {
  const client = await harness.socket('pump-1');
  for (const byte of conversation(5)) client.socket.write(Buffer.of(byte));
  await client.closed;
  expect(client.received).toHaveLength(8);
});

it('survives any bytes, before and after CONNECT, and goes on serving others', async () => {
  const witness = await harness.client('screen');
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.constantFrom(4 as const, 5 as const),
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 4 }),
      async (isConnected, version, chunks) => {
        const client = isConnected
          ? await harness.client('pump-1', { version })
          : await harness.socket('pump-1', { version });
        client.socket.removeAllListeners('data').resume();
        for (const chunk of chunks) client.socket.write(chunk);
        client.socket.end();
        await client.closed;
        await witness.settle();
      },
    ),
    { numRuns: 150 },
  );
  expect(harness.of('fault')).toEqual([]);
});

it('survives every flipped byte of a conversation', async () => {
  const witness = await harness.client('screen');
  for (const version of [4, 5] as const) {
    const bytes = conversation(version);
    for (let at = 0; at < bytes.length; at += 2) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      const client = await harness.socket('pump-1', { version });
      client.socket.removeAllListeners('data').resume();
      client.socket.end(flipped);
      await client.closed;
    }
  }
  await witness.settle();
  expect(harness.of('fault')).toEqual([]);
  expect(harness.gateway.statistics().connections).toBe(1);
});

it('refuses a packet by the size that it announces', async () => {
  const before = await harness.socket('pump-1');
  before.socket.write(Buffer.from('10ff7f', 'hex'));
  await before.closed;
  const after = await harness.client('pump-1');
  after.socket.write(Buffer.from('30ffffff7f', 'hex'));
  expect(await after.next('disconnect')).toMatchObject({ reasonCode: 0x95 });
  await after.closed;
});

it.each<[string, string, number]>([
  ['five bytes of length', '30ffffffff01', 0x81],
  ['a length that is not minimal', 'c08000', 0x81],
  ['QoS 3', '360400016100', 0x81],
  ['a topic with a wildcard', '3004000123' + '00', 0x90],
  ['text that is not UTF-8', '30040001ff00', 0x81],
  ['a packet identifier of 0', '3206000161000000', 0x82],
  ['a topic alias beyond the maximum', '300700016103230041', 0x94],
  ['a topic alias of 0', '300700016103230000', 0x94],
  ['a topic alias that stands for nothing', '3006000003230001', 0x82],
  ['a server’s packet', '2003000000', 0x82],
  ['AUTH out of the blue', 'f000', 0x82],
  ['SUBSCRIBE without a filter', '82030001' + '00', 0x82],
])('tells a client of version 5 about %s', async (_, hex, code) => {
  const client = await harness.client('pump-1');
  client.socket.write(Buffer.from(hex, 'hex'));
  expect(await client.next('disconnect')).toMatchObject({ reasonCode: code });
  await client.closed;
});

it('drops QoS 0 for a client that does not read, and keeps its own memory', async () => {
  await harness.stop();
  harness = await Harness.start({ limits: { outboundBytes: 65_536 } });
  const screen = await harness.client('screen', { version: 4 });
  await screen.subscribe('d/#', { qos: 0 });
  screen.socket.pause();
  const pump = await harness.client('pump-1', { version: 4 });
  const payload = 'x'.repeat(10_000);
  for (let round = 0; round < 400; round++) {
    for (let index = 0; index < 5; index++) pump.publish('d/pump-1/t', payload);
    await pump.settle();
  }
  const { dropped, sent } = harness.gateway.statistics();
  expect(dropped).toBeGreaterThan(0);
  expect(dropped + sent).toBe(2_000);
  screen.socket.resume();
  await eventually(() => screen.publications().length === sent, 'the rest');
  pump.publish('d/pump-1/t', 'again');
  await eventually(
    () => screen.publications().at(-1)?.payload.toString() === 'again',
    'a message after congestion',
  );
});

it('lets acknowledgements of nothing, in any number and order, come to nothing', async () => {
  const witness = await harness.client('screen');
  const pump = await harness.client('pump-1');
  for (let index = 0; index < 5_000; index++) {
    const packetId = ((index * 13) % 65_535) + 1;
    const type = (['puback', 'pubrec', 'pubcomp', 'pubrel'] as const)[index % 4] as 'puback';
    pump.send({ type, packetId, reasonCode: 0, properties: noProperties });
  }
  await pump.settle();
  const answers = pump.received as { type: string; reasonCode: number }[];
  expect(new Set(answers.map(({ type, reasonCode }) => `${type} ${reasonCode}`))).toEqual(
    new Set([`pubrel ${0x92}`, `pubcomp ${0x92}`]),
  );
  await witness.settle();
  // What is in flight is not touched by identifiers that are not its own.
  await pump.subscribe('c/pump-1/#', { qos: 2 });
  const panel = await harness.client('panel');
  await panel.publishAcknowledged('c/pump-1/set', 'x');
  expect(await pump.messages()).toEqual(['x']);
});

it('turns a client away again and again that reconnects in a storm, and serves the others', async () => {
  await harness.stop();
  harness = await Harness.start({ limits: { connectsPerDevice: 20 } });
  const witness = await harness.client('screen');
  const codes: number[] = [];
  for (let index = 0; index < 60; index++) {
    const client = await harness.socket('pump-1');
    codes.push((await client.connect('pump-1')).reasonCode);
    client.socket.destroy();
  }
  expect(codes.filter((code) => code === 0)).toHaveLength(20);
  expect(codes.filter((code) => code === 0x9f)).toHaveLength(40);
  // Told once, not forty times.
  expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/connects-too-often', repeated: 1 }]);
  await witness.settle();
});
