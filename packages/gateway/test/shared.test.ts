import { noProperties } from '@kiten/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceRecord } from '../src/device-record.ts';
import { Session } from '../src/session.ts';
import { type Fitness, SharedGroup } from '../src/shared-group.ts';
import { subscriptionOf } from '../src/subscriptions.ts';
import { device, eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

let harness: Harness;
const fleet = [
  device('pump-1'),
  ...['screen-1', 'screen-2', 'screen-3'].map((id) => device(id, { groups: ['observers'] })),
];
beforeEach(async () => {
  harness = await Harness.start({}, fleet);
});
afterEach(() => harness.stop());

const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };

function acknowledge(client: RawClient, packetId: number | undefined, reasonCode = 0): void {
  client.send({ type: 'puback', packetId: packetId as number, reasonCode, properties: noProperties });
}

async function members(count: number, filter = '$share/g/d/#', options = {}): Promise<RawClient[]> {
  const list: RawClient[] = [];
  for (let index = 1; index <= count; index++) {
    const client = await harness.client(`screen-${index}`, options);
    await client.subscribe(filter, { qos: 2 });
    list.push(client);
  }
  return list;
}

async function lost(client: RawClient): Promise<void> {
  const before = harness.of('session-closed').length;
  client.socket.destroy();
  await eventually(() => harness.of('session-closed').length > before, 'the end of the session');
}

describe.each([4, 5] as const)('the members of a group, version %i', (version) => {
  it('get one message each in turn, whatever its QoS', async () => {
    const [one, two, three] = (await members(3, '$share/g/d/#', { version })) as [
      RawClient,
      RawClient,
      RawClient,
    ];
    const pump = await harness.client('pump-1', { version });
    for (const qos of [0, 1, 2] as const) {
      for (let index = 0; index < 6; index++) pump.publish('d/pump-1/t', `${qos}.${index}`, { qos });
      await pump.settle();
    }
    const texts = [await one.messages(), await two.messages(), await three.messages()];
    expect(texts.map((list) => list.length)).toEqual([6, 6, 6]);
    expect(new Set(texts.flat()).size).toBe(18);
  });
});

it('is apart from a plain subscription, and from a group of another name or filter', async () => {
  const [one] = (await members(1)) as [RawClient];
  await one.subscribe('d/#', { qos: 0 });
  await one.subscribe('$share/other/d/#', { qos: 0 });
  await one.subscribe('$share/g/d/pump-1/#', { qos: 0 });
  const pump = await harness.client('pump-1');
  await pump.publishAcknowledged('d/pump-1/t', 'x');
  expect(await one.messages()).toEqual(['x', 'x', 'x', 'x']);
});

it('brings no retained messages, and each member its own QoS, identifier and retain flag', async () => {
  const pump = await harness.client('pump-1');
  await pump.publishAcknowledged('d/pump-1/t', 'kept', { retain: true });
  const one = await harness.client('screen-1');
  await one.subscribe('$share/g/d/#', { qos: 0, retainAsPublished: true }, { subscriptionIdentifiers: [7] });
  const two = await harness.client('screen-2');
  await two.subscribe('$share/g/d/#', { qos: 1 });
  expect(await one.messages()).toEqual([]);
  for (const text of ['a', 'b']) await pump.publishAcknowledged('d/pump-1/t', text, { retain: true });
  await one.settle();
  await two.settle();
  // [MQTT-4.8.2-3]
  expect(one.publications()).toMatchObject([
    { qos: 0, retain: true, properties: { subscriptionIdentifiers: [7] } },
  ]);
  expect(two.publications()).toMatchObject([{ qos: 1, retain: false, properties: noProperties }]);
});

it('passes over a member that is busy, and one that policy refuses', async () => {
  const one = await harness.client('screen-1', { properties: { receiveMaximum: 1 } });
  await one.subscribe('$share/g/d/#');
  const two = await harness.client('screen-2');
  await two.subscribe('$share/g/d/#');
  const pump = await harness.client('pump-1');
  for (const text of ['1', '2', '3', '4']) await pump.publishAcknowledged('d/pump-1/t', text);
  expect(await one.messages()).toEqual(['1']);
  expect(await two.messages()).toEqual(['2', '3', '4']);
  // Not an observer any more, it may receive nothing of this.
  harness.set(device('screen-2'));
  acknowledge(one, one.publications()[0]?.packetId);
  await one.settle();
  for (const text of ['5', '6']) await pump.publishAcknowledged('d/pump-1/t', text);
  expect(await one.messages()).toEqual(['1', '5']);
  expect(await two.messages()).toEqual(['2', '3', '4']);
  acknowledge(one, one.publications()[1]?.packetId);
  expect(await one.messages()).toEqual(['1', '5', '6']);
});

it('withholds a message that policy lets no member have', async () => {
  await members(2);
  harness.set(device('screen-1'));
  harness.set(device('screen-2'));
  const pump = await harness.client('pump-1');
  await pump.publishAcknowledged('d/pump-1/t', 'x');
  expect(harness.gateway.statistics()).toMatchObject({ withheld: 1, sent: 0 });
});

describe('a member that leaves', () => {
  it('for good hands on what it did not acknowledge, and what waited for it', async () => {
    const one = await harness.client('screen-1', { properties: { receiveMaximum: 2 } });
    await one.subscribe('$share/g/d/#', { qos: 2 });
    const pump = await harness.client('pump-1');
    for (const text of ['1', '2', '3', '4']) await pump.publishAcknowledged('d/pump-1/t', text);
    const two = await harness.client('screen-2');
    await two.subscribe('$share/g/d/#', { qos: 2 });
    await one.settle();
    acknowledge(one, one.publications()[0]?.packetId);
    await one.settle();
    await lost(one);
    expect(await two.messages()).toEqual(['2', '3', '4']);
  });

  it('for a while does so too, if another one is here', async () => {
    const one = await harness.client('screen-1', persistent);
    await one.subscribe('$share/g/d/#');
    const two = await harness.client('screen-2');
    await two.subscribe('$share/g/d/#');
    const pump = await harness.client('pump-1');
    for (const text of ['1', '2', '3']) await pump.publishAcknowledged('d/pump-1/t', text);
    expect(await one.messages()).toEqual(['1', '3']);
    await lost(one);
    expect(await two.messages()).toEqual(['2', '1', '3']);
    const again = await harness.client('screen-1', persistent);
    expect(await again.messages()).toEqual([]);
  });

  it('keeps what nobody else can take, and gets it when it is back', async () => {
    const one = await harness.client('screen-1', persistent);
    await one.subscribe('$share/g/d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', '1');
    await one.settle();
    await lost(one);
    await pump.publishAcknowledged('d/pump-1/t', '2');
    const again = await harness.client('screen-1', persistent);
    expect(await again.messages()).toEqual(['1', '2']);
  });

  it('completes QoS 2 when it is back, and nobody else gets it [MQTT-4.8.2-4]', async () => {
    const one = await harness.client('screen-1', persistent);
    await one.subscribe('$share/g/d/#', { qos: 2 });
    const two = await harness.client('screen-2');
    await two.subscribe('$share/g/d/#', { qos: 2 });
    const pump = await harness.client('pump-1');
    pump.publish('d/pump-1/t', 'once', { qos: 2 });
    await one.next('publish');
    await lost(one);
    expect(await two.messages()).toEqual([]);
    const again = await harness.client('screen-1', persistent);
    expect(await again.messages()).toEqual(['once']);
    expect(again.publications()[0]).toMatchObject({ qos: 2, dup: true });
  });

  it('takes QoS 2 that was begun along when its session ends [MQTT-4.8.2-5]', async () => {
    const [one, two] = (await members(2)) as [RawClient, RawClient];
    const pump = await harness.client('pump-1');
    pump.publish('d/pump-1/t', 'once', { qos: 2 });
    await one.next('publish');
    await lost(one);
    expect(await two.messages()).toEqual([]);
  });

  it('because its device fell, hands on what was not its own alone', async () => {
    const one = await harness.client('screen-1', { properties: { receiveMaximum: 1 } });
    await one.subscribe('$share/g/d/#');
    await one.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'x');
    const two = await harness.client('screen-2');
    await two.subscribe('$share/g/d/#');
    harness.set(device('screen-1', { groups: ['observers'], standing: 'quarantined' }));
    await one.closed;
    expect(await two.messages()).toEqual(['x']);
  });
});

it('sends what a member refuses to nobody else [MQTT-4.8.2-6]', async () => {
  const [one, two] = (await members(2)) as [RawClient, RawClient];
  const pump = await harness.client('pump-1');
  await pump.publishAcknowledged('d/pump-1/t', 'no');
  acknowledge(one, (await one.next('publish')).packetId, 0x83);
  await one.settle();
  await lost(one);
  expect(await two.messages()).toEqual([]);
});

it('refuses no local, which is a protocol error [MQTT-3.8.3-4]', async () => {
  const one = await harness.client('screen-1');
  one.socket.write(
    Buffer.from(
      `821200010000 0c ${Buffer.from('$share/g/d/#').toString('hex')} 05`.replaceAll(' ', ''),
      'hex',
    ),
  );
  expect(await one.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
});

it('means the same to 3.1.1, which is told of a malformed one in its own way', async () => {
  const one = await harness.client('screen-1', { version: 4 });
  expect(await one.subscribe('$share/g')).toMatchObject({ reasonCodes: [0x80] });
});

describe('a turn in a group', () => {
  const publisher = new DeviceRecord('pump-1');
  const member = (name: string) =>
    subscriptionOf(
      new Session(name, publisher, 1),
      { filter: '$share/g/a', qos: 1, noLocal: false, retainAsPublished: false },
      undefined,
    );

  it('is everybody’s as often as anybody’s while all can take it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), (size, rounds) => {
        const group = new SharedGroup('g', 'a');
        const list = Array.from({ length: size }, (_, index) => member(`${index}`));
        for (const each of list) group.join(each);
        const turns = Array.from({ length: size * rounds }, () => group.choose(() => 3));
        for (const each of list) expect(turns.filter((turn) => turn === each)).toHaveLength(rounds);
      }),
    );
  });

  it('goes to the fittest, and to nobody if none can take it, whoever joins and leaves', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('join' as const), at: fc.nat(7) }),
      fc.record({ kind: fc.constant('leave' as const), at: fc.nat(7) }),
      fc.record({ kind: fc.constant('choose' as const), at: fc.nat(7) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.constantFrom<Fitness>(0, 1, 2, 3), { minLength: 8, maxLength: 8 }),
        (steps, fitness) => {
          const group = new SharedGroup('g', 'a');
          const list = Array.from({ length: 8 }, (_, index) => member(`${index}`));
          const here = new Set<number>();
          for (const { kind, at } of steps) {
            if (kind === 'join') expect(group.join(list[at]!)).toBe(!here.has(at) && !!here.add(at));
            else if (kind === 'leave') expect(group.leave(list[at]!.session)).toBe(here.delete(at));
            else {
              const best = Math.max(0, ...[...here].map((index) => fitness[index]!));
              const chosen = group.choose((each) => fitness[list.indexOf(each)]!);
              expect(chosen === undefined ? 0 : fitness[list.indexOf(chosen)]).toBe(best);
            }
            expect(group.size).toBe(here.size);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
