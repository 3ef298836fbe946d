import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

describe('denials', () => {
  it('are told at once, then once an interval with their number, then forgotten', async () => {
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 1_000; index++) pump.publish('d/pump-2/t', 'x');
    await pump.settle();
    expect(harness.of('denied')).toEqual([
      {
        kind: 'denied',
        device: 'pump-1',
        action: 'publish',
        topic: 'd/pump-2/t',
        policies: [],
        at: harness.clock.now(),
        repeated: 1,
      },
    ]);
    harness.pass(60_000);
    expect(harness.of('denied').map(({ repeated }) => repeated)).toEqual([1, 999]);
    await pump.publishAcknowledged('d/pump-2/t', 'x');
    harness.pass(60_000);
    harness.pass(60_000);
    await pump.publishAcknowledged('d/pump-2/t', 'x');
    expect(harness.of('denied').map(({ repeated }) => repeated)).toEqual([1, 999, 1, 1]);
  });

  it('of a device that invents topics are bounded, and counted together', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { denialsPerDevice: 10, denials: 12 } });
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 500; index++) pump.publish(`x/${index}`, 'x');
    await pump.settle();
    const other = await harness.client('pump-2');
    for (let index = 0; index < 500; index++) other.publish(`x/${index}`, 'x');
    await other.settle();
    await harness.gateway.close();
    const told = harness.of('denied');
    expect(told.length).toBeLessThan(30);
    expect(told.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(1_000);
    expect(told.filter(({ topic }) => topic === '#').map(({ device }) => device)).toEqual(
      expect.arrayContaining(['pump-1', '*']),
    );
  });
});

describe('counts', () => {
  it('say per minute what each device did', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 7; index++) pump.publish('d/pump-1/t', 'x', { qos: index % 2 === 0 ? 0 : 1 });
    for (let index = 0; index < 3; index++) pump.publish('d/pump-2/t', 'x');
    await pump.settle();
    harness.pass(60_000);
    const [counts] = harness.of('counts');
    expect(counts?.minute).toBe(Math.floor(harness.clock.now() / 60_000) - 1);
    const row = (device: string, action: string, topic: string, allowed: number, denied: number) => ({
      device,
      action,
      topic,
      allowed,
      denied,
    });
    expect(counts?.rows).toHaveLength(4);
    expect(counts?.rows).toEqual(
      expect.arrayContaining([
        row('screen', 'subscribe', 'd/#', 1, 0),
        row('pump-1', 'publish', 'd/pump-1/t', 7, 0),
        row('pump-1', 'publish', 'd/pump-2/t', 0, 3),
        row('screen', 'receive', 'd/pump-1/t', 7, 0),
      ]),
    );
    pump.publish('d/pump-1/t', 'x');
    await pump.settle();
    harness.pass(60_000);
    expect(harness.of('counts')[1]?.rows).toEqual(
      expect.arrayContaining([
        row('pump-1', 'publish', 'd/pump-1/t', 1, 0),
        row('screen', 'receive', 'd/pump-1/t', 1, 0),
      ]),
    );
  });

  it('are bounded, and lose nothing in sum', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { countRows: 5 } });
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 100; index++) pump.publish(`d/pump-1/${index}`, 'x');
    await pump.settle();
    harness.pass(60_000);
    const rows = harness.of('counts')[0]?.rows ?? [];
    expect(rows).toHaveLength(6);
    expect(rows.reduce((sum, { allowed }) => sum + allowed, 0)).toBe(100);
    expect(rows.at(-1)).toMatchObject({ device: '*', topic: '#', allowed: 95 });
  });
});

it('statistics add up', async () => {
  const screen = await harness.client('screen');
  await screen.subscribe('d/#');
  const pump = await harness.client('pump-1');
  await pump.publishAcknowledged('d/pump-1/t', 'x', { retain: true });
  for (let index = 0; index < 9; index++) pump.publish('d/pump-1/t', 'x');
  pump.publish('d/pump-2/t', 'x');
  await pump.settle();
  await screen.settle();
  expect(harness.gateway.statistics()).toMatchObject({
    connections: 2,
    sessions: 2,
    subscriptions: 1,
    retainedMessages: 1,
    received: 11,
    sent: 10,
    refused: 1,
    dropped: 0,
  });
  harness.pass(10_000);
  expect(harness.of('statistics').length).toBeGreaterThan(0);
});
