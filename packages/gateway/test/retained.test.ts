import { cp } from 'node:fs/promises';
import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';
import { remove, temporaryDirectory } from './support/store-fixture.ts';

let directory: string;
let harness: Harness;
let pump: RawClient;
let screen: RawClient;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await harness.stop();
  await remove(directory);
});

const connect = { cleanStart: false, properties: { receiveMaximum: 1, sessionExpiryInterval: 600 } };

async function lose(client: RawClient, closed: number): Promise<void> {
  client.socket.destroy();
  await eventually(() => harness.of('session-closed').length === closed);
}

/** So many messages, one after the other acknowledged, and what else comes with the next round trip. */
async function take(client: RawClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  const takeWhatCame = (): boolean => {
    for (const packet of client.publications()) {
      client.received.splice(client.received.indexOf(packet), 1);
      texts.push(`${packet.payload}${packet.retain ? ' retained' : ''}`);
      const { packetId } = packet;
      if (packetId !== undefined)
        client.send({ type: 'puback', packetId, reasonCode: 0, properties: noProperties });
    }
    return texts.length >= count;
  };
  await eventually(takeWhatCame, `${count} messages`);
  for (let turn = 0; turn < 3; turn++) await client.settle();
  takeWhatCame();
  return texts;
}

describe.each([
  ['in memory', () => Harness.start()],
  ['on the disk', () => Harness.open(directory)],
] as const)('retained messages that wait for room, %s', (where, open) => {
  beforeEach(async () => {
    harness = await open();
    pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/a', 'a', { retain: true });
    await pump.publishAcknowledged('d/pump-1/b', 'b', { retain: true });
    screen = await harness.client('screen', connect);
  });

  it('come although the subscription is replaced meanwhile [MQTT-3.8.4-4]', async () => {
    await screen.subscribe('d/#');
    await screen.subscribe('d/#', { retainHandling: 2 });
    expect(await take(screen, 2)).toEqual(['a retained', 'b retained']);
  });

  it('come once, though the filter is there twice in one SUBSCRIBE [MQTT-3.8.4-5]', async () => {
    const option = { filter: 'd/#', qos: 1, noLocal: false, retainAsPublished: false } as const;
    screen.send({
      type: 'subscribe',
      packetId: 9,
      properties: noProperties,
      subscriptions: [
        { ...option, retainHandling: 1 },
        { ...option, retainHandling: 1 },
      ],
    });
    await screen.next('suback');
    expect(await take(screen, 2)).toEqual(['a retained', 'b retained']);
  });

  it('come after a reconnection: they are pending, and part of the session (§4.1)', async () => {
    await screen.subscribe('d/#');
    await screen.settle();
    await lose(screen, 1);
    const again = await harness.client('screen', connect);
    expect(await take(again, 2)).toEqual(['a retained', 'b retained']);
  });

  it('come before what the same publisher says later on the topic [MQTT-4.6.0-5]', async () => {
    await screen.subscribe('d/#');
    await pump.publishAcknowledged('d/pump-1/b', 'b, later');
    expect(await take(screen, 3)).toEqual(['a retained', 'b retained', 'b, later']);
  });

  it('come before that after a reconnection too', async () => {
    await screen.subscribe('d/#');
    await pump.publishAcknowledged('d/pump-1/b', 'b, later');
    await lose(screen, 1);
    const again = await harness.client('screen', connect);
    expect(await take(again, 3)).toEqual(['a retained', 'b retained', 'b, later']);
  });

  it('are those of the time of the SUBSCRIBE: what is published later comes once [MQTT-3.3.1-12]', async () => {
    await screen.subscribe('d/#');
    await screen.subscribe('d/+/new');
    await pump.publishAcknowledged('d/pump-1/new', 'new', { retain: true });
    const texts = await take(screen, 3);
    expect(texts.filter((text) => text.startsWith('new'))).toEqual(['new']);
  });

  it('hold up what has QoS 0 as little as it holds up them', async () => {
    pump.publish('d/pump-1/c', 'c', { retain: true });
    await pump.settle();
    await screen.subscribe('d/#', { qos: 2 });
    await screen.settle();
    expect(screen.publications().map(({ payload }) => payload.toString())).toEqual(['c', 'a']);
  });

  it('do not come once the subscription is gone, where they have not begun', async () => {
    if (where === 'on the disk') return;
    await screen.subscribe('d/#');
    await screen.subscribe('d/+/b');
    screen.send({ type: 'unsubscribe', packetId: 9, filters: ['d/+/b', 'd/#'], properties: noProperties });
    await screen.next('unsuback');
    expect(await take(screen, 1)).toEqual(['a retained']);
  });

  it('take the place that there is in the queue of a client that goes, and are counted beyond', async () => {
    await harness.stop();
    await remove(directory);
    const limits = { queuedMessages: 3 };
    harness =
      where === 'in memory' ? await Harness.start({ limits }) : await Harness.open(directory, { limits });
    const other = await harness.client('pump-1');
    for (const text of ['1', '2', '3', '4', '5', '6'])
      await other.publishAcknowledged(`d/pump-1/${text}`, text, { retain: true });
    const reader = await harness.client('screen', connect);
    await reader.subscribe('d/#');
    await reader.settle();
    await lose(reader, 1);
    expect(harness.gateway.statistics()).toMatchObject({ overflowed: 2, queuedMessages: 3 });
    const again = await harness.client('screen', connect);
    expect(await take(again, 4)).toEqual(['1 retained', '2 retained', '3 retained', '4 retained']);
  });
});

it('retained messages for a kept session outlive a crash with the SUBACK, very many too', async () => {
  const limits = { retainedMessagesPerDevice: 10_000, retainedMessages: 10_000 };
  harness = await Harness.open(directory, { limits });
  pump = await harness.client('pump-1');
  for (let index = 0; index < 6_000; index++)
    pump.publish(`d/pump-1/${index}`, `${index}`, { qos: 1, retain: true });
  await pump.settle();
  screen = await harness.client('screen', connect);
  await screen.subscribe('d/#');
  const image = await temporaryDirectory();
  await cp(directory, image, { recursive: true });
  await harness.stop();
  harness = await Harness.open(image, { limits });
  // One may have been on its way.
  expect(harness.gateway.statistics().queuedMessages).toBeGreaterThanOrEqual(5_999);
  const again = await harness.client('screen', connect);
  expect(await take(again, 3)).toEqual(expect.arrayContaining(['0 retained', '1 retained']));
  await remove(image);
});
