import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };

async function leave(client: RawClient): Promise<void> {
  client.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
  await client.closed;
}

describe.each([4, 5] as const)('a persistent session, version %i', (version) => {
  const options = version === 5 ? persistent : { cleanStart: false };

  it('keeps subscriptions and QoS 1 and 2 messages, in order, and not QoS 0', async () => {
    const screen = await harness.client('screen', { version, ...options });
    await screen.subscribe('d/#', { qos: 2 });
    await leave(screen);
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'one');
    pump.publish('d/pump-1/t', 'lost');
    pump.publish('d/pump-1/t', 'two', { qos: 2 });
    const { packetId } = await pump.next('pubrec');
    pump.send({ type: 'pubrel', packetId, reasonCode: 0, properties: noProperties });
    await pump.next('pubcomp');
    await pump.publishAcknowledged('d/pump-1/t', 'three');
    const again = await harness.socket('screen', { version });
    expect(await again.connect('screen', options)).toMatchObject({ sessionPresent: true });
    expect(await again.messages()).toEqual(['one', 'two', 'three']);
    expect(again.publications().map(({ qos }) => qos)).toEqual([1, 2, 1]);
  });

  it('sends again what was not acknowledged, with the same identifier', async () => {
    const screen = await harness.client('screen', { version, ...options });
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1', { version });
    for (const text of ['one', 'two', 'three']) await pump.publishAcknowledged('d/pump-1/t', text);
    await screen.settle();
    const [one, two] = screen.publications();
    screen.send({
      type: 'puback',
      packetId: one?.packetId as number,
      reasonCode: 0,
      properties: noProperties,
    });
    await screen.settle();
    screen.socket.destroy();
    const again = await harness.client('screen', { version, ...options });
    expect(await again.messages()).toEqual(['two', 'three']);
    expect(again.publications()[0]).toMatchObject({ dup: true, packetId: two?.packetId });
  });

  it('is gone after a clean start', async () => {
    const screen = await harness.client('screen', { version, ...options });
    await screen.subscribe('d/#');
    await leave(screen);
    const clean = await harness.socket('screen', { version });
    expect(await clean.connect('screen', { cleanStart: true })).toMatchObject({ sessionPresent: false });
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'x');
    expect(await clean.messages()).toEqual([]);
  });
});

it('ends a session when its time is over, or when DISCONNECT says so', async () => {
  const screen = await harness.client('screen', persistent);
  await leave(screen);
  harness.pass(600_001);
  expect(harness.gateway.statistics().sessions).toBe(0);
  const other = await harness.client('screen', persistent);
  other.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  await other.closed;
  expect(harness.gateway.statistics().sessions).toBe(0);
});

it('bounds the queue of a session that is away and counts what finds no room', async () => {
  await harness.stop();
  harness = await Harness.start({ limits: { queuedMessages: 3 } });
  const screen = await harness.client('screen', persistent);
  await screen.subscribe('d/#');
  await leave(screen);
  const pump = await harness.client('pump-1');
  for (const text of ['1', '2', '3', '4', '5']) await pump.publishAcknowledged('d/pump-1/t', text);
  expect(harness.gateway.statistics()).toMatchObject({ queuedMessages: 3, dropped: 2 });
  const again = await harness.client('screen', persistent);
  expect(await again.messages()).toEqual(['1', '2', '3']);
});

it('keeps to the receive maximum of the client', async () => {
  const screen = await harness.client('screen', { properties: { receiveMaximum: 2 } });
  await screen.subscribe('d/#');
  const pump = await harness.client('pump-1');
  for (const text of ['1', '2', '3', '4']) await pump.publishAcknowledged('d/pump-1/t', text);
  expect(await screen.messages()).toEqual(['1', '2']);
  const [first] = screen.publications();
  screen.send({
    type: 'puback',
    packetId: first?.packetId as number,
    reasonCode: 0,
    properties: noProperties,
  });
  expect(await screen.messages()).toEqual(['1', '2', '3']);
});

it('keeps to the maximum packet size of the client', async () => {
  const screen = await harness.client('screen', { properties: { maximumPacketSize: 100 } });
  await screen.subscribe('d/#');
  const pump = await harness.client('pump-1');
  for (const qos of [0, 1] as const) {
    pump.publish('d/pump-1/t', 'x'.repeat(200), { qos });
    pump.publish('d/pump-1/t', 'short', { qos });
    pump.publish('d/pump-1/t', 'x'.repeat(200), { qos });
    await pump.settle();
  }
  expect(await screen.messages()).toEqual(['short', 'short']);
});

describe('QoS 2', () => {
  it('passes a message on once, however often it is sent before its release', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#', { qos: 2 });
    const pump = await harness.client('pump-1');
    const packet = {
      type: 'publish',
      topic: 'd/pump-1/t',
      payload: Buffer.from('once'),
      qos: 2,
      retain: false,
      packetId: 7,
      properties: noProperties,
    } as const;
    pump.send({ ...packet, dup: false });
    pump.send({ ...packet, dup: true });
    await pump.next('pubrec');
    await pump.next('pubrec');
    pump.send({ type: 'pubrel', packetId: 7, reasonCode: 0, properties: noProperties });
    expect(await pump.next('pubcomp')).toMatchObject({ packetId: 7, reasonCode: 0 });
    pump.send({ type: 'pubrel', packetId: 7, reasonCode: 0, properties: noProperties });
    expect(await pump.next('pubcomp')).toMatchObject({ packetId: 7, reasonCode: 0x92 });

    const [delivered] = [await screen.next('publish')];
    expect(delivered).toMatchObject({ qos: 2 });
    const packetId = delivered?.packetId as number;
    screen.send({ type: 'pubrec', packetId, reasonCode: 0, properties: noProperties });
    expect(await screen.next('pubrel')).toMatchObject({ packetId });
    screen.send({ type: 'pubcomp', packetId, reasonCode: 0, properties: noProperties });
    expect(await screen.messages()).toEqual([]);
  });

  it('bounds what a client may leave unreleased', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { unreleasedMessages: 3 } });
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 4; index++) pump.publish('d/pump-1/t', 'x', { qos: 2 });
    expect(await pump.next('disconnect')).toMatchObject({ reasonCode: 0x93 });
  });
});

describe('retained messages', () => {
  it('are kept, replaced and cleared, and come marked as retained', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/a', 'old', { retain: true });
    await pump.publishAcknowledged('d/pump-1/a', 'new', { retain: true });
    await pump.publishAcknowledged('d/pump-1/b', 'gone', { retain: true });
    await pump.publishAcknowledged('d/pump-1/b', '', { retain: true });
    const screen = await harness.client('screen');
    await screen.subscribe('d/+/+');
    expect(await screen.messages()).toEqual(['new']);
    expect(screen.publications()[0]?.retain).toBe(true);
    await pump.publishAcknowledged('d/pump-1/a', 'live', { retain: true });
    expect(await screen.messages()).toEqual(['new', 'live']);
    expect(screen.publications()[1]?.retain).toBe(false);
  });

  it('follow retain handling and retain-as-published', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/a', 'kept', { retain: true });
    const screen = await harness.client('screen');
    await screen.subscribe('d/#', { retainHandling: 2 });
    expect(await screen.messages()).toEqual([]);
    await screen.subscribe('d/#', { retainHandling: 1 });
    expect(await screen.messages()).toEqual([]);
    await screen.subscribe('d/pump-1/#', { retainHandling: 1, retainAsPublished: true });
    expect(await screen.messages()).toEqual(['kept']);
    await pump.publishAcknowledged('d/pump-1/a', 'live', { retain: true });
    await screen.settle();
    expect(screen.publications()[1]).toMatchObject({ retain: true });
  });

  it('are bounded per device', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { retainedMessagesPerDevice: 2 } });
    const pump = await harness.client('pump-1');
    const codes: number[] = [];
    for (const name of ['a', 'b', 'c', 'a']) {
      codes.push((await pump.publishAcknowledged(`d/pump-1/${name}`, 'x', { retain: true })).reasonCode);
    }
    expect(codes).toEqual([0, 0, 0x97, 0]);
    expect(harness.gateway.statistics().retainedMessages).toBe(2);
  });

  it('expire', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/a', 'x', {
      retain: true,
      properties: { messageExpiryInterval: 10 },
    });
    harness.pass(4_000);
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    await screen.settle();
    expect(screen.publications()).toMatchObject([{ properties: { messageExpiryInterval: 6 } }]);
    harness.pass(6_000);
    await screen.subscribe('d/#');
    expect(await screen.messages()).toEqual(['x']);
  });
});

describe('wills', () => {
  const will = {
    topic: 'd/pump-1/gone',
    payload: Buffer.from('gone'),
    qos: 1 as const,
    retain: false,
    properties: noProperties,
  };

  it('are published when a connection is lost, not when it is ended in order', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const orderly = await harness.client('pump-1', { will });
    await leave(orderly);
    expect(await screen.messages()).toEqual([]);
    const lost = await harness.client('pump-1', { will });
    lost.socket.destroy();
    await eventually(() => harness.of('session-closed').length === 2);
    expect(await screen.messages()).toEqual(['gone']);
    const asked = await harness.client('pump-1', { will });
    asked.send({ type: 'disconnect', reasonCode: 4, properties: noProperties });
    await asked.closed;
    expect(await screen.messages()).toEqual(['gone', 'gone']);
  });

  it('wait for their delay, and are forgotten if the client is back before', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const delayed = { ...persistent, will: { ...will, properties: { willDelayInterval: 30 } } };
    const first = await harness.client('pump-1', delayed);
    first.socket.destroy();
    await eventually(() => harness.of('session-closed').length === 1);
    harness.pass(29_000);
    const second = await harness.client('pump-1', delayed);
    harness.pass(5_000);
    expect(await screen.messages()).toEqual([]);
    second.socket.destroy();
    await eventually(() => harness.of('session-closed').length === 2);
    harness.pass(30_000);
    expect(await screen.messages()).toEqual(['gone']);
  });

  it('are judged when they fire: what is not permitted then is not published', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1', { will: { ...will, topic: 'd/pump-2/gone' } });
    pump.socket.destroy();
    await eventually(() => harness.of('session-closed').length === 1);
    expect(await screen.messages()).toEqual([]);
    expect(harness.of('denied')).toMatchObject([
      { device: 'pump-1', action: 'publish', topic: 'd/pump-2/gone' },
    ]);
  });
});

describe('subscriptions', () => {
  it('that overlap give one copy, with the largest QoS and every identifier', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#', { qos: 0 }, { subscriptionIdentifiers: [1] });
    await screen.subscribe('d/+/t', { qos: 1 }, { subscriptionIdentifiers: [2] });
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 2; index++) await pump.publishAcknowledged('d/pump-1/t', 'x');
    expect(await screen.messages()).toEqual(['x', 'x']);
    for (const { qos, properties } of screen.publications()) {
      expect(qos).toBe(1);
      expect([...(properties.subscriptionIdentifiers ?? [])].sort()).toEqual([1, 2]);
    }
  });

  it('do not bring a client its own messages if it wants none', async () => {
    const panel = await harness.client('panel');
    const other = await harness.client('panel', { clientId: 'panel/other' });
    const { parsePolicies } = await import('@kiten/policy/cedar');
    const policies = parsePolicies('permit (principal, action, resource);');
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies });
    await panel.subscribe('x/#', { noLocal: true });
    await other.subscribe('x/#');
    for (let index = 0; index < 2; index++) await panel.publishAcknowledged('x/y', 'mine');
    expect(await panel.messages()).toEqual([]);
    expect(await other.messages()).toEqual(['mine', 'mine']);
  });

  it('end with UNSUBSCRIBE', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', '1');
    screen.send({ type: 'unsubscribe', packetId: 9, filters: ['d/#', 'd/+'], properties: noProperties });
    expect(await screen.next('unsuback')).toMatchObject({ packetId: 9, reasonCodes: [0, 0x11] });
    await pump.publishAcknowledged('d/pump-1/t', '2');
    expect(await screen.messages()).toEqual(['1']);
    expect(harness.gateway.statistics().subscriptions).toBe(0);
  });

  it('are bounded per session', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { subscriptionsPerSession: 2, topicLevels: 8 } });
    const pump = await harness.client('pump-1');
    const codes: number[] = [];
    for (const filter of [
      'c/pump-1/1',
      'c/pump-1/2',
      'c/pump-1/3',
      'c/pump-1/2',
      `c/pump-1${'/+'.repeat(10)}`,
    ]) {
      codes.push((await pump.subscribe(filter)).reasonCodes[0] as number);
    }
    expect(codes).toEqual([1, 1, 0x97, 1, 0x8f]);
  });
});

it('carries properties between versions as far as each has them', async () => {
  const properties = {
    payloadFormatIndicator: 1,
    contentType: 'text/plain',
    responseTopic: 'd/pump-1/answer',
    correlationData: Buffer.from([1, 2, 3]),
    userProperties: [
      ['a', '1'],
      ['a', '2'],
    ],
  } as const;
  const five = await harness.client('screen');
  const four = await harness.client('screen', { version: 4, clientId: 'screen/4' });
  for (const client of [five, four]) await client.subscribe('d/#');
  const pump = await harness.client('pump-1');
  const old = await harness.client('pump-2', { version: 4 });
  for (const qos of [0, 1] as const) {
    for (let round = 0; round < 2; round++) {
      pump.publish('d/pump-1/t', 'new', { qos, properties });
      pump.publish('d/pump-1/t', 'bare', { qos });
      old.publish('d/pump-2/t', 'old', { qos });
      await Promise.all([pump.settle(), old.settle()]);
    }
  }
  expect((await four.messages()).sort()).toEqual((await five.messages()).sort());
  expect(five.publications()).toHaveLength(12);
  for (const message of five.publications()) {
    expect(message.properties).toEqual(message.payload.toString() === 'new' ? properties : {});
  }
});

it('says of a message that lives for no time that none is left [MQTT-3.3.2-6]', async () => {
  const screen = await harness.client('screen');
  await screen.subscribe('d/#', { qos: 0 });
  const pump = await harness.client('pump-1');
  pump.publish('d/pump-1/t', 'now or never', { properties: { messageExpiryInterval: 0 } });
  await pump.settle();
  await screen.settle();
  expect(screen.publications()).toMatchObject([{ properties: { messageExpiryInterval: 0 } }]);
});

it('counts the life of a will from its publication, however long its client was connected (§3.1.3.2.4)', async () => {
  const screen = await harness.client('screen');
  await screen.subscribe('d/#');
  const will = {
    topic: 'd/pump-1/gone',
    payload: Buffer.from('gone'),
    qos: 1 as const,
    retain: false,
    properties: { messageExpiryInterval: 10 },
  };
  const pump = await harness.client('pump-1', { will });
  harness.pass(60_000);
  pump.socket.destroy();
  await eventually(() => harness.of('session-closed').length === 1);
  await screen.settle();
  expect(screen.publications()).toMatchObject([{ properties: { messageExpiryInterval: 10 } }]);
});
