import { noProperties, type Subscription } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ access: 'open' });
});
afterEach(() => harness.stop());

const client = (clientId: string, version: 4 | 5, more = {}) =>
  harness.client('anyone', { version, clientId, ...more });

const wanted = (filter: string, qos: 0 | 1 | 2, more: Partial<Subscription> = {}): Subscription => ({
  filter,
  qos,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0,
  ...more,
});

async function subscribe(one: RawClient, packetId: number, subscriptions: readonly Subscription[]) {
  one.send({ type: 'subscribe', packetId, subscriptions, properties: noProperties });
  return one.next('suback');
}

async function unsubscribe(one: RawClient, packetId: number, filters: readonly string[]) {
  one.send({ type: 'unsubscribe', packetId, filters, properties: noProperties });
  return one.next('unsuback');
}

describe.each([4, 5] as const)('SUBSCRIBE, version %i', (version) => {
  it('is answered under its identifier, with a code for each filter in their order [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1] [MQTT-2.2.1-6] (3.1.1: [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-4] [MQTT-3.8.4-5] [MQTT-3.9.3-1] [MQTT-2.3.1-7])', async () => {
    const one = await client('one', version);
    const suback = await subscribe(one, 0xabcd, [wanted('a', 2), wanted('b', 0), wanted('c', 1)]);
    expect(suback).toMatchObject({ packetId: 0xabcd, reasonCodes: [2, 0, 1] });
    for (const topic of ['a', 'b', 'c']) await one.publishAcknowledged(topic, topic);
    expect(await one.messages()).toEqual(['a', 'b', 'c']);
  });

  it('is told of each refusal by itself [MQTT-3.9.3-2] (3.1.1: [MQTT-3.9.3-2])', async () => {
    await harness.stop();
    harness = await Harness.start({});
    const pump = await harness.client('pump-1', { version });
    const suback = await subscribe(pump, 1, [
      wanted('c/pump-1/#', 1),
      wanted('#', 2),
      wanted('c/pump-1/x', 0),
    ]);
    expect(suback.reasonCodes).toEqual([1, version === 5 ? 0x87 : 0x80, 0]);
  });

  it('for the same filter takes the place of the earlier one, brings retained messages again, and loses nothing [MQTT-3.8.4-3] [MQTT-3.8.4-4] (3.1.1: [MQTT-3.8.4-3] [MQTT-3.3.1-6])', async () => {
    const [one, two] = [await client('one', version), await client('two', version)];
    await two.publishAcknowledged('t', 'kept', { retain: true });
    await subscribe(one, 1, [wanted('t', 0)]);
    await two.publishAcknowledged('t', 'live');
    expect(await subscribe(one, 2, [wanted('t', 1)])).toMatchObject({ reasonCodes: [1] });
    await two.publishAcknowledged('t', 'again');
    expect(await one.messages()).toEqual(['kept', 'live', 'kept', 'again']);
    expect(one.publications().map(({ qos }) => qos)).toEqual([0, 0, 1, 1]);
    expect(harness.gateway.statistics().subscriptions).toBe(1);
  });

  it('brings the retained message of each topic that matches, marked as such [MQTT-3.3.1-9] (3.1.1: [MQTT-3.3.1-6] [MQTT-3.3.1-8])', async () => {
    const one = await client('one', version);
    for (const topic of ['a/b', 'a/c', 'b/c', 'a'])
      await one.publishAcknowledged(topic, topic, { retain: true });
    await subscribe(one, 1, [wanted('a/+', 1), wanted('b/c', 1)]);
    await one.settle();
    const got = one.publications();
    expect(got.map(({ topic }) => topic).sort()).toEqual(['a/b', 'a/c', 'b/c']);
    expect(got.every(({ retain }) => retain)).toBe(true);
  });
});

describe.each([4, 5] as const)('UNSUBSCRIBE, version %i', (version) => {
  it('is answered under its identifier, even if it ended nothing [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6] [MQTT-2.2.1-6] (3.1.1: [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6] [MQTT-2.3.1-7])', async () => {
    const one = await client('one', version);
    await subscribe(one, 1, [wanted('a', 0), wanted('b', 0)]);
    expect(await unsubscribe(one, 0x1234, ['b', 'x', 'a'])).toMatchObject({ packetId: 0x1234 });
    expect(await unsubscribe(one, 0x4321, ['b'])).toMatchObject({ packetId: 0x4321 });
    expect(harness.gateway.statistics().subscriptions).toBe(0);
  });

  it('ends the subscription of exactly that filter [MQTT-3.10.4-1] [MQTT-3.10.4-2] (3.1.1: [MQTT-3.10.4-1] [MQTT-3.10.4-2])', async () => {
    const one = await client('one', version);
    await subscribe(one, 1, [wanted('a/+', 1), wanted('b', 1)]);
    await unsubscribe(one, 2, ['a/b', 'a/#', 'B', '+']);
    for (const topic of ['a/b', 'b']) await one.publishAcknowledged(topic, 'still');
    await unsubscribe(one, 3, ['a/+']);
    for (const topic of ['a/b', 'b']) await one.publishAcknowledged(topic, 'yet');
    expect(await one.messages()).toEqual(['still', 'still', 'yet']);
  });

  it('leaves what was begun to its end [MQTT-3.10.4-3] (3.1.1: [MQTT-3.10.4-3])', async () => {
    const options = version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {};
    const one = await client('one', version, { cleanStart: false, ...options });
    await subscribe(one, 1, [wanted('t', 2)]);
    one.publish('t', 'x', { qos: 2 });
    const { packetId } = (await one.next('publish')) as { packetId: number };
    await unsubscribe(one, 2, ['t']);
    one.send({ type: 'pubrec', packetId, reasonCode: 0, properties: noProperties });
    expect(await one.next('pubrel')).toMatchObject({ packetId, reasonCode: 0 });
    one.socket.destroy();
    await one.closed;
    const again = await client('one', version, { cleanStart: false, ...options });
    expect(await again.next('pubrel')).toMatchObject({ packetId });
  });
});

describe('version 5', () => {
  it('answers UNSUBSCRIBE with a code for each filter in their order [MQTT-3.11.3-1] [MQTT-3.11.3-2]', async () => {
    const one = await client('one', 5);
    await subscribe(one, 1, [wanted('a', 0), wanted('b', 0)]);
    expect(await unsubscribe(one, 2, ['x', 'b', 'a', 'a'])).toMatchObject({
      reasonCodes: [0x11, 0, 0, 0x11],
    });
  });

  it('sends retained messages as the subscription wants them [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]', async () => {
    const one = await client('one', 5);
    await one.publishAcknowledged('t', 'kept', { retain: true });
    const counts: number[] = [];
    for (const retainHandling of [2, 2, 0, 0, 1] as const) {
      await subscribe(one, 1, [wanted('t', 1, { retainHandling })]);
      counts.push((await one.messages()).length);
    }
    await unsubscribe(one, 2, ['t']);
    await subscribe(one, 3, [wanted('t', 1, { retainHandling: 1 })]);
    counts.push((await one.messages()).length);
    expect(counts).toEqual([0, 0, 1, 2, 2, 3]);
  });

  it('brings a client nothing of its own where it wants none [MQTT-3.8.3-3]', async () => {
    const [one, two] = [await client('one', 5), await client('two', 5)];
    await subscribe(one, 1, [wanted('t', 1, { noLocal: true }), wanted('u', 1)]);
    for (const each of [one, two]) {
      await each.publishAcknowledged('t', 'x');
      await each.publishAcknowledged('u', 'y');
    }
    expect(await one.messages()).toEqual(['y', 'x', 'y']);
  });

  it('replaces the options and the identifier with the subscription', async () => {
    const [one, two] = [await client('one', 5), await client('two', 5)];
    await one.subscribe('t', { retainAsPublished: true }, { subscriptionIdentifiers: [7] });
    await one.subscribe('t', { retainHandling: 2 });
    await two.publishAcknowledged('t', 'x', { retain: true });
    await one.settle();
    expect(one.publications()).toMatchObject([{ retain: false, properties: noProperties }]);
  });
});
