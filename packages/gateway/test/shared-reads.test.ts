import { randomBytes } from 'node:crypto';
import { encodePacket, noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../src/index.ts';
import { eventually } from './support/harness.ts';
import { RawClient } from './support/raw-client.ts';

let gateway: Gateway;
let port: number;
const clients: RawClient[] = [];

beforeEach(async () => {
  gateway = createGateway({
    trustDomain: 'plant-7.example',
    clock: { now: () => Date.now() },
    random: (bytes) => randomBytes(bytes),
    emit: () => undefined,
    access: 'open',
    limits: { connections: 4, closeTimeout: 200, outboundBytes: 65_536 },
  });
  ({ port } = await gateway.listen({ kind: 'plain', host: '127.0.0.1', port: 0 }));
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await gateway.close();
});

async function client(id: string): Promise<RawClient> {
  const opened = await RawClient.open(port, 4);
  clients.push(opened);
  await opened.connect(id);
  return opened;
}

function packet(topic: string, payload: Buffer): Buffer {
  const fields = { type: 'publish', qos: 0, retain: false, dup: false, properties: noProperties } as const;
  return encodePacket({ ...fields, topic, payload }, 4);
}

describe('connections that are read into one buffer', () => {
  it('keep what is not complete yet to themselves, however their pieces alternate', async () => {
    const reader = await client('reader');
    await reader.subscribe('#', { qos: 0 });
    const writers = [await client('a'), await client('b')];
    const packets = ['a', 'b'].map((name) => packet(`from/${name}`, Buffer.alloc(600, name)));
    for (let at = 0; at < 640; at += 7) {
      for (const [index, writer] of writers.entries())
        writer.socket.write(packets[index]!.subarray(at, at + 7));
      // A turn of the loop: each piece is read by itself.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => reader.publications().length === 2, 'both messages');
    const said = reader.publications().map(({ topic, payload }) => [topic, payload.toString()]);
    expect(Object.fromEntries(said)).toEqual({ 'from/a': 'a'.repeat(600), 'from/b': 'b'.repeat(600) });
  });

  it('bring packets that are larger than the buffer', async () => {
    const reader = await client('reader');
    await reader.subscribe('#', { qos: 0 });
    const writer = await client('writer');
    const payload = randomBytes(500_000);
    writer.socket.write(packet('large', payload));
    await eventually(() => reader.publications().length === 1, 'the message');
    expect(reader.publications()[0]?.payload.equals(payload)).toBe(true);
  });

  it('are counted until they end, so that others can come', async () => {
    for (let round = 0; round < 3; round++) {
      const four = await Promise.all(['1', '2', '3', '4'].map(client));
      expect(gateway.statistics().connections).toBe(4);
      for (const each of four) each.socket.end();
      await Promise.all(four.map((each) => each.closed));
      await eventually(() => gateway.statistics().connections === 0, 'the end of all connections');
    }
  });

  it('are not read from while the reader of what they say lags behind, and lose nothing', async () => {
    const reader = await client('reader');
    await reader.subscribe('#', { qos: 1 });
    reader.socket.pause();
    const writer = await client('writer');
    for (let index = 0; index < 200; index++) writer.publish('t', `${index}`.padEnd(50_000), { qos: 1 });
    await eventually(() => gateway.statistics().received > 0, 'the first message');
    reader.socket.resume();
    await eventually(() => reader.publications().length === 200, 'all messages');
    expect(reader.publications().map(({ payload }) => Number(payload.toString()))).toEqual(
      Array.from({ length: 200 }, (_, index) => index),
    );
  });
});
