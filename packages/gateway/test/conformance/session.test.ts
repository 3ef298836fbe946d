import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ access: 'open' });
});
afterEach(() => harness.stop());

const client = (clientId: string, version: 4 | 5, more = {}) =>
  harness.client('anyone', { version, clientId, ...more });

const answer = (to: RawClient, type: 'puback' | 'pubrec' | 'pubcomp', packetId: number, reasonCode = 0) =>
  to.send({ type, packetId, reasonCode, properties: noProperties });

async function lost(one: RawClient): Promise<void> {
  const before = harness.of('session-closed').length;
  one.socket.destroy();
  await eventually(() => harness.of('session-closed').length > before);
}

async function leave(one: RawClient, reasonCode = 0): Promise<void> {
  one.send({ type: 'disconnect', reasonCode, properties: noProperties });
  await one.closed;
}

const kept = (version: 4 | 5, more: { receiveMaximum?: number } = {}) => ({
  cleanStart: false,
  ...(version === 5 ? { properties: { sessionExpiryInterval: 60, ...more } } : {}),
});

describe.each([4, 5] as const)('a session, version %i', (version) => {
  it('goes on where it was left, and is present [MQTT-3.1.2-5] [MQTT-3.1.2-6] [MQTT-3.1.2-23] [MQTT-3.1.3-2] [MQTT-3.2.2-3] [MQTT-4.1.0-1] (3.1.1: [MQTT-3.1.2-4] [MQTT-3.1.2-5] [MQTT-3.1.3-2] [MQTT-3.2.2-2] [MQTT-3.2.2-3] [MQTT-4.1.0-1] [MQTT-4.1.0-2])', async () => {
    const first = await harness.socket('anyone', { version });
    expect(await first.connect('one', kept(version))).toMatchObject({ sessionPresent: false });
    await first.subscribe('t', { qos: 2 });
    // As long as it is connected it lives, whatever its expiry.
    harness.pass(120_000);
    await first.settle();
    await leave(first);
    const two = await client('two', version);
    for (const qos of [1, 2] as const) two.publish('t', `${qos}`, { qos });
    await two.settle();
    const second = await harness.socket('anyone', { version });
    expect(await second.connect('one', kept(version))).toMatchObject({ sessionPresent: true });
    expect(await second.messages()).toEqual(['1', '2']);
    const other = await harness.socket('anyone', { version });
    expect(await other.connect('other', kept(version))).toMatchObject({ sessionPresent: false });
  });

  it('is gone after a clean start, which is told of none [MQTT-3.1.2-4] [MQTT-3.1.4-4] [MQTT-3.2.2-2] (3.1.1: [MQTT-3.1.2-6] [MQTT-3.1.4-3] [MQTT-3.2.2-1])', async () => {
    const first = await client('one', version, kept(version));
    await first.subscribe('t');
    await leave(first);
    const second = await harness.socket('anyone', { version });
    expect(await second.connect('one')).toMatchObject({ sessionPresent: false });
    await second.publishAcknowledged('t', 'x');
    expect(await second.messages()).toEqual([]);
    await leave(second);
    // Nor does it outlive its connection.
    const third = await harness.socket('anyone', { version });
    expect(await third.connect('one', kept(version))).toMatchObject({ sessionPresent: false });
  });

  it('sends again what was not acknowledged, in order, under its identifier, marked, and only then [MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.3.2-3] [MQTT-4.3.3-3] (3.1.1: [MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.6.0-1] [MQTT-4.3.2-1] [MQTT-4.3.3-1])', async () => {
    const one = await client('one', version, kept(version));
    await one.subscribe('t', { qos: 2 });
    const two = await client('two', version);
    for (const qos of [1, 2, 1, 2] as const) two.publish('t', `${qos}`, { qos });
    await two.settle();
    await one.settle();
    const sent = one.publications();
    harness.pass(50_000);
    await one.settle();
    expect(one.publications()).toHaveLength(4);
    answer(one, 'puback', sent[0]?.packetId as number);
    await one.settle();
    await lost(one);
    const again = await client('one', version, kept(version));
    await again.settle();
    expect(again.publications().map(({ packetId, qos, dup }) => [packetId, qos, dup])).toEqual(
      sent.slice(1).map(({ packetId, qos }) => [packetId, qos, true]),
    );
  });

  it('sends PUBREL again until PUBCOMP, and not the message [MQTT-4.3.3-5] [MQTT-4.3.3-6] (3.1.1: [MQTT-4.3.3-1] [MQTT-4.4.0-1])', async () => {
    const one = await client('one', version, kept(version));
    await one.subscribe('t', { qos: 2 });
    one.publish('t', 'x', { qos: 2 });
    const { packetId } = (await one.next('publish')) as { packetId: number };
    answer(one, 'pubrec', packetId);
    await one.next('pubrel');
    await lost(one);
    const again = await client('one', version, kept(version));
    expect(await again.next('pubrel')).toMatchObject({ packetId });
    expect(await again.messages()).toEqual([]);
    answer(again, 'pubcomp', packetId);
    await again.settle();
    await lost(again);
    const last = await client('one', version, kept(version));
    await last.settle();
    expect(last.received).toEqual([]);
  });

  it('remembers the QoS 2 messages of its client that are not released [MQTT-4.3.3-10] (3.1.1: [MQTT-4.3.3-2])', async () => {
    const two = await client('two', version);
    await two.subscribe('t');
    const one = await client('one', version, kept(version));
    const packet = {
      type: 'publish',
      topic: 't',
      payload: Buffer.from('once'),
      qos: 2,
      retain: false,
      packetId: 9,
      properties: noProperties,
    } as const;
    one.send({ ...packet, dup: false });
    await one.next('pubrec');
    await lost(one);
    const again = await client('one', version, kept(version));
    again.send({ ...packet, dup: true });
    await again.next('pubrec');
    expect(await two.messages()).toEqual(['once']);
  });
});

const gone = {
  topic: 'gone',
  payload: Buffer.from('gone'),
  qos: 1 as const,
  retain: false,
  properties: noProperties,
};

describe.each([4, 5] as const)('a will, version %i', (version) => {
  const will = gone;
  it('is published when the connection is lost, once [MQTT-3.1.2-7] [MQTT-3.1.2-8] [MQTT-3.1.2-10] [MQTT-3.1.2-14] (3.1.1: [MQTT-3.1.2-8] [MQTT-3.1.2-10] [MQTT-3.1.2-16])', async () => {
    const two = await client('two', version);
    await two.subscribe('gone', { qos: 2 });
    await lost(await client('one', version, { will }));
    await lost(await client('one', version));
    await two.settle();
    expect(two.publications()).toMatchObject([{ topic: 'gone', qos: 1, retain: false }]);
    const late = await client('late', version);
    await late.subscribe('gone');
    expect(await late.messages()).toEqual([]);
  });

  it('is published after an error, a takeover and the end of patience, too [MQTT-3.1.2-8] (3.1.1: [MQTT-3.1.2-8])', async () => {
    const two = await client('two', version);
    await two.subscribe('gone');
    const bad = await client('one', version, { will });
    bad.socket.write(Buffer.from('0000', 'hex'));
    await bad.closed;
    const older = await client('one', version, { will });
    const newer = await client('one', version, { will, keepAlive: 1 });
    await older.closed;
    harness.pass(1_600);
    await newer.closed;
    expect(await two.messages()).toEqual(['gone', 'gone', 'gone']);
  });

  it('with the retain flag is kept [MQTT-3.1.2-15] (3.1.1: [MQTT-3.1.2-17])', async () => {
    await lost(await client('one', version, { will: { ...will, retain: true, qos: 2 } }));
    const two = await client('two', version);
    await two.subscribe('gone', { qos: 2 });
    expect(await two.next('publish')).toMatchObject({ retain: true, qos: 2 });
  });

  it('is dropped when the client takes its leave, or had none [MQTT-3.14.4-3] [MQTT-3.1.2-10] (3.1.1: [MQTT-3.14.4-3] [MQTT-3.1.2-12])', async () => {
    const two = await client('two', version);
    await two.subscribe('gone');
    await leave(await client('one', version, { will }));
    await lost(await client('one', version));
    expect(await two.messages()).toEqual([]);
  });
});

describe('version 5', () => {
  it('waits for its delay, or the end of its session [MQTT-3.1.2-8] [MQTT-3.1.3-9]', async () => {
    const two = await client('two', 5);
    await two.subscribe('gone');
    const delayed = (seconds: number, expiry: number) => ({
      cleanStart: false,
      properties: { sessionExpiryInterval: expiry },
      will: { ...gone, properties: { willDelayInterval: seconds } },
    });
    await lost(await client('one', 5, delayed(10, 20)));
    harness.pass(9_000);
    expect(await two.messages()).toEqual([]);
    // Back in time.
    await lost(await client('one', 5, delayed(10, 20)));
    harness.pass(9_000);
    expect(await two.messages()).toEqual([]);
    harness.pass(2_000);
    expect(await two.messages()).toHaveLength(1);
    await lost(await client('one', 5, delayed(10, 5)));
    harness.pass(6_000);
    expect(await two.messages()).toHaveLength(2);
    await lost(await client('one', 5, delayed(10, 20)));
    await client('one', 5);
    expect(await two.messages()).toHaveLength(3);
  });

  it('ends a session whose expiry is over [MQTT-4.1.0-2]', async () => {
    await lost(await client('one', 5, kept(5)));
    harness.pass(59_000);
    expect(harness.gateway.statistics().sessions).toBe(1);
    harness.pass(2_000);
    expect(harness.gateway.statistics()).toMatchObject({ sessions: 0, expired: 1 });
    const one = await harness.socket('anyone');
    expect(await one.connect('one', kept(5))).toMatchObject({ sessionPresent: false });
  });

  it('lets DISCONNECT change the expiry, but not make one of none', async () => {
    const one = await client('one', 5, kept(5));
    one.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 600 } });
    await one.closed;
    harness.pass(120_000);
    expect(harness.gateway.statistics().sessions).toBe(1);
    const two = await client('two', 5);
    two.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 1 } });
    expect(await two.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it('publishes the will of a client that asks for it on leaving', async () => {
    const will = {
      topic: 'gone',
      payload: Buffer.from('gone'),
      qos: 0 as const,
      retain: false,
      properties: noProperties,
    };
    const two = await client('two', 5);
    await two.subscribe('gone');
    await leave(await client('one', 5, { will }), 0x04);
    expect(await two.messages()).toEqual(['gone']);
  });
});

describe('flow control', () => {
  it('keeps to the receive maximum, and delays nothing but PUBLISH [MQTT-3.3.4-9] [MQTT-3.3.4-10] [MQTT-4.9.0-1] [MQTT-4.9.0-2] [MQTT-4.9.0-3]', async () => {
    const one = await client('one', 5, { properties: { receiveMaximum: 2 } });
    await one.subscribe('t', { qos: 2 });
    const two = await client('two', 5);
    for (const [index, qos] of ([1, 2, 1, 2, 1] as const).entries()) two.publish('t', `${index}`, { qos });
    two.publish('t', 'free', { qos: 0 });
    await two.settle();
    expect(await one.messages()).toEqual(['0', '1', 'free']);
    await one.publishAcknowledged('elsewhere', 'x');
    expect(await one.subscribe('u')).toMatchObject({ reasonCodes: [1] });
    const [first, second] = one.publications() as { packetId: number }[];
    // PUBREC alone gives no room; PUBCOMP does, and so does PUBACK.
    answer(one, 'pubrec', second?.packetId as number);
    await one.next('pubrel');
    expect(await one.messages()).toHaveLength(3);
    answer(one, 'pubcomp', second?.packetId as number);
    expect(await one.messages()).toHaveLength(4);
    answer(one, 'puback', first?.packetId as number);
    expect(await one.messages()).toHaveLength(5);
    // A refusing PUBREC gives room at once, and its message is done with [MQTT-4.4.0-2].
    const refused = one.publications().find(({ payload }) => payload.toString() === '3') as {
      packetId: number;
    };
    answer(one, 'pubrec', refused.packetId, 0x80);
    expect(await one.messages()).toEqual(['0', '1', 'free', '2', '3', '4']);
  });

  it('holds a client that is back to what it now takes, message by message', async () => {
    const one = await client('one', 5, kept(5, { receiveMaximum: 10 }));
    await one.subscribe('t', { qos: 2 });
    const two = await client('two', 5);
    for (const [index, qos] of ([2, 1, 2, 1, 1] as const).entries()) two.publish('t', `${index}`, { qos });
    await two.settle();
    await one.settle();
    const sent = one.publications() as { packetId: number }[];
    answer(one, 'pubrec', sent[0]?.packetId as number);
    await one.next('pubrel');
    await lost(one);
    two.publish('t', 'later', { qos: 1 });
    await two.settle();
    const again = await client('one', 5, kept(5, { receiveMaximum: 2 }));
    expect(await again.next('pubrel')).toMatchObject({ packetId: sent[0]?.packetId });
    expect(await again.messages()).toEqual(['1']);
    answer(again, 'pubcomp', sent[0]?.packetId as number);
    expect(await again.messages()).toEqual(['1', '2']);
    answer(again, 'puback', sent[1]?.packetId as number);
    answer(again, 'pubrec', sent[2]?.packetId as number, 0x80);
    expect(await again.messages()).toEqual(['1', '2', '3', '4']);
    expect(again.publications().every(({ dup }) => dup)).toBe(true);
    answer(again, 'puback', sent[3]?.packetId as number);
    expect(await again.messages()).toEqual(['1', '2', '3', '4', 'later']);
    await lost(again);
    const last = await client('one', 5, kept(5));
    // What was refused with PUBREC is not sent again.
    expect(await last.messages()).toEqual(['4', 'later']);
  });

  it('ends a client that goes beyond ours [MQTT-3.3.4-7]', async () => {
    const one = await harness.socket('anyone');
    const { properties } = await one.connect('one');
    for (let index = 0; index < (properties.receiveMaximum as number); index++)
      one.publish('t', 'x', { qos: 2 });
    await one.settle();
    one.publish('t', 'x', { qos: 2 });
    expect(await one.next('disconnect')).toMatchObject({ reasonCode: 0x93 });
  });
});
