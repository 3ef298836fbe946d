import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FilterTree } from '../src/filter-tree.ts';
import { RateLimiter } from '../src/rate-limiter.ts';
import { device, eventually, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ limits: { retainedMessagesPerDevice: 5_000, outboundBytes: 65_536 } });
});
afterEach(() => harness.stop());

async function retain(count: number, size = 4): Promise<void> {
  const pump = await harness.client('pump-1');
  for (let index = 0; index < count; index++)
    pump.publish(`d/pump-1/${index}`, 'x'.repeat(size), { retain: true, qos: index % 2 === 0 ? 1 : 0 });
  await pump.settle();
}

/** A count that has begun to grow, once it stands still for many turns of the loop. */
async function atRest(count: () => number): Promise<number> {
  await eventually(() => count() > 0, 'the beginning');
  for (let before = 0, turns = 0; turns < 50; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (count() !== before) turns = 0;
    before = count();
  }
  return count();
}

describe('a subscription to very many retained messages', () => {
  it('brings them all, and lets others have their turn meanwhile [MQTT-3.3.1-9]', async () => {
    await retain(3_000);
    const screen = await harness.client('screen');
    const pump = await harness.client('pump-1', { clientId: 'pump-1/other' });
    await screen.subscribe('d/#', { qos: 0 });
    // The answer to a ping does not wait for all of them.
    await pump.settle();
    expect(screen.publications().length).toBeLessThan(3_000);
    await eventually(() => screen.publications().length === 3_000, 'all of them');
    expect(harness.gateway.statistics().dropped).toBe(0);
  });

  it('waits for a client that does not read, and loses nothing', async () => {
    // More than any kernel holds for a socket.
    await harness.stop();
    harness = await Harness.start({ limits: { retainedBytes: 2 ** 30, retainedMessagesPerDevice: 5_000 } });
    await retain(1_500, 65_000);
    const screen = await harness.client('screen');
    screen.socket.pause();
    const suback = screen.subscribe('d/#', { qos: 0 });
    const sent = await atRest(() => harness.gateway.statistics().sent);
    expect(sent).toBeLessThan(1_500);
    screen.socket.resume();
    await suback;
    await eventually(() => screen.publications().length === 1_500, 'all of them');
    expect(harness.gateway.statistics().dropped).toBe(0);
  });

  it('keeps to the receive maximum, message by message acknowledged', async () => {
    await retain(40);
    const screen = await harness.client('screen', { properties: { receiveMaximum: 3 } });
    await screen.subscribe('d/#', { qos: 1 });
    const seen = new Set<string>();
    for (let step = 0; step < 100 && seen.size < 40; step++) {
      await screen.settle();
      const [...arrived] = screen.publications();
      screen.received.length = 0;
      expect(arrived.filter(({ qos }) => qos === 1).length).toBeLessThanOrEqual(3);
      for (const { topic, packetId } of arrived) {
        seen.add(topic);
        if (packetId !== undefined) screen.send({ type: 'puback', packetId, reasonCode: 0, properties: {} });
      }
    }
    expect(seen.size).toBe(40);
  });

  it('is begun once, however often it is asked for at a time, and ends with the subscription', async () => {
    await retain(2_000);
    const screen = await harness.client('screen');
    for (let index = 1; index <= 50; index++) {
      screen.send({
        type: 'subscribe',
        packetId: index,
        subscriptions: [
          { filter: 'd/#', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        ],
        properties: {},
      });
    }
    screen.send({ type: 'unsubscribe', packetId: 99, filters: ['d/#'], properties: {} });
    await screen.next('unsuback');
    const { sent } = harness.gateway.statistics();
    expect(sent).toBeLessThan(2 * 2_000);
    await screen.settle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(harness.gateway.statistics().sent).toBe(sent);
  });

  it('brings what is retained when its turn comes, not what was replaced or cleared before', async () => {
    await retain(600);
    const screen = await harness.client('screen');
    const pump = await harness.client('pump-1', { clientId: 'pump-1/other' });
    void screen.subscribe('d/#', { qos: 0 });
    pump.publish('d/pump-1/599', 'new', { retain: true });
    pump.publish('d/pump-1/598', '', { retain: true });
    await pump.settle();
    await eventually(() => screen.publications().length >= 600, 'all of them');
    await screen.settle();
    const last = (topic: string) => screen.publications().findLast((each) => each.topic === topic);
    expect(last('d/pump-1/599')?.payload.toString()).toBe('new');
    expect(last('d/pump-1/598')?.payload.toString()).toBe('');
  });
});

describe('subscriptions in great numbers', () => {
  it('cost no more than there are, however wildcards multiply', () => {
    const tree = new FilterTree<{ filter: string }>();
    const filters: string[] = [];
    // Every way to write a topic of twelve levels with + or the level itself.
    for (let bits = 0; bits < 4096; bits++) {
      const levels = Array.from({ length: 12 }, (_, index) => ((bits >> index) & 1 ? '+' : 'a'));
      filters.push(levels.join('/'));
    }
    for (const filter of filters) tree.at(filter, () => ({ filter }));
    const found: string[] = [];
    tree.match(Array(12).fill('a').join('/'), ({ filter }) => found.push(filter));
    expect(found.sort()).toEqual(filters.sort());
    found.length = 0;
    tree.match(Array(12).fill('b').join('/'), ({ filter }) => found.push(filter));
    expect(found).toEqual([Array(12).fill('+').join('/')]);
    for (const filter of filters) tree.remove(filter);
    expect(tree.get(filters[0]!)).toBeUndefined();
  });

  it('are bounded in a minute, for each device', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { subscribesPerDevice: 3 } });
    const pump = await harness.client('pump-1');
    const codes: number[] = [];
    for (let index = 0; index < 5; index++) codes.push((await pump.subscribe('c/pump-1/#')).reasonCodes[0]!);
    expect(codes).toEqual([1, 1, 1, 0x97, 0x97]);
    const other = await harness.client('pump-2', { version: 4 });
    expect(await other.subscribe('c/pump-2/#')).toMatchObject({ reasonCodes: [1] });
    harness.pass(60_000);
    expect(await pump.subscribe('c/pump-1/#')).toMatchObject({ reasonCodes: [1] });
  });

  it('and shared ones leave nothing behind', async () => {
    harness.set(device('screen', { groups: ['observers'] }));
    const screen = await harness.client('screen');
    for (let index = 0; index < 200; index++)
      await screen.subscribe(`$share/g${index}/d/${'+/'.repeat(index % 8)}#`);
    expect(harness.gateway.statistics()).toMatchObject({ subscriptions: 200, sharedSubscriptions: 200 });
    screen.socket.destroy();
    await eventually(() => harness.gateway.statistics().subscriptions === 0);
  });
});

describe('a limit on how often', () => {
  it('counts each key by itself, and forgets the oldest beyond its table', () => {
    const limiter = new RateLimiter(2, 1_000, 2);
    expect([limiter.allows('a', 0), limiter.allows('a', 1), limiter.allows('a', 2)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(limiter.allows('b', 3)).toBe(true);
    expect(limiter.allows('c', 4)).toBe(true);
    expect(limiter.allows('a', 5)).toBe(true);
    limiter.sweep(2_000);
    expect([limiter.allows('b', 2_000), limiter.allows('b', 2_001, 2)]).toEqual([true, false]);
  });
});
