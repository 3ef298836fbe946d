import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, eventually, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const observed = (id: string, options = {}) => device(id, { mode: 'observe', ...options });
const fallen = { vector: { 'instance-identity': -100 } };
const told = () =>
  harness.of('denied').map(({ device, action, topic, policies, observed, repeated }) => ({
    device,
    action,
    topic,
    policies,
    observed,
    repeated,
  }));

describe('a device whose group observes', () => {
  it('publishes what it would be refused, and each message is counted', async () => {
    harness.set(observed('pump-1'));
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    expect(await pump.publishAcknowledged('d/pump-2/t', 'a')).toMatchObject({ reasonCode: 0 });
    for (const text of ['b', 'c', 'd']) pump.publish('d/pump-2/t', text);
    expect(await pump.publishAcknowledged('d/pump-2/t', 'e')).toMatchObject({ reasonCode: 0 });
    pump.publish('d/pump-2/t', 'f', { qos: 2 });
    expect(await pump.next('pubrec')).toMatchObject({ reasonCode: 0 });
    expect(await screen.messages()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(harness.gateway.statistics()).toMatchObject({ refused: 0, observed: 6 });
    harness.pass(60_000);
    const line = { device: 'pump-1', action: 'publish', topic: 'd/pump-2/t', policies: [] };
    expect(told()).toEqual([
      { ...line, observed: 'pump-1', repeated: 1 },
      { ...line, observed: 'pump-1', repeated: 5 },
    ]);
  });

  it('subscribes to what it may not, receives it, and both are counted', async () => {
    harness.set(observed('pump-2'));
    const reader = await harness.client('pump-2');
    expect(await reader.subscribe('d/#')).toMatchObject({ reasonCodes: [1] });
    const pump = await harness.client('pump-1');
    for (const text of ['warm', 'hot']) await pump.publishAcknowledged('d/pump-1/t', text);
    expect(await reader.messages()).toEqual(['warm', 'hot']);
    expect(told()).toMatchObject([
      { device: 'pump-2', action: 'subscribe', topic: 'd/#', observed: 'pump-2' },
      { device: 'pump-2', action: 'receive', topic: 'd/pump-1/t', observed: 'pump-2' },
    ]);
    expect(harness.gateway.statistics()).toMatchObject({ withheld: 0, observed: 3 });
  });

  it('is told nothing of when it does what it may', async () => {
    harness.set(observed('pump-1'));
    const pump = await harness.client('pump-1');
    await pump.subscribe('c/pump-1/#');
    await pump.publishAcknowledged('d/pump-1/t', 'a');
    harness.pass(60_000);
    expect(told()).toEqual([]);
  });

  it('is not cut when a verdict falls, is let in whole, and what would have happened is shown', async () => {
    harness.set(observed('pump-1'));
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    harness.set(observed('pump-1', fallen));
    expect(await pump.publishAcknowledged('d/pump-1/t', 'still here')).toMatchObject({ reasonCode: 0 });
    expect(await screen.messages()).toEqual(['still here']);
    const again = await harness.client('pump-1', { clientId: 'pump-1/again' });
    await again.settle();
    expect(harness.of('severed')).toEqual([]);
    expect(harness.of('session-opened').at(-1)).toMatchObject({ admission: 'full' });
    const policies = ['contraindicated-only-recovers'];
    expect(told()).toMatchObject([
      { device: 'pump-1', action: 'connect', topic: '', policies },
      { device: 'pump-1', action: 'publish', topic: 'd/pump-1/t', policies },
      // The screen would not have heard it: because of pump-1, whose group observes.
      { device: 'screen', action: 'receive', topic: 'd/pump-1/t', observed: 'pump-1' },
    ]);
  });

  it('is cut at once when its group enforces', async () => {
    harness.set(observed('pump-1', fallen));
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'a');
    harness.set(device('pump-1', fallen));
    await pump.closed;
    expect(harness.of('severed')).toHaveLength(1);
  });

  it('has decisions that were cached in one mode made anew in the other', async () => {
    harness.set(observed('pump-1'));
    const pump = await harness.client('pump-1');
    expect(await pump.publishAcknowledged('d/pump-2/t', 'a')).toMatchObject({ reasonCode: 0 });
    harness.set(device('pump-1'));
    expect(await pump.publishAcknowledged('d/pump-2/t', 'b')).toMatchObject({ reasonCode: 0x87 });
    harness.set(observed('pump-1'));
    expect(await pump.publishAcknowledged('d/pump-2/t', 'c')).toMatchObject({ reasonCode: 0 });
  });

  it('is not taken for one that searches topics', async () => {
    harness.set(observed('pump-1'));
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 60; index++) await pump.publishAcknowledged(`d/pump-2/${index}`, 'a');
    expect(harness.of('evidence')).toEqual([]);
  });

  it('has a will published that would be refused', async () => {
    harness.set(observed('pump-1'));
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const will = {
      topic: 'd/pump-2/gone',
      payload: Buffer.from('gone'),
      qos: 1 as const,
      retain: false,
      properties: {},
    };
    const pump = await harness.client('pump-1', { will });
    pump.socket.destroy();
    await eventually(() => harness.gateway.statistics().connected === 1);
    expect(await screen.messages()).toEqual(['gone']);
    expect(told()).toMatchObject([{ action: 'publish', topic: 'd/pump-2/gone', observed: 'pump-1' }]);
  });

  it('passes payloads that a rule refuses, and they are shown', async () => {
    harness.set(observed('pump-1'));
    const rules = [{ id: 'json', filter: 'd/+/t', format: 'json' }] as const;
    harness.gateway.apply({ sequence: harness.next(), kind: 'payload-rules', rules });
    const pump = await harness.client('pump-1');
    expect(await pump.publishAcknowledged('d/pump-1/t', 'no json')).toMatchObject({ reasonCode: 0 });
    expect(told()).toMatchObject([{ policies: ['gateway/payload-format', 'json'], observed: 'pump-1' }]);
  });
});

describe('observing never reaches beyond', () => {
  it.each([
    ['a revocation', { standing: 'revoked' }],
    ['a quarantine by an operator', { standing: 'quarantined' }],
  ] as const)('%s', async (_, change) => {
    harness.set(observed('pump-1'));
    const pump = await harness.client('pump-1');
    harness.set(observed('pump-1', change));
    await pump.closed;
    expect(harness.of('severed')).toHaveLength(1);
  });

  it('a quarantined device that comes back is refused what it may not', async () => {
    harness.set(observed('pump-1', { standing: 'quarantined' }));
    const pump = await harness.client('pump-1');
    expect(await pump.publishAcknowledged('d/pump-1/t', 'a')).toMatchObject({ reasonCode: 0x87 });
    expect(harness.of('session-opened').at(-1)).toMatchObject({ admission: 'restricted' });
  });

  it('the group of the publisher: what a fallen device of another group said is not heard', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/state', 'open', { retain: true });
    harness.set(device('pump-1', fallen));
    harness.set(observed('screen', { groups: ['observers'] }));
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    expect(await screen.messages()).toEqual([]);
    expect(told().at(-1)).toMatchObject({
      device: 'screen',
      policies: ['fallen-publisher-is-not-heard'],
      observed: undefined,
    });
  });

  it('the group of the receiver: who may not read what an observed device says, may not', async () => {
    harness.set(observed('pump-1', fallen));
    const reader = await harness.client('pump-2');
    expect(await reader.subscribe('d/#')).toMatchObject({ reasonCodes: [0x87] });
  });

  it('topics of the broker, and a replica that has lost touch', async () => {
    harness.set(observed('pump-1'));
    const pump = await harness.client('pump-1');
    expect(await pump.publishAcknowledged('$SYS/x', 'a')).toMatchObject({ reasonCode: 0x87 });
    harness.clock.advance(20_000);
    expect(await pump.publishAcknowledged('d/pump-1/t', 'a')).toMatchObject({ reasonCode: 0x87 });
    expect(told().map(({ observed }) => observed)).toEqual([undefined, undefined]);
  });

  it('a mode that nobody knows: from then on nothing passes', async () => {
    const pump = await harness.client('pump-1');
    expect(() => harness.set({ ...device('pump-1'), mode: 'ignore' as 'observe' })).toThrow(/mode/);
    expect(await pump.publishAcknowledged('d/pump-1/t', 'a')).toMatchObject({ reasonCode: 0x87 });
  });
});

describe('would-have-denied', () => {
  it('is bounded: a device that invents topics gets so many lines of its own', async () => {
    harness.set(observed('pump-1'));
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 80; index++) pump.publish(`d/pump-2/${index}`, 'a');
    await pump.settle();
    harness.pass(60_000);
    const lines = told();
    expect(new Set(lines.map(({ topic }) => topic)).size).toBe(65);
    expect(lines.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(80);
    expect(lines.every(({ observed }) => observed === 'pump-1')).toBe(true);
  });
});
