import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, eventually, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const quarantined = device('pump-1', { standing: 'quarantined' });
const revoked = device('pump-1', { standing: 'revoked' });
const contraindicated = device('pump-1', { vector: { 'instance-identity': -100 } });

describe.each([
  ['quarantine', quarantined],
  ['revocation', revoked],
  ['a contraindicated claim', contraindicated],
] as const)('%s', (_, fallen) => {
  it.each([4, 5] as const)(
    'destroys every connection of the device within the call, version %i',
    async (version) => {
      const first = await harness.client('pump-1', { version });
      const second = await harness.client('pump-1', { version, clientId: 'pump-1/second' });
      const waiting = await harness.socket('pump-1', { version });
      const other = await harness.client('pump-2', { version });
      await eventually(() => harness.gateway.statistics().connections === 4);
      harness.set(fallen);
      const connecting = fallen.standing === 'revoked' ? 0 : 1;
      expect(harness.gateway.statistics().connections).toBe(1 + connecting);
      await Promise.all([first.closed, second.closed]);
      if (version === 5) {
        const goodbye = await first.next('disconnect');
        expect(goodbye).toMatchObject({ reasonCode: 0x87, properties: { reasonString: expect.any(String) } });
      }
      if (connecting === 0) await waiting.closed;
      await other.settle();
      const told = harness.events
        .map(({ kind }) => kind)
        .filter((kind) => kind === 'severed' || kind === 'applied');
      expect(told.slice(-2)).toEqual(['severed', 'applied']);
      expect(harness.of('severed').at(-1)?.sessions).toEqual(
        expect.arrayContaining(['pump-1', 'pump-1/second']),
      );
    },
  );

  it('does not let what follows in the same chunk pass', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'before');
    // Bytes that the kernel has and the gateway has not read when the verdict falls.
    pump.publish('d/pump-1/t', 'after', { qos: 1 });
    pump.publish('d/pump-1/t', 'after');
    harness.set(fallen);
    await pump.closed;
    expect(pump.received.filter(({ type }) => type === 'puback')).toEqual([]);
    expect(await screen.messages()).toEqual(['before']);
  });

  it('withholds the retained message of the device until it is trusted again', async () => {
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/state', 'open', { retain: true });
    harness.set(fallen);
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    expect(await screen.messages()).toEqual([]);
    harness.set(device('pump-1'));
    await screen.subscribe('d/#');
    expect(await screen.messages()).toEqual(['open']);
  });

  it('does not publish the will, at once or later', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const will = (text: string) => ({
      topic: 'd/pump-1/gone',
      payload: Buffer.from(text),
      qos: 1 as const,
      retain: false,
    });
    await harness.client('pump-1', { will: { ...will('at once'), properties: {} } });
    const delayed = await harness.client('pump-1', {
      clientId: 'pump-1/b',
      will: { ...will('later'), properties: { willDelayInterval: 30 } },
      properties: { sessionExpiryInterval: 600 },
    });
    delayed.socket.destroy();
    await eventually(() => harness.of('session-closed').length === 1);
    harness.set(fallen);
    harness.pass(31_000);
    expect(await screen.messages()).toEqual([]);
    expect(harness.of('denied')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ device: 'pump-1', action: 'publish', topic: 'd/pump-1/gone' }),
      ]),
    );
  });

  it('empties what is queued for the device, and what it said that waits for others', async () => {
    const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
    const screen = await harness.client('screen', persistent);
    await screen.subscribe('d/#');
    screen.send({ type: 'disconnect', reasonCode: 0, properties: {} });
    await screen.closed;
    const pump = await harness.client('pump-1', persistent);
    await pump.subscribe('c/pump-1/#');
    await pump.publishAcknowledged('d/pump-1/t', 'from a device that fell');
    const panel = await harness.client('panel');
    pump.send({ type: 'disconnect', reasonCode: 0, properties: {} });
    await pump.closed;
    await panel.publishAcknowledged('c/pump-1/set', 'for a device that fell');
    expect(harness.gateway.statistics().queuedMessages).toBe(2);

    harness.set(fallen);
    const again = await harness.client('screen', persistent);
    expect(await again.messages()).toEqual([]);
    await panel.publishAcknowledged('c/pump-1/set', 'to a device that is down');
    harness.set(device('pump-1'));
    const back = await harness.client('pump-1', persistent);
    const texts = await back.messages();
    if (fallen.standing !== 'admitted') expect(texts).toEqual([]);
    expect(texts).not.toContain('to a device that is down');
  });

  it('drops what was on its way to the device and not acknowledged', async () => {
    const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600, receiveMaximum: 1 } };
    const pump = await harness.client('pump-1', persistent);
    await pump.subscribe('c/pump-1/#');
    const panel = await harness.client('panel');
    await panel.publishAcknowledged('c/pump-1/set', 'in flight');
    await panel.publishAcknowledged('c/pump-1/set', 'queued');
    expect(await pump.messages()).toEqual(['in flight']);
    harness.set(fallen);
    harness.set(device('pump-1'));
    const back = await harness.client('pump-1', persistent);
    expect(await back.messages()).toEqual([]);
  });

  it('overtakes what has arrived but was not read yet', async () => {
    await harness.stop();
    const waiting: (() => void)[] = [];
    harness = await Harness.start({ poll: () => waiting.shift()?.() });
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'before');
    harness.clock.advance(10);
    waiting.push(() => harness.set(fallen));
    pump.publish('d/pump-1/t', 'after');
    await pump.closed;
    expect(await screen.messages()).toEqual(['before']);
    expect(harness.gateway.statistics().received).toBe(1);
  });

  it('is lifted by a release, and the device goes on as before', async () => {
    harness.set(fallen);
    harness.set(device('pump-1'));
    const pump = await harness.client('pump-1');
    expect(await pump.publishAcknowledged('d/pump-1/t', 'x')).toMatchObject({ reasonCode: 0 });
  });
});

describe.each([
  ['quarantined', quarantined],
  ['contraindicated', contraindicated],
] as const)('a %s device', (_, fallen) => {
  it('may attest and be updated when it is back, and nothing else', async () => {
    harness.set(fallen);
    const pump = await harness.client('pump-1');
    expect(harness.of('session-opened')).toMatchObject([{ admission: 'restricted' }]);
    expect(await pump.subscribe('$kiten/pump-1/attest/#')).toMatchObject({ reasonCodes: [1] });
    expect(await pump.subscribe('$kiten/pump-1/update')).toMatchObject({ reasonCodes: [1] });
    expect(await pump.subscribe('c/pump-1/#')).toMatchObject({ reasonCodes: [0x87] });
    expect(await pump.subscribe('$kiten/pump-2/attest')).toMatchObject({ reasonCodes: [0x87] });
    expect(await pump.publishAcknowledged('$kiten/pump-1/attest', 'quote')).toMatchObject({ reasonCode: 0 });
    expect(await pump.publishAcknowledged('d/pump-1/t', 'x')).toMatchObject({ reasonCode: 0x87 });
    // The fall that it lives under already does not cut it again.
    harness.set({ ...fallen, epoch: 2, overdue: true });
    await pump.settle();
  });
});

describe('a revoked device', () => {
  it('is refused before it can say anything, and its sessions are gone', async () => {
    const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
    await harness.client('pump-1', persistent);
    harness.set(revoked);
    const client = await harness.socket('pump-1');
    await client.closed;
    expect(harness.of('handshake-refused')).toMatchObject([
      { code: 'gateway/device-revoked', device: 'pump-1' },
    ]);
    expect(harness.gateway.statistics().sessions).toBe(0);
    harness.set(device('pump-1', { revokedSerials: ['01'] }));
    const old = await harness.socket('pump-1', { serial: '01' });
    await old.closed;
    const anew = await harness.socket('pump-1', { serial: '02' });
    expect(await anew.connect('pump-1', persistent)).toMatchObject({ reasonCode: 0, sessionPresent: false });
  });

  it('is refused even where the policies would permit everything', async () => {
    const everything = {
      staticPolicies: {
        all: {
          effect: 'permit',
          principal: { op: 'All' },
          action: { op: 'All' },
          resource: { op: 'All' },
          conditions: [],
        },
      },
      templates: {},
      templateLinks: [],
    };
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies: everything as never });
    harness.set(revoked);
    const client = await harness.socket('pump-1');
    await client.closed;
    expect(harness.of('session-opened')).toEqual([]);
  });
});

it('cuts only the connection whose certificate was revoked', async () => {
  const stolen = await harness.client('pump-1', { serial: 'aa' });
  const own = await harness.client('pump-1', { serial: 'bb', clientId: 'pump-1/own' });
  harness.set(device('pump-1', { revokedSerials: ['aa'] }));
  await stolen.closed;
  await own.settle();
  harness.set(device('pump-1', { revokedSerials: ['aa'], previousSerials: ['bb'] }));
  await own.closed;
});

it('cuts whom new policies do not let in any more, and nobody else', async () => {
  const pump = await harness.client('pump-1');
  const screen = await harness.client('screen');
  const { parsePolicies } = await import('@kiten/policy/cedar');
  const policies = parsePolicies(
    'permit (principal, action, resource) unless { principal == Device::"pump-1" };',
  );
  harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies });
  await pump.closed;
  await screen.settle();
});

it('leaves a device alone whose warning grows, and one whose trust rises', async () => {
  const pump = await harness.client('pump-1');
  harness.set(device('pump-1', { vector: { configuration: 40 }, overdue: true }));
  harness.set(device('pump-1', { vector: { configuration: 2 } }));
  await pump.settle();
  expect(harness.of('severed')).toEqual([]);
});

it('severs from within the handling of a packet of the very connection', async () => {
  await harness.stop();
  harness = await Harness.start();
  const own = harness;
  const emit = own.events.push.bind(own.events);
  own.events.push = (...events) => {
    const length = emit(...events);
    if (events.some(({ kind }) => kind === 'denied')) own.set(quarantined);
    return length;
  };
  const screen = await own.client('screen');
  await screen.subscribe('d/#');
  const pump = await own.client('pump-1');
  pump.socket.cork();
  pump.publish('d/pump-1/t', 'in time', { qos: 1 });
  pump.publish('d/pump-2/t', 'refused');
  pump.publish('d/pump-1/t', 'too late');
  pump.publish('d/pump-1/t', 'too late', { qos: 1 });
  pump.socket.uncork();
  await pump.closed;
  own.events.push = emit;
  // What was judged before the fall is passed on and acknowledged; what came after it is not even looked at.
  expect(await screen.messages()).toEqual(['in time']);
  expect(pump.received.filter(({ type }) => type === 'puback')).toHaveLength(1);
  expect(own.gateway.statistics().received).toBe(2);
});
