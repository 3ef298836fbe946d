import { cp, readdir, stat } from 'node:fs/promises';
import { noProperties, type Properties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, eventually, fleet, Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';
import { remove, temporaryDirectory } from '../support/store-fixture.ts';

let directory: string;
let harness: Harness;
beforeEach(async () => {
  directory = await temporaryDirectory();
  harness = await Harness.open(directory);
});
afterEach(async () => {
  await harness.stop();
  await remove(directory);
});

const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };

/** Ends the gateway in order and starts it anew, so many milliseconds later by its clock. */
async function restart(later = 1_000, devices = fleet): Promise<void> {
  const now = harness.clock.now() + later;
  await harness.stop();
  harness = await Harness.open(directory, { now }, devices);
}

/** Starts the gateway anew on what is on the disk at this moment, as after a crash. */
async function crash(later = 1_000): Promise<void> {
  const now = harness.clock.now() + later;
  const image = await temporaryDirectory();
  await cp(directory, image, { recursive: true });
  await harness.stop();
  await remove(directory);
  directory = image;
  harness = await Harness.open(directory, { now });
}

/** Resolves when the store has gone quiet. */
async function settled(): Promise<void> {
  for (let last = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    await harness.rested();
    const { storeBytes } = harness.gateway.statistics();
    if (storeBytes === last) return;
    last = storeBytes;
  }
}

async function leave(client: RawClient): Promise<void> {
  client.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
  await client.closed;
}

async function lose(client: RawClient): Promise<void> {
  const { connections } = harness.gateway.statistics();
  client.socket.destroy();
  await client.closed;
  await eventually(() => harness.gateway.statistics().connections < connections, 'the end');
  await settled();
}

/** The payloads that come; what waits on the disk is read first. */
async function messages(client: RawClient, count: number): Promise<string[]> {
  await eventually(() => client.publications().length >= count, `${count} messages`);
  return client.messages();
}

function acknowledge(client: RawClient, type: 'puback' | 'pubrec' | 'pubcomp', packetId: number): void {
  client.send({ type, packetId, reasonCode: 0, properties: noProperties });
}

describe.each([
  ['a restart', restart],
  ['a crash', crash],
] as const)('through %s', (_, again) => {
  it('subscriptions survive, with all their options, and so does their end', async () => {
    const screen = await harness.client('screen', persistent);
    const options = { qos: 2, noLocal: true, retainAsPublished: true } as const;
    await screen.subscribe('d/pump-1/#', options, { subscriptionIdentifiers: [77] });
    await screen.subscribe('d/pump-2/#');
    screen.send({ type: 'unsubscribe', packetId: 9, filters: ['d/pump-2/#'], properties: noProperties });
    await screen.next('unsuback');
    await again();
    expect(harness.gateway.statistics()).toMatchObject({ sessions: 1, subscriptions: 1 });
    for (const id of ['pump-1', 'pump-2']) {
      const pump = await harness.client(id);
      await pump.publishAcknowledged(`d/${id}/t`, id, { retain: true });
    }
    const back = await harness.socket('screen');
    expect(await back.connect('screen', persistent)).toMatchObject({ sessionPresent: true });
    expect(await messages(back, 1)).toEqual(['pump-1']);
    expect(back.publications()).toMatchObject([
      { qos: 1, retain: true, properties: { subscriptionIdentifiers: [77] } },
    ]);
  });

  it('messages survive that wait, with everything that belongs to them', async () => {
    const screen = await harness.client('screen', persistent);
    await screen.subscribe('d/#', { qos: 2 });
    await leave(screen);
    const properties: Properties = {
      payloadFormatIndicator: 1,
      contentType: 'text/plain',
      responseTopic: 'd/pump-1/answer',
      correlationData: Buffer.from([1, 2, 3]),
      userProperties: [
        ['a', '1'],
        ['a', '2'],
      ],
    };
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'one', { properties });
    pump.publish('d/pump-1/t', 'two', { qos: 2 });
    await pump.next('pubrec');
    await again();
    const back = await harness.client('screen', persistent);
    expect(await messages(back, 2)).toEqual(['one', 'two']);
    expect(back.publications()).toMatchObject([
      { qos: 1, dup: false, properties },
      { qos: 2, dup: false, properties: {} },
    ]);
  });

  it('what is under way to a client is sent again under its identifier, or released', async () => {
    const screen = await harness.client('screen', persistent);
    await screen.subscribe('d/#', { qos: 2 });
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'one');
    pump.publish('d/pump-1/t', 'two', { qos: 2 });
    pump.publish('d/pump-1/t', 'three', { qos: 2 });
    await eventually(() => screen.publications().length === 3, 'three messages');
    const [one, two, three] = screen.publications().map(({ packetId }) => packetId as number) as [
      number,
      number,
      number,
    ];
    acknowledge(screen, 'pubrec', two);
    expect(await screen.next('pubrel')).toMatchObject({ packetId: two });
    await lose(screen);
    await again();
    const back = await harness.client('screen', persistent);
    expect(await back.next('pubrel')).toMatchObject({ packetId: two });
    await eventually(() => back.publications().length === 2, 'what was not received');
    expect(back.publications()).toMatchObject([
      { packetId: one, dup: true, qos: 1 },
      { packetId: three, dup: true, qos: 2 },
    ]);
    acknowledge(back, 'pubcomp', two);
    acknowledge(back, 'puback', one);
    acknowledge(back, 'pubrec', three);
    await back.next('pubrel');
    acknowledge(back, 'pubcomp', three);
    await lose(back);
    await again();
    const last = await harness.client('screen', persistent);
    expect(await last.messages()).toEqual([]);
    expect(last.received).toEqual([]);
  });

  it('a QoS 2 message of a client is passed on once, and its identifier can be used again', async () => {
    const screen = await harness.client('screen', persistent);
    await screen.subscribe('d/#', { qos: 2 });
    await leave(screen);
    const pump = await harness.client('pump-1', persistent);
    const packet = {
      type: 'publish',
      topic: 'd/pump-1/t',
      qos: 2,
      retain: false,
      packetId: 5,
      properties: noProperties,
    } as const;
    pump.send({ ...packet, dup: false, payload: Buffer.from('once') });
    await pump.next('pubrec');
    await lose(pump);
    await again();
    const back = await harness.client('pump-1', persistent);
    back.send({ ...packet, dup: true, payload: Buffer.from('once') });
    await back.next('pubrec');
    back.send({ type: 'pubrel', packetId: 5, reasonCode: 0, properties: noProperties });
    expect(await back.next('pubcomp')).toMatchObject({ reasonCode: 0 });
    await lose(back);
    await again();
    const last = await harness.client('pump-1', persistent);
    last.send({ ...packet, dup: false, payload: Buffer.from('another') });
    await last.next('pubrec');
    const reader = await harness.client('screen', persistent);
    expect(await messages(reader, 2)).toEqual(['once', 'another']);
  });

  it('retained messages survive, in their last form', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/a', 'old', { retain: true });
    await pump.publishAcknowledged('d/pump-1/a', 'new', { retain: true });
    await pump.publishAcknowledged('d/pump-1/b', 'gone', { retain: true });
    await pump.publishAcknowledged('d/pump-1/b', '', { retain: true });
    await again();
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    expect(await screen.messages()).toEqual(['new']);
    expect(harness.gateway.statistics().retainedMessages).toBe(1);
  });

  it('a will waits for the rest of its delay, and not if its client is back', async () => {
    const will = (topic: string) => ({
      topic,
      payload: Buffer.from('gone'),
      qos: 1 as const,
      retain: false,
      properties: { willDelayInterval: 30 },
    });
    for (const id of ['pump-1', 'pump-2']) {
      const pump = await harness.client(id, { ...persistent, will: will(`d/${id}/gone`) });
      await lose(pump);
    }
    await again(10_000);
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const back = await harness.client('pump-2', persistent);
    harness.pass(19_000);
    expect(await screen.messages()).toEqual([]);
    harness.pass(1_000);
    expect(await screen.messages()).toEqual(['gone']);
    expect(screen.publications()[0]?.topic).toBe('d/pump-1/gone');
    await leave(back);
    await again();
    harness.pass(100_000);
    expect(harness.of('denied')).toEqual([]);
  });
});

it('the will of a client that was connected when the gateway crashed is published after its delay', async () => {
  const will = {
    topic: 'd/pump-1/gone',
    payload: Buffer.from('gone'),
    qos: 1 as const,
    retain: false,
    properties: { willDelayInterval: 5 },
  };
  await harness.client('pump-1', { ...persistent, will });
  await settled();
  await crash();
  const screen = await harness.client('screen');
  await screen.subscribe('d/#');
  harness.pass(4_000);
  expect(await screen.messages()).toEqual([]);
  harness.pass(1_000);
  expect(await screen.messages()).toEqual(['gone']);
});

it('wills of clients that were connected when the gateway ended in order wait for the next start', async () => {
  const will = (id: string) => ({
    topic: `d/${id}/gone`,
    payload: Buffer.from('gone'),
    qos: 1 as const,
    retain: false,
    properties: { willDelayInterval: 30, messageExpiryInterval: 60 },
  });
  for (const id of ['pump-1', 'pump-2']) await harness.client(id, { ...persistent, will: will(id) });
  // One that ends with its connection leaves nothing behind.
  await harness.client('panel', { will: will('panel') });
  await restart(10_000);
  const screen = await harness.client('screen');
  await screen.subscribe('d/#');
  await harness.client('pump-2', persistent);
  harness.pass(20_000);
  expect(await screen.messages()).toEqual(['gone']);
  // How long it lives counts from its publication.
  expect(screen.publications()[0]).toMatchObject({
    topic: 'd/pump-1/gone',
    properties: { messageExpiryInterval: 60 },
  });
});

it('a session whose client the crash cut off ends in its time, however often there is a restart', async () => {
  const screen = await harness.client('screen', persistent);
  await screen.subscribe('d/#');
  await settled();
  await crash();
  await settled();
  await crash(400_000);
  harness.pass(190_000);
  await restart(20_000);
  const back = await harness.socket('screen');
  expect(await back.connect('screen', persistent)).toMatchObject({ sessionPresent: false });
});

it('a message that is larger than the client takes leaves its place to the next', async () => {
  const properties = { sessionExpiryInterval: 600, receiveMaximum: 1, maximumPacketSize: 100 };
  const screen = await harness.client('screen', { cleanStart: false, properties });
  await screen.subscribe('d/#', { qos: 2 });
  const pump = await harness.client('pump-1');
  pump.publish('d/pump-1/t', 'x'.repeat(200), { qos: 2 });
  pump.publish('d/pump-1/t', 'short', { qos: 2 });
  expect(await messages(screen, 1)).toEqual(['short']);
});

it('what was sent does not expire: it is sent again', async () => {
  const screen = await harness.client('screen', persistent);
  await screen.subscribe('d/#', { qos: 2 });
  const pump = await harness.client('pump-1');
  await pump.publishAcknowledged('d/pump-1/t', 'x', { properties: { messageExpiryInterval: 5 } });
  const { packetId } = await screen.next('publish');
  await lose(screen);
  await restart(10_000);
  const back = await harness.client('screen', persistent);
  await messages(back, 1);
  expect(back.publications()).toMatchObject([{ packetId, dup: true }]);
});

describe('time', () => {
  const other = { ...persistent, clientId: 'screen/2' };

  async function away(): Promise<void> {
    for (const options of [persistent, other]) {
      const screen = await harness.client('screen', options);
      await screen.subscribe('d/#');
      await leave(screen);
    }
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'short', { properties: { messageExpiryInterval: 60 } });
    await pump.publishAcknowledged('d/pump-1/t', 'long');
    await pump.publishAcknowledged('d/pump-1/kept', 'kept', {
      retain: true,
      properties: { messageExpiryInterval: 60 },
    });
  }

  it('that passes while the gateway is down counts for sessions and messages', async () => {
    await away();
    await restart(40_000);
    const back = await harness.client('screen', persistent);
    expect(await messages(back, 3)).toEqual(['short', 'long', 'kept']);
    const left = back.publications().map((packet) => packet.properties.messageExpiryInterval);
    expect(left).toEqual([20, undefined, 20]);
    await leave(back);
    await restart(30_000);
    const late = await harness.client('screen', other);
    await late.subscribe('d/+/kept');
    expect(await messages(late, 1)).toEqual(['long']);
    await leave(late);
    // What was sent in time does not expire any more.
    const again = await harness.client('screen', persistent);
    expect(await messages(again, 3)).toEqual(['short', 'long', 'kept']);
    expect(again.publications().every(({ dup }) => dup)).toBe(true);
    await leave(again);
    await restart(600_001);
    harness.gateway.sweep();
    const last = await harness.socket('screen');
    expect(await last.connect('screen', persistent)).toMatchObject({ sessionPresent: false });
  });

  it('that is stepped back extends nothing', async () => {
    await away();
    await restart(-3_600_000);
    harness.pass(59_000);
    const back = await harness.client('screen', {
      ...persistent,
      properties: { sessionExpiryInterval: 700 },
    });
    await messages(back, 3);
    expect(back.publications()[0]?.properties.messageExpiryInterval).toBe(1);
    await leave(back);
    harness.pass(699_000);
    expect(harness.gateway.statistics().sessions).toBe(1);
    await restart(-7_200_000);
    harness.pass(2_000);
    const late = await harness.socket('screen');
    expect(await late.connect('screen', persistent)).toMatchObject({ sessionPresent: false });
  });
});

describe('what the site decided while the gateway was down', () => {
  beforeEach(async () => {
    const pump = await harness.client('pump-1', persistent);
    await pump.subscribe('c/pump-1/#');
    await leave(pump);
    const panel = await harness.client('panel', persistent);
    await panel.publishAcknowledged('c/pump-1/set', 'on');
    await panel.publishAcknowledged('c/pump-2/state', 'kept', { retain: true });
    await leave(panel);
  });
  const others = fleet.filter(({ id }) => id !== 'pump-1');

  it('empties the queue of a device that was quarantined, for good', async () => {
    await restart(1_000, [...others, device('pump-1', { standing: 'quarantined' })]);
    expect(harness.gateway.statistics()).toMatchObject({ queuedMessages: 0, sessions: 2 });
    await settled();
    await crash();
    const pump = await harness.socket('pump-1');
    expect(await pump.connect('pump-1', persistent)).toMatchObject({ sessionPresent: true });
    expect(await pump.messages()).toEqual([]);
  });

  it('ends the session of a device that was revoked, and of one that was removed', async () => {
    await restart(1_000, [...others, device('pump-1', { standing: 'revoked' })]);
    expect(harness.gateway.statistics().sessions).toBe(1);
    await restart(1_000, fleet);
    const pump = await harness.socket('pump-1');
    expect(await pump.connect('pump-1', persistent)).toMatchObject({ sessionPresent: false });
    await leave(pump);
    const noPanel = fleet.filter(({ id }) => id !== 'panel');
    await restart(1_000, noPanel);
    await harness.client('screen');
    expect(harness.gateway.statistics()).toMatchObject({ sessions: 2, retainedMessages: 0 });
  });

  it('withholds what a device said that has fallen since', async () => {
    const reader = await harness.client('pump-2', persistent);
    await reader.subscribe('c/pump-2/#');
    await leave(reader);
    const panel = await harness.client('panel', { groups: ['controllers'] } as object);
    await panel.publishAcknowledged('c/pump-2/set', 'said while trusted');
    await restart(1_000, [
      ...fleet.filter(({ id }) => id !== 'panel'),
      device('panel', { standing: 'quarantined', groups: ['controllers'] }),
    ]);
    const back = await harness.client('pump-2', persistent);
    await eventually(() => harness.gateway.statistics().withheld === 2, 'both messages of it withheld');
    expect(await back.messages()).toEqual([]);
  });
});

it('a fall empties what is queued and under way, on the disk too', async () => {
  const pump = await harness.client('pump-1', {
    ...persistent,
    properties: { sessionExpiryInterval: 600, receiveMaximum: 1 },
  });
  await pump.subscribe('c/pump-1/#', { qos: 2 });
  const panel = await harness.client('panel');
  for (const text of ['1', '2', '3']) await panel.publishAcknowledged('c/pump-1/set', text);
  await eventually(() => pump.publications().length === 1, 'the first');
  harness.set(device('pump-1', { standing: 'quarantined' }));
  await settled();
  await crash();
  const back = await harness.client('pump-1', persistent);
  expect(await back.messages()).toEqual([]);
});

it('keeps nothing of sessions that end with their connection, and writes nothing for them', async () => {
  await settled();
  const { storeBytes } = harness.gateway.statistics();
  const screen = await harness.client('screen');
  await screen.subscribe('d/#');
  const pump = await harness.client('pump-1', { version: 4 });
  for (let index = 0; index < 50; index++) await pump.publishAcknowledged('d/pump-1/t', `${index}`);
  await leave(screen);
  await settled();
  expect(harness.gateway.statistics().storeBytes).toBe(storeBytes);
  await crash();
  expect(harness.gateway.statistics().sessions).toBe(0);
});

it('lies in a directory that only its owner may read', async () => {
  const names = await readdir(directory, { recursive: true });
  expect((await stat(directory)).mode & 0o077).toBe(0);
  for (const name of names) expect((await stat(`${directory}/${name}`)).mode & 0o077).toBe(0);
});
