import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Averages } from '../src/averages.ts';
import { device, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ version: 'Kiten 1.2.3' });
});
afterEach(() => harness.stop());

async function told(client: RawClient): Promise<Map<string, string>> {
  await client.settle();
  return new Map(client.publications().map(({ topic, payload }) => [topic, payload.toString()]));
}

describe('$SYS', () => {
  it('has what Mosquitto has below it, retained', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'x', { retain: true });
    harness.pass(10_000);
    const screen = await harness.client('screen');
    await screen.subscribe('$SYS/#');
    const topics = await told(screen);
    expect(topics.get('$SYS/broker/version')).toBe('Kiten 1.2.3');
    expect(topics.get('$SYS/broker/uptime')).toBe('10 seconds');
    expect(topics.get('$SYS/broker/clients/connected')).toBe('1');
    expect(topics.get('$SYS/broker/clients/total')).toBe('1');
    expect(topics.get('$SYS/broker/retained messages/count')).toBe('1');
    expect(topics.get('$SYS/broker/publish/messages/received')).toBe('1');
    expect(topics.get('$SYS/broker/messages/received')).toBe('2');
    expect(Number(topics.get('$SYS/broker/bytes/received'))).toBeGreaterThan(20);
    for (const name of ['messages/received', 'publish/sent', 'bytes/sent', 'connections', 'sockets'])
      for (const span of [1, 5, 15])
        expect(topics.get(`$SYS/broker/load/${name}/${span}min`)).toMatch(/^\d+\.\d\d$/);
    expect(screen.publications().every(({ retain }) => retain)).toBe(true);
  });

  it('is told once an interval to who subscribes, as far as it changed', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('$SYS/broker/+');
    await screen.subscribe('$SYS/broker/clients/#');
    harness.pass(10_000);
    expect((await told(screen)).get('$SYS/broker/uptime')).toBe('10 seconds');
    screen.received.length = 0;
    harness.pass(5_000);
    expect((await told(screen)).size).toBe(0);
    harness.pass(5_000);
    expect([...(await told(screen))]).toEqual([['$SYS/broker/uptime', '20 seconds']]);
    expect(screen.publications().every(({ retain }) => !retain)).toBe(true);
  });

  it('does not match # or +/… [MQTT-4.7.2-1] (3.1.1: [MQTT-4.7.2-1])', async () => {
    await harness.stop();
    harness = await Harness.start({ access: 'open' });
    const client = await harness.client('anyone');
    for (const filter of ['#', '+/broker/#', '+/#']) await client.subscribe(filter);
    harness.pass(10_000);
    harness.pass(10_000);
    for (const filter of ['#', '+/broker/uptime']) await client.subscribe(filter);
    expect((await told(client)).size).toBe(0);
    await client.subscribe('$SYS/broker/uptime');
    expect((await told(client)).size).toBe(1);
  });

  it('is under policy, as it is now', async () => {
    harness.pass(10_000);
    const pump = await harness.client('pump-1');
    expect(await pump.subscribe('$SYS/#')).toMatchObject({ reasonCodes: [0x87] });
    const screen = await harness.client('screen');
    await screen.subscribe('$SYS/broker/uptime');
    expect((await told(screen)).size).toBe(1);
    screen.received.length = 0;
    harness.set(device('screen'));
    harness.pass(10_000);
    expect((await told(screen)).size).toBe(0);
    expect(harness.of('denied')).toMatchObject([
      { device: 'pump-1', topic: '$SYS/#' },
      { device: 'screen', topic: '$SYS/broker/uptime' },
    ]);
  });

  it('is the broker’s alone to speak on, whatever policy says', async () => {
    await harness.stop();
    harness = await Harness.start({ access: 'open' });
    const client = await harness.client('anyone');
    for (const topic of ['$SYS/broker/uptime', '$SYS/x', '$SYS']) {
      expect(await client.publishAcknowledged(topic, 'x')).toMatchObject({ reasonCode: 0x87 });
      expect(await client.publishAcknowledged(topic, 'x', { retain: true })).toMatchObject({
        reasonCode: 0x87,
      });
    }
    expect(await client.publishAcknowledged('$SYSTEM/x', 'x')).toMatchObject({ reasonCode: 0x10 });
    const will = {
      topic: '$SYS/x',
      payload: Buffer.from('x'),
      qos: 1 as const,
      retain: false,
      properties: noProperties,
    };
    const dying = await harness.client('anyone', { clientId: 'dying', will });
    await client.subscribe('$SYS/x');
    dying.socket.destroy();
    await dying.closed;
    expect(await client.messages()).toEqual([]);
    expect(harness.gateway.statistics()).toMatchObject({ retainedMessages: 0 });
  });

  it('says nothing if it is not to', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { systemInterval: 0 } });
    harness.pass(60_000);
    const screen = await harness.client('screen');
    await screen.subscribe('$SYS/#');
    expect((await told(screen)).size).toBe(0);
  });
});

describe('a load average', () => {
  it('comes to a steady rate, the shorter the sooner, and falls when there is no more', () => {
    const averages = new Averages();
    let total = 0;
    for (let step = 0; step < 6 * 60 * 3; step++) {
      total += 10;
      averages.take(total, 10_000);
    }
    for (const value of averages.values) expect(value).toBeCloseTo(60, 0);
    const [one, five, fifteen] = averages.values;
    averages.take(total, 60_000);
    // e^(−1/span) of it is left after a minute without any.
    expect(averages.values[0]).toBeCloseTo(one * Math.exp(-1), 6);
    expect(averages.values[1]).toBeCloseTo(five * Math.exp(-1 / 5), 6);
    expect(averages.values[2]).toBeCloseTo(fifteen * Math.exp(-1 / 15), 6);
  });
});
