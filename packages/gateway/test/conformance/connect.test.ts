import { encodePacket, noProperties, type Packet } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ access: 'open' });
});
afterEach(() => harness.stop());

/** Sends bytes as they are. */
function raw(client: RawClient, hex: string): void {
  client.socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

/** What a server answers to a first packet that is no good, and then closes. */
async function answerTo(version: 4 | 5, hex: string): Promise<readonly Packet[]> {
  const client = await harness.socket('anyone', { version });
  raw(client, hex);
  await client.closed;
  return client.received;
}

const connect = (version: 4 | 5, more: object = {}): Packet =>
  ({
    type: 'connect',
    version,
    clientId: 'client',
    cleanStart: true,
    keepAlive: 0,
    properties: noProperties,
    ...more,
  }) as Packet;
const hexOf = (version: 4 | 5, packet: Packet): string => encodePacket(packet, version).toString('hex');

describe.each([4, 5] as const)('CONNECT, version %i', (version) => {
  it.each([
    ['PINGREQ', 'c000'],
    ['PUBLISH', '30050001610078'],
    ['DISCONNECT', 'e000'],
  ])('comes first, and %s does not [MQTT-3.1.0-1] (3.1.1: [MQTT-3.1.0-1] [MQTT-4.8.0-1])', async (_, hex) => {
    expect(await answerTo(version, hex)).toEqual([]);
  });

  it('comes once [MQTT-3.1.0-2] (3.1.1: [MQTT-3.1.0-2])', async () => {
    const client = await harness.client('anyone', { version, clientId: 'client' });
    client.send(connect(version));
    await client.closed;
    expect(client.received).toMatchObject(version === 5 ? [{ type: 'disconnect', reasonCode: 0x82 }] : []);
  });

  it('of another protocol is not served [MQTT-3.1.2-1] (3.1.1: [MQTT-3.1.2-1])', async () => {
    const hex = hexOf(version, connect(version)).replace('4d515454', '48545450');
    expect(await answerTo(4, hex)).toMatchObject([{ type: 'connack', reasonCode: 1 }]);
    expect(harness.of('session-opened')).toEqual([]);
  });

  it('with a reserved flag set is malformed [MQTT-3.1.4-1] (3.1.1: [MQTT-3.1.2-3] [MQTT-3.1.4-1])', async () => {
    const hex = hexOf(version, connect(version)).replace(/(4d5154540[45])02/, '$103');
    const answers = await answerTo(version, hex);
    expect(answers).toMatchObject(version === 5 ? [{ type: 'connack', reasonCode: 0x81 }] : []);
  });

  it('that is accepted is answered with 0, before all else, and once [MQTT-3.1.4-5] [MQTT-3.2.0-1] [MQTT-3.2.0-2] (3.1.1: [MQTT-3.1.4-4] [MQTT-3.2.0-1])', async () => {
    const options = version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {};
    const away = await harness.client('anyone', {
      version,
      clientId: 'client',
      cleanStart: false,
      ...options,
    });
    await away.subscribe('t');
    away.socket.destroy();
    await away.closed;
    const other = await harness.client('anyone', { clientId: 'other' });
    await other.publishAcknowledged('t', 'waits');
    const client = await harness.socket('anyone', { version });
    client.send(connect(version, { cleanStart: false, ...options }));
    client.send({ type: 'pingreq' });
    await eventually(() => client.received.length >= 3);
    expect(client.received.map(({ type }) => type)).toEqual(['connack', 'publish', 'pingresp']);
  });

  it('may have an identifier of letters and digits, up to 23 [MQTT-3.1.3-5] (3.1.1: [MQTT-3.1.3-5])', async () => {
    for (const clientId of ['a', '0123456789abcdefghijklm', 'NOPQRSTUVWXYZnopqrstuvw']) {
      const client = await harness.socket('anyone', { version });
      expect(await client.connect(clientId)).toMatchObject({ reasonCode: 0 });
    }
  });

  it('without an identifier gets a new one each time [MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.2.2-16] (3.1.1: [MQTT-3.1.3-6])', async () => {
    const told = new Set<string | undefined>();
    for (let index = 0; index < 3; index++) {
      const client = await harness.socket('anyone', { version });
      const { reasonCode, properties } = await client.connect('');
      expect(reasonCode).toBe(0);
      told.add(properties.assignedClientIdentifier);
    }
    const ids = harness.of('session-opened').map(({ clientId }) => clientId);
    expect(new Set(ids).size).toBe(3);
    expect([...told]).toEqual(version === 5 ? ids : [undefined]);
  });

  it('under an identifier in use takes its place [MQTT-3.1.4-3] (3.1.1: [MQTT-3.1.4-2])', async () => {
    const older = await harness.client('anyone', { version, clientId: 'client' });
    const newer = await harness.client('anyone', { version, clientId: 'client' });
    await older.closed;
    expect(older.received).toMatchObject(version === 5 ? [{ type: 'disconnect', reasonCode: 0x8e }] : []);
    await newer.settle();
  });

  it('that is refused is followed by nothing, whatever came with it [MQTT-3.1.4-2] [MQTT-3.1.4-6] [MQTT-3.2.2-7] (3.1.1: [MQTT-3.1.4-5] [MQTT-3.2.2-5])', async () => {
    await harness.stop();
    harness = await Harness.start();
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const publish: Packet = {
      type: 'publish',
      topic: 'd/pump-1/t',
      payload: Buffer.from('x'),
      qos: 0,
      retain: false,
      dup: false,
      properties: noProperties,
    };
    const client = await harness.socket('pump-1', { version });
    raw(client, hexOf(version, connect(version, { clientId: 'pump-2' })) + hexOf(version, publish));
    await client.closed;
    expect(client.received).toMatchObject([
      { type: 'connack', reasonCode: version === 5 ? 0x85 : 2, sessionPresent: false },
    ]);
    expect(await screen.messages()).toEqual([]);
  });

  it('is held to its keep-alive, if we set none [MQTT-3.2.2-22] [MQTT-3.1.2-22] (3.1.1: [MQTT-3.1.2-24])', async () => {
    const client = await harness.client('anyone', { version, clientId: 'client', keepAlive: 10 });
    harness.pass(15_000);
    await client.settle();
    harness.pass(15_001);
    await client.closed;
    expect(harness.of('session-closed')).toMatchObject([{ cause: 'keep-alive-timeout' }]);
  });

  it('with a user name and password, a will, all or none of them, is read as its flags say [MQTT-3.1.2-18] [MQTT-3.1.3-1] (3.1.1: [MQTT-3.1.3-1] [MQTT-3.1.2-19] [MQTT-3.1.2-21])', async () => {
    const will = {
      topic: 'gone',
      payload: Buffer.from('gone'),
      qos: 0,
      retain: false,
      properties: noProperties,
    };
    for (const more of [
      {},
      { username: 'user' },
      { username: 'user', password: Buffer.from('secret') },
      { will },
      { will, username: 'user', password: Buffer.from('secret') },
    ]) {
      const client = await harness.socket('anyone', { version });
      client.send(connect(version, more));
      expect(await client.next('connack')).toMatchObject({ reasonCode: 0 });
    }
  });
});

it('a version that is not served is told so [MQTT-3.1.2-2] (3.1.1: [MQTT-3.1.2-2])', async () => {
  const hex = hexOf(5, connect(5));
  for (const level of ['03', '06', '84']) {
    const answers = await answerTo(4, hex.replace('4d51545405', `4d515454${level}`));
    expect(answers).toMatchObject([{ type: 'connack', reasonCode: 1 }]);
  }
});

it('3.1.1 without an identifier has to ask for a clean session (3.1.1: [MQTT-3.1.3-8] [MQTT-3.1.3-9])', async () => {
  const answers = await answerTo(4, '100c 0004 4d515454 04 00 0000 0000');
  expect(answers).toMatchObject([{ type: 'connack', reasonCode: 2 }]);
});

it('3.1.1 is refused without CONNACK where there is no return code for it (3.1.1: [MQTT-3.2.2-6])', async () => {
  await harness.stop();
  harness = await Harness.start({ limits: { connectsPerDevice: 1 } });
  await harness.client('pump-1', { version: 4 });
  const client = await harness.socket('pump-1', { version: 4 });
  client.send(connect(4, { clientId: 'pump-1' }));
  await client.closed;
  expect(client.received).toEqual([]);
});

describe('CONNACK of version 5', () => {
  it('offers response information to who asks, and to nobody else [MQTT-3.1.2-28]', async () => {
    const asked = await harness.socket('anyone');
    const { properties } = await asked.connect('client', {
      properties: { requestResponseInformation: true },
    });
    expect(properties.responseInformation).toBe('response/client');
    for (const given of [{}, { requestResponseInformation: false }]) {
      const client = await harness.socket('anyone');
      const connack = await client.connect('other', { properties: given });
      expect(connack.properties.responseInformation).toBeUndefined();
    }
    const odd = await harness.socket('anyone');
    const connack = await odd.connect('a+b', { properties: { requestResponseInformation: true } });
    expect(connack.properties.responseInformation).toBeUndefined();
  });

  it('offers it where the device hears alone', async () => {
    await harness.stop();
    harness = await Harness.start();
    const client = await harness.socket('pump-1');
    const { properties } = await client.connect('pump-1/app', {
      properties: { requestResponseInformation: true },
    });
    expect(properties.responseInformation).toBe('c/pump-1/app/response');
    expect(await client.subscribe(`${properties.responseInformation}/#`)).toMatchObject({ reasonCodes: [1] });
  });

  it('tells its keep-alive where the client’s is too long, or none, and keeps to it', async () => {
    await harness.stop();
    harness = await Harness.start({ access: 'open', limits: { maximumKeepAlive: 60 } });
    const told: (number | undefined)[] = [];
    for (const keepAlive of [0, 30, 60, 120]) {
      const client = await harness.socket('anyone');
      const { properties } = await client.connect(`client${keepAlive}`, { keepAlive });
      told.push(properties.serverKeepAlive);
    }
    expect(told).toEqual([60, undefined, undefined, 60]);
    harness.pass(90_001);
    await eventually(() => harness.of('session-closed').length === 4);
  });

  it('leaves its reason out where it would be too large [MQTT-3.2.2-19], and says nothing of a maximum QoS', async () => {
    await harness.stop();
    harness = await Harness.start();
    for (const [maximumPacketSize, hasReason] of [
      [200, true],
      [20, false],
    ] as const) {
      const client = await harness.socket('pump-1');
      const connack = await client.connect('pump-2', { properties: { maximumPacketSize } });
      expect(connack.properties.reasonString !== undefined).toBe(hasReason);
    }
    const client = await harness.socket('pump-1');
    const { properties } = await client.connect('pump-1');
    expect(properties.maximumQos).toBeUndefined();
    expect(properties.retainAvailable).toBeUndefined();
    expect(properties.wildcardSubscriptionAvailable).toBeUndefined();
    expect(properties.subscriptionIdentifiersAvailable).toBeUndefined();
  });

  it('a client that cannot take any CONNACK is not served', async () => {
    const client = await harness.socket('anyone');
    client.send(connect(5, { properties: { maximumPacketSize: 5 } }));
    await client.closed;
    expect(client.received).toEqual([]);
    expect(harness.of('session-closed')).toMatchObject([{ cause: 'packet-size-too-small' }]);
  });

  it('says so where nothing is retained, and then nothing is [MQTT-3.2.2-13] [MQTT-3.2.2-14]', async () => {
    await harness.stop();
    harness = await Harness.start({ access: 'open', limits: { retainedMessages: 0 } });
    const client = await harness.socket('anyone');
    const { properties } = await client.connect('client');
    expect(properties.retainAvailable).toBe(false);
    client.publish('t', 'x', { qos: 1, retain: true });
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x9a });
    const other = await harness.socket('anyone');
    const will = {
      topic: 't',
      payload: Buffer.from('x'),
      qos: 0 as const,
      retain: true,
      properties: noProperties,
    };
    expect(await other.connect('other', { will })).toMatchObject({ reasonCode: 0x9a });
    await other.closed;
    const old = await harness.client('anyone', { version: 4, clientId: 'old' });
    expect(await old.publishAcknowledged('t', 'x', { retain: true })).toMatchObject({ reasonCode: 0 });
    expect(harness.gateway.statistics()).toMatchObject({ retainedMessages: 0 });
  });
});
