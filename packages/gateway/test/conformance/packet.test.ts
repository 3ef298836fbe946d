import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../src/index.ts';
import { eventually, Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ access: 'open', limits: { packetSize: 4_096 } });
});
afterEach(() => harness.stop());

const client = (version: 4 | 5, more = {}) =>
  harness.client('anyone', { version, clientId: 'client', ...more });

/** Sends bytes after CONNECT, and gives what came back until the connection ended. */
async function fate(version: 4 | 5, hex: string): Promise<unknown> {
  const one = await client(version);
  one.socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  await one.closed;
  return one.received;
}

/** Name; the bytes in 3.1.1 and in 5.0; the reason of DISCONNECT in 5.0. */
const malformed: readonly (readonly [string, string | undefined, string | undefined, number])[] = [
  ['header flags of PUBREL [MQTT-3.6.1-1] (3.1.1: [MQTT-3.6.1-1])', '6002 0001', '6002 0001', 0x81],
  [
    'header flags of SUBSCRIBE [MQTT-3.8.1-1] (3.1.1: [MQTT-3.8.1-1])',
    '8006 0001 0001 61 00',
    '8007 0001 00 0001 61 00',
    0x81,
  ],
  [
    'header flags of UNSUBSCRIBE [MQTT-3.10.1-1] (3.1.1: [MQTT-3.10.1-1])',
    'a005 0001 0001 61',
    'a006 0001 00 0001 61',
    0x81,
  ],
  ['header flags of DISCONNECT [MQTT-3.14.1-1] (3.1.1: [MQTT-3.14.1-1])', 'e100', 'e100', 0x81],
  ['header flags of PINGREQ [MQTT-2.1.3-1] (3.1.1: [MQTT-2.2.2-1] [MQTT-2.2.2-2])', 'c100', 'c100', 0x81],
  ['header flags of AUTH [MQTT-3.15.1-1]', undefined, 'f100', 0x81],
  ['the packet type 0', '0000', '0000', 0x81],
  ['AUTH in 3.1.1', 'f000', undefined, 0],
  ['QoS 3 [MQTT-3.3.1-4] (3.1.1: [MQTT-3.3.1-4])', '3605 0001 61 0001', '3606 0001 61 0001 00', 0x81],
  ['DUP with QoS 0 [MQTT-3.3.1-2] (3.1.1: [MQTT-3.3.1-2])', '3803 0001 61', '3804 0001 61 00', 0x81],
  [
    'a topic with a wildcard [MQTT-3.3.2-2] [MQTT-4.7.0-1] (3.1.1: [MQTT-3.3.2-2] [MQTT-4.7.1-1])',
    '3005 0003 612f2b',
    '3006 0003 612f2b 00',
    0x90,
  ],
  ['a topic of no characters [MQTT-4.7.3-1] (3.1.1: [MQTT-4.7.3-1])', '3002 0000', undefined, 0],
  [
    'U+0000 in a topic [MQTT-1.5.4-2] [MQTT-4.7.3-2] (3.1.1: [MQTT-1.5.3-2] [MQTT-4.7.3-2])',
    '3003 0001 00',
    '3004 0001 00 00',
    0x81,
  ],
  [
    'a topic that is not UTF-8 [MQTT-1.5.4-1] [MQTT-3.3.2-1] (3.1.1: [MQTT-1.5.3-1] [MQTT-3.3.2-1])',
    '3003 0001 ff',
    '3004 0001 ff 00',
    0x81,
  ],
  ['a surrogate [MQTT-1.5.4-1] (3.1.1: [MQTT-1.5.3-1])', '3005 0003 eda080', '3006 0003 eda080 00', 0x81],
  [
    'a packet identifier of 0 [MQTT-2.2.1-3] (3.1.1: [MQTT-2.3.1-1])',
    '3205 0001 61 0000',
    '3206 0001 61 0000 00',
    0x82,
  ],
  [
    'a filter that is not UTF-8 [MQTT-3.8.3-1] (3.1.1: [MQTT-3.8.3-1])',
    '8206 0001 0001 ff 00',
    '8207 0001 00 0001 ff 00',
    0x81,
  ],
  ['no filter to subscribe to [MQTT-3.8.3-2] (3.1.1: [MQTT-3.8.3-3])', '8202 0001', '8203 0001 00', 0x82],
  [
    'reserved subscription options [MQTT-3.8.3-5] (3.1.1: [MQTT-3-8.3-4])',
    '8206 0001 0001 61 04',
    '8207 0001 00 0001 61 c0',
    0x81,
  ],
  [
    'a subscription with QoS 3 (3.1.1: [MQTT-3-8.3-4])',
    '8206 0001 0001 61 03',
    '8207 0001 00 0001 61 03',
    0x82,
  ],
  [
    '# that is not the last level [MQTT-4.7.1-1] (3.1.1: [MQTT-4.7.1-2])',
    '8208 0001 0003 232f61 00',
    '8209 0001 00 0003 232f61 00',
    0x8f,
  ],
  [
    '+ that is not all of a level [MQTT-4.7.1-2] (3.1.1: [MQTT-4.7.1-3])',
    '8207 0001 0002 612b 00',
    '8208 0001 00 0002 612b 00',
    0x8f,
  ],
  [
    'a filter to unsubscribe from that is not UTF-8 [MQTT-3.10.3-1] (3.1.1: [MQTT-3.10.3-1])',
    'a205 0001 0001 ff',
    'a206 0001 00 0001 ff',
    0x81,
  ],
  [
    'no filter to unsubscribe from [MQTT-3.10.3-2] (3.1.1: [MQTT-3.10.3-2])',
    'a202 0001',
    'a203 0001 00',
    0x82,
  ],
  ['five bytes of length', 'c080808080', 'c080808080', 0x81],
  ['a length that is not minimal [MQTT-1.5.5-1]', undefined, 'c08000', 0x81],
  ['bytes beyond the end of a field', 'c00100', 'c00100', 0x81],
  ['a packet that ends within a field', '820400010005', '820400010005', 0x81],
  ['a packet of the server’s', '20020000', '2003000000', 0x82],
  ['a property that PUBLISH has not', undefined, '3009 0001 61 05 11 00000001', 0x81],
  ['a property twice', undefined, '3008 0001 61 04 0101 0101', 0x82],
  ['a value that a property cannot have', undefined, '3006 0001 61 02 0102', 0x82],
  ['ill-formed text in a pair [MQTT-1.5.7-1]', undefined, '300b 0001 61 07 26 0001 61 0001 ff', 0x81],
  ['a content type that is not UTF-8 [MQTT-3.3.2-19]', undefined, '3008 0001 61 04 03 0001 ff', 0x81],
  ['a response topic that is not UTF-8 [MQTT-3.3.2-13]', undefined, '3008 0001 61 04 08 0001 ff', 0x81],
  ['a response topic with a wildcard [MQTT-3.3.2-14]', undefined, '3008 0001 61 04 08 0001 23', 0x82],
  ['a topic alias of 0 [MQTT-3.3.2-8]', undefined, '3007 0001 61 03 23 0000', 0x94],
  ['a subscription identifier [MQTT-3.3.4-6]', undefined, '3006 0001 61 02 0b01', 0x82],
  ['a reason code that PUBACK has not [MQTT-3.4.2-1]', undefined, '4003 0001 92', 0x82],
  ['a packet that is too large [MQTT-3.2.2-15]', undefined, '30ff7f', 0x95],
];

describe('a connection ends, and 5.0 is told why [MQTT-4.13.1-1] [MQTT-4.13.2-1] (3.1.1: [MQTT-4.8.0-1]), because of', () => {
  it.each(malformed.filter(([, old]) => old !== undefined))('%s, in 3.1.1', async (_, old) => {
    expect(await fate(4, old as string)).toEqual([]);
    await (await client(4)).settle();
  });

  it.each(malformed.filter(([, , young]) => young !== undefined))(
    '%s, in 5.0',
    async (_, __, young, code) => {
      const [goodbye, ...more] = (await fate(5, young as string)) as { reasonCode: number }[];
      expect(goodbye).toMatchObject({ type: 'disconnect', reasonCode: code });
      // [MQTT-3.14.4-1]
      expect(more).toEqual([]);
    },
  );
});

describe.each([4, 5] as const)('version %i', (version) => {
  it('PINGREQ is answered with PINGRESP [MQTT-3.12.4-1] (3.1.1: [MQTT-3.12.4-1])', async () => {
    const one = await client(version);
    one.send({ type: 'pingreq' });
    expect(await one.next('pingresp')).toEqual({ type: 'pingresp' });
  });

  it('U+FEFF stays where it is [MQTT-1.5.4-3] (3.1.1: [MQTT-1.5.3-3])', async () => {
    const one = await client(version);
    await one.subscribe('\uFEFFa/#');
    await one.publishAcknowledged('\uFEFFa/\uFEFF', 'x');
    await one.publishAcknowledged('a/b', 'not this');
    expect((await one.next('publish')).topic).toBe('\uFEFFa/\uFEFF');
    expect(await one.messages()).toEqual([]);
  });

  it('topics are compared as they are, character by character [MQTT-4.7.3-4] (3.1.1: [MQTT-4.7.3-4])', async () => {
    const one = await client(version);
    for (const filter of ['caf\u00e9', 'A/b', '/a', 'b ']) await one.subscribe(filter);
    for (const topic of ['cafe\u0301', 'a/b', 'a', 'b', '/a/', '//a'])
      await one.publishAcknowledged(topic, topic);
    expect(await one.messages()).toEqual([]);
    for (const topic of ['caf\u00e9', 'A/b', '/a', 'b ']) await one.publishAcknowledged(topic, topic);
    expect(await one.messages()).toEqual(['caf\u00e9', 'A/b', '/a', 'b ']);
  });

  it('a topic may have 65,535 bytes, and each of them counts [MQTT-4.7.3-3] (3.1.1: [MQTT-4.7.3-3])', async () => {
    await harness.stop();
    harness = await Harness.start({ access: 'open' });
    const one = await client(version);
    const long = 'x'.repeat(65_535);
    await one.subscribe(long);
    await one.publishAcknowledged(long, 'here');
    await one.publishAcknowledged(long.slice(1), 'not here');
    expect(await one.messages()).toEqual(['here']);
  });

  it('wildcards match as they should, and nothing that begins with $ [MQTT-4.7.2-1] (3.1.1: [MQTT-4.7.2-1])', async () => {
    const matches: readonly (readonly [string, readonly string[]])[] = [
      ['a/+/c', ['a/b/c', 'a//c']],
      ['a/#', ['a', 'a/', 'a/b/c']],
      ['+/+', ['/a', 'a/b']],
      ['#', ['a', '/', 'a/$b']],
      ['+', ['a']],
      ['$x/#', ['$x', '$x/y']],
    ];
    for (const [filter, topics] of matches) {
      const one = await client(version);
      await one.subscribe(filter);
      for (const topic of [...topics, '$y/z', '$y']) await one.publishAcknowledged(topic, topic);
      expect(await one.messages()).toEqual(topics);
      one.socket.destroy();
      await one.closed;
    }
  });

  it('a client of nothing but the standard’s packets is served (3.1.1: [MQTT-7.0.0-2] [MQTT-7.1.1-1]) [MQTT-4.2.0-1]', async () => {
    const one = await client(version);
    await one.subscribe('t', { qos: 2 });
    one.publish('t', 'x', { qos: 2 });
    await one.next('pubrec');
    expect((await one.next('publish')).payload.toString()).toBe('x');
    one.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
    await one.closed;
  });
});

describe('DISCONNECT of ours', () => {
  it('comes after CONNACK only, with a code and no session expiry, and is the end [MQTT-3.14.0-1] [MQTT-3.14.2-1] [MQTT-3.14.2-2] [MQTT-3.14.4-1] [MQTT-3.14.4-2]', async () => {
    const early = await harness.socket('anyone');
    early.socket.write(Buffer.from('c000', 'hex'));
    await early.closed;
    expect(early.received).toEqual([]);
    const one = await client(5);
    one.socket.write(Buffer.from('0000c000c000', 'hex'));
    await one.closed;
    expect(one.received).toMatchObject([{ type: 'disconnect', reasonCode: 0x81 }]);
    expect(one.received[0]).not.toHaveProperty('properties.sessionExpiryInterval');
  });

  it('leaves its reason out where it would be too large [MQTT-3.14.2-3]', async () => {
    for (const [maximumPacketSize, hasReason] of [
      [200, true],
      [24, false],
    ] as const) {
      const one = await client(5, { properties: { maximumPacketSize } });
      one.socket.write(Buffer.from('0000', 'hex'));
      const { properties } = await one.next('disconnect');
      expect(properties.reasonString !== undefined).toBe(hasReason);
    }
  });

  it('says that the server goes', async () => {
    const one: RawClient = await client(5);
    await harness.gateway.close();
    expect(await one.next('disconnect')).toMatchObject({ reasonCode: 0x8b });
  });
});

describe('a second CONNECT ends the connection, and nothing else [MQTT-3.1.0-2] (3.1.1: [MQTT-3.1.0-2])', () => {
  const second = {
    'as the first': '100e00044d5154540502000000000161',
    'of another version': '100d00044d51545404020000000161',
    'of a version that is none': '100e00044d5154540602000000000161',
    'of another protocol': '100d00044d51545804020000000161',
    'without a client id in 3.1.1': '100c00044d515454040000000000',
    'that is cut off': '100100',
    'that is empty': '1000',
  };
  it.each(Object.entries(second))('%s', async (_, hex) => {
    for (const version of [4, 5] as const) {
      const witness = await client(version, { clientId: 'witness' });
      const one = await client(version);
      one.socket.write(Buffer.from(hex, 'hex'));
      if (version === 5) expect(await one.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
      await one.closed;
      await witness.settle();
    }
    expect(harness.of('fault')).toEqual([]);
  });
});

describe('a fault of ours', () => {
  it('while a connection ends costs nobody else anything', async () => {
    await harness.stop();
    let isBroken = false;
    const told: GatewayEvent[] = [];
    harness = await Harness.start({
      access: 'open',
      emit(event) {
        if (isBroken && event.kind === 'session-closed') throw new Error('no room for it');
        told.push(event);
      },
    });
    const good = await client(5);
    const bad = [
      await client(5, { clientId: 'lost' }),
      await client(5, { clientId: 'gone' }),
      await client(4, { clientId: 'cut' }),
    ] as const;
    isBroken = true;
    bad[0].socket.destroy();
    bad[1].send({ type: 'disconnect', reasonCode: 0, properties: {} });
    bad[2].socket.write(Buffer.from('0000', 'hex'));
    await Promise.all(bad.map(({ closed }) => closed));
    await eventually(() => harness.gateway.statistics().connections === 1);
    expect(told.filter(({ kind }) => kind === 'fault').length).toBeGreaterThanOrEqual(3);
    await good.settle();
    isBroken = false;
  });

  it('ends the one connection that met it (3.1.1: [MQTT-4.8.0-2])', async () => {
    await harness.stop();
    let isBroken = false;
    harness = await Harness.start({
      access: 'open',
      random: (bytes) => {
        if (isBroken) throw new Error('no randomness');
        return Buffer.alloc(bytes, 1);
      },
    });
    const good = await client(4);
    isBroken = true;
    const bad = await harness.socket('anyone', { version: 4 });
    await expect(bad.connect('')).rejects.toThrow('closed');
    expect(harness.of('fault')).toMatchObject([{ code: 'gateway/internal-fault' }]);
    await good.settle();
  });
});
