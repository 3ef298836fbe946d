import { parsePolicies } from '@kiten/policy/cedar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

describe('publishing', () => {
  it('passes what a device says in its own name to those who may hear it', async () => {
    const screen = await harness.client('screen');
    expect(await screen.subscribe('d/#')).toMatchObject({ reasonCodes: [1] });
    const pump = await harness.client('pump-1');
    expect(await pump.publishAcknowledged('d/pump-1/t', 'warm')).toMatchObject({ reasonCode: 0 });
    pump.publish('d/pump-1/t', 'warmer');
    await pump.settle();
    expect(await screen.messages()).toEqual(['warm', 'warmer']);
  });

  it('answers a refused QoS 1 or 2 publication of version 5 with 0x87 and a reason', async () => {
    const pump = await harness.client('pump-1');
    const puback = await pump.publishAcknowledged('d/pump-2/t', 'false');
    expect(puback).toMatchObject({
      reasonCode: 0x87,
      properties: { reasonString: expect.stringMatching(/\w/) },
    });
    pump.publish('d/pump-2/t', 'false', { qos: 2 });
    expect(await pump.next('pubrec')).toMatchObject({ reasonCode: 0x87 });
    // From the cache, too.
    expect(await pump.publishAcknowledged('d/pump-2/t', 'false')).toMatchObject({ reasonCode: 0x87 });
  });

  it('leaves the reason string out if the client wants none', async () => {
    const pump = await harness.client('pump-1', { properties: { requestProblemInformation: false } });
    const puback = await pump.publishAcknowledged('d/pump-2/t', 'false');
    expect(puback).toMatchObject({ reasonCode: 0x87, properties: {} });
  });

  it('drops a refused QoS 0 publication and counts it', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 10; index++) pump.publish('d/pump-2/t', 'false');
    await pump.settle();
    expect(await screen.messages()).toEqual([]);
    expect(harness.gateway.statistics().refused).toBe(10);
  });

  it('acknowledges and drops a refused 3.1.1 publication', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1', { version: 4 });
    for (let index = 0; index < 3; index++) await pump.publishAcknowledged('d/pump-2/t', 'false');
    expect(await screen.messages()).toEqual([]);
  });

  it('closes a 3.1.1 connection after a refused publication if it is to', async () => {
    await harness.stop();
    harness = await Harness.start({ refusedPublish: 'close' });
    const pump = await harness.client('pump-1', { version: 4 });
    pump.publish('d/pump-2/t', 'false');
    await pump.closed;
    expect(harness.of('session-closed')).toMatchObject([{ cause: 'publish-refused' }]);
  });
});

describe('subscribing', () => {
  it.each([
    ['c/pump-1/#', 1],
    ['c/pump-1/+/set', 1],
    ['c/pump-2/#', 0x87],
    ['c/+/set', 0x87],
    ['c/#', 0x87],
    ['#', 0x87],
    ['+/pump-1/set', 0x87],
    ['d/#', 0x87],
    ['$kiten/pump-1/attest', 1],
    ['$kiten/pump-1/update/#', 1],
    ['$kiten/pump-2/attest', 0x87],
    ['$kiten/#', 0x87],
    ['$share/group/c/pump-1/#', 1],
    ['$share/group/c/pump-2/#', 0x87],
    ['$share/group/#', 0x87],
  ])('judges %s on its literal beginning', async (filter, code) => {
    const pump = await harness.client('pump-1');
    expect(await pump.subscribe(filter)).toMatchObject({ reasonCodes: [code] });
    const old = await harness.client('pump-1', { version: 4 });
    expect(await old.subscribe(filter)).toMatchObject({ reasonCodes: [code < 0x80 ? code : 0x80] });
  });
});

describe('receiving', () => {
  it('is judged apart from the subscription', async () => {
    const policies = parsePolicies(`
      permit (principal, action, resource);
      forbid (principal == Device::"screen", action == Action::"receive", resource) when { resource.path like "d/*/secret" };
    `);
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies });
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/secret', 'no');
    await pump.publishAcknowledged('d/pump-1/open', 'yes');
    await pump.publishAcknowledged('d/pump-1/secret', 'no');
    expect(await screen.messages()).toEqual(['yes']);
    expect(harness.of('denied')).toMatchObject([
      { device: 'screen', action: 'receive', topic: 'd/pump-1/secret', policies: ['policy1'] },
    ]);
    expect(harness.gateway.statistics().withheld).toBe(2);
  });

  it('follows the trust in the receiver at once', async () => {
    const panel = await harness.client('panel');
    await panel.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'one');
    expect(await panel.messages()).toEqual(['one']);
    harness.set(device('panel', { groups: [] }));
    await pump.publishAcknowledged('d/pump-1/t', 'two');
    pump.publish('d/pump-1/t', 'three');
    await pump.settle();
    expect(await panel.messages()).toEqual(['one']);
    harness.set(device('panel', { groups: ['controllers'] }));
    await pump.publishAcknowledged('d/pump-1/t', 'four');
    expect(await panel.messages()).toEqual(['one', 'four']);
  });

  it('follows the trust in the sender at once', async () => {
    const panel = await harness.client('panel');
    const codes: number[] = [];
    for (const groups of [['controllers'], [], ['controllers'], ['observers']]) {
      harness.set(device('panel', { groups }));
      codes.push((await panel.publishAcknowledged('c/pump-1/set', 'on')).reasonCode);
    }
    expect(codes).toEqual([0, 0x87, 0, 0x87]);
  });

  it('follows the trust in the owner of the topic', async () => {
    const policies = parsePolicies(`
      permit (principal, action, resource) unless {
        action == Action::"publish" && resource has owner && resource.owner has overdue && resource.owner.overdue
      };
    `);
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies });
    const panel = await harness.client('panel');
    for (const [overdue, code] of [
      [false, 0x10],
      [true, 0x87],
      [false, 0x10],
    ] as const) {
      harness.set(device('pump-1', { overdue }));
      const { reasonCode } = await panel.publishAcknowledged('c/pump-1/set', 'on');
      expect(reasonCode === 0x87).toBe(code === 0x87);
    }
  });
});

it('tells about a policy that fails, once', async () => {
  const policies = parsePolicies(
    'permit (principal, action, resource); forbid (principal, action, resource) when { resource.nothing };',
  );
  harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies });
  const pump = await harness.client('pump-1');
  for (let index = 0; index < 5; index++) await pump.publishAcknowledged(`d/pump-1/${index}`, 'x');
  expect(harness.of('policy-failed')).toMatchObject([{ policy: 'policy1', repeated: 1 }]);
});

describe('the retain bit', () => {
  it('is part of what is judged and cached', async () => {
    const policies = parsePolicies(
      `permit (principal, action, resource) unless { action == Action::"publish" && context.retain };`,
    );
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies });
    const pump = await harness.client('pump-1');
    for (let round = 0; round < 2; round++) {
      expect(await pump.publishAcknowledged('d/pump-1/t', 'x')).toMatchObject({ reasonCode: 0 });
      expect(await pump.publishAcknowledged('d/pump-1/t', 'x', { retain: true })).toMatchObject({
        reasonCode: 0x87,
      });
    }
  });
});

describe('a verdict', () => {
  it('that comes out unchanged costs no decision', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'x');
    const before = harness.gateway.statistics().decisions;
    for (let index = 0; index < 100; index++) harness.set(device('pump-1'));
    await pump.publishAcknowledged('d/pump-1/t', 'x');
    // Admission is looked at for each change; publishing is not decided again.
    expect(harness.gateway.statistics().decisions - before).toBe(100);
  });

  it('about another device costs no decision either', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'x');
    const before = harness.gateway.statistics().decisions;
    for (let index = 0; index < 100; index++) harness.set(device('pump-2', { overdue: index % 2 === 0 }));
    await pump.publishAcknowledged('d/pump-1/t', 'x');
    expect(harness.gateway.statistics().decisions).toBe(before);
  });
});

describe('staleness', () => {
  it('denies publications, subscriptions and deliveries until the site is heard again', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'before');
    harness.clock.advance(15_001);
    expect(await pump.publishAcknowledged('d/pump-1/t', 'stale')).toMatchObject({ reasonCode: 0x87 });
    expect(await pump.subscribe('c/pump-1/#')).toMatchObject({ reasonCodes: [0x87] });
    expect(harness.of('denied')).toMatchObject([
      { policies: ['gateway/replica-stale'] },
      { policies: ['gateway/replica-stale'] },
    ]);
    harness.beat();
    expect(await pump.publishAcknowledged('d/pump-1/t', 'after')).toMatchObject({ reasonCode: 0 });
    expect(await screen.messages()).toEqual(['before', 'after']);
  });

  it('follows when the policies cannot be compiled', async () => {
    const pump = await harness.client('pump-1');
    const policies = { staticPolicies: { bad: { effect: 'maybe' } }, templates: {}, templateLinks: [] };
    expect(() =>
      harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies: policies as never }),
    ).toThrow();
    await pump.closed;
    expect(harness.of('change-refused')).toMatchObject([{ code: expect.stringMatching(/^policy\//) }]);
  });

  it('follows when a change about a device makes no sense', async () => {
    const pump = await harness.client('pump-1');
    const bad = { ...device('pump-2'), standing: 'free' as never };
    expect(() => harness.set(bad)).toThrow(expect.objectContaining({ code: 'gateway/change-malformed' }));
    expect(await pump.publishAcknowledged('d/pump-1/t', 'x')).toMatchObject({ reasonCode: 0x87 });
  });
});

it('refuses a change that comes out of order', () => {
  const sequence = harness.next();
  harness.gateway.apply({ sequence, kind: 'heartbeat', at: harness.clock.now() });
  expect(() => harness.gateway.apply({ sequence, kind: 'device', device: device('pump-1') })).toThrow(
    expect.objectContaining({ code: 'gateway/change-out-of-order' }),
  );
});
