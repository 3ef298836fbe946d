import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, eventually, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

describe.each([4, 5] as const)('CONNECT, version %i', (version) => {
  it('lets a device in under its id and tells who came', async () => {
    const client = await harness.socket('pump-1', { version });
    const connack = await client.connect('pump-1');
    expect(connack).toMatchObject({ reasonCode: 0, sessionPresent: false });
    expect(harness.of('session-opened')).toMatchObject([
      {
        device: 'pump-1',
        clientId: 'pump-1',
        address: '192.0.2.1',
        serial: '01',
        version,
        admission: 'full',
      },
    ]);
  });

  it('lets it in under ID/name', async () => {
    const client = await harness.socket('pump-1', { version });
    expect(await client.connect('pump-1/sensor')).toMatchObject({ reasonCode: 0 });
  });

  it.each(['pump-2', 'pump-10', 'Pump-1', 'pump-1x/y'])(
    'refuses the client id %s [MQTT-3.1.3-8] (3.1.1: [MQTT-3.1.3-9])',
    async (clientId) => {
      const client = await harness.socket('pump-1', { version });
      expect(await client.connect(clientId)).toMatchObject({ reasonCode: version === 5 ? 0x85 : 2 });
      await client.closed;
      expect(harness.of('connect-refused')).toMatchObject([
        { code: 'gateway/client-id-not-own', device: 'pump-1' },
      ]);
    },
  );

  it('assigns an id below its own to a client without one', async () => {
    const client = await harness.socket('pump-1', { version });
    const connack = await client.connect('');
    expect(connack.reasonCode).toBe(0);
    const [opened] = harness.of('session-opened');
    expect(opened?.clientId).toMatch(/^pump-1\/[0-9a-f]{32}$/);
    if (version === 5) expect(connack.properties.assignedClientIdentifier).toBe(opened?.clientId);
  });

  it('refuses a password instead of pretending that it counts', async () => {
    const client = await harness.socket('pump-1', { version });
    const connack = await client.connect('pump-1', { username: 'admin', password: Buffer.from('admin') });
    expect(connack.reasonCode).toBe(version === 5 ? 0x86 : 4);
    expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/password-not-accepted' }]);
  });

  it('takes no notice of a user name alone', async () => {
    const client = await harness.socket('pump-1', { version });
    expect(await client.connect('pump-1', { username: 'pump' })).toMatchObject({ reasonCode: 0 });
  });

  it('refuses everybody while the replica is stale', async () => {
    harness.clock.advance(15_001);
    const client = await harness.socket('pump-1', { version });
    expect(await client.connect('pump-1')).toMatchObject({ reasonCode: version === 5 ? 0x88 : 3 });
    expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/replica-stale' }]);
  });

  it('refuses a device that may neither connect nor attest', async () => {
    harness.gateway.apply({
      sequence: harness.next(),
      kind: 'policies',
      policies: { staticPolicies: {}, templates: {}, templateLinks: [] },
    });
    const client = await harness.socket('pump-1', { version });
    expect(await client.connect('pump-1')).toMatchObject({ reasonCode: version === 5 ? 0x87 : 5 });
    expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/connect-denied' }]);
  });

  it('ends the older connection of a client id', async () => {
    const older = await harness.client('pump-1', { version });
    const newer = await harness.client('pump-1', { version });
    await older.closed;
    if (version === 5) expect(await older.next('disconnect')).toMatchObject({ reasonCode: 0x8e });
    await newer.settle();
    expect(harness.of('session-closed')).toMatchObject([{ clientId: 'pump-1', cause: 'taken-over' }]);
  });

  it('ends a connection after one and a half times its keep-alive', async () => {
    const client = await harness.client('pump-1', { version, keepAlive: 10 });
    harness.pass(14_000);
    await client.settle();
    harness.pass(14_900);
    await client.settle();
    harness.pass(15_001);
    await client.closed;
    expect(harness.of('session-closed')).toMatchObject([{ cause: 'keep-alive-timeout' }]);
  });

  it('ends a connection that sends no CONNECT', async () => {
    const client = await harness.socket('pump-1', { version });
    client.socket.write(Buffer.from([0x10, 200]));
    await eventually(
      () => harness.gateway.statistics().connections === 1 && harness.gateway.statistics().bytesIn === 2,
    );
    harness.pass(10_001);
    await client.closed;
    expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/connect-timeout' }]);
  });

  it('ends a connection whose first packet is something else, and one that connects twice', async () => {
    const first = await harness.socket('pump-1', { version });
    first.send({ type: 'pingreq' });
    await first.closed;
    const second = await harness.client('pump-1', { version });
    await expect(second.connect('pump-1')).rejects.toThrow('closed');
    expect(harness.of('session-closed')).toMatchObject([{ cause: 'packet-unexpected' }]);
  });

  it('keeps the connections of one device within bounds', async () => {
    for (let index = 0; index < 16; index++)
      await harness.client('pump-1', { version, clientId: `pump-1/${index}` });
    const one = await harness.socket('pump-1', { version });
    await one.closed;
    expect(harness.of('handshake-refused')).toMatchObject([
      { code: 'gateway/too-many-connections', device: 'pump-1' },
    ]);
  });
});

it('refuses MQTT 3.1 with the return code for it', async () => {
  const client = await harness.socket('pump-1', { version: 4 });
  client.socket.write(Buffer.from('100f00064d514973647003020000000161', 'hex'));
  expect(await client.next('connack')).toMatchObject({ reasonCode: 1 });
  await client.closed;
  expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/mqtt-protocol-version' }]);
});

it('refuses a device that is not in the register, and one that was removed', async () => {
  const unknown = await harness.socket('pump-9');
  await unknown.closed;
  const removed = await harness.client('pump-1');
  harness.gateway.apply({ sequence: harness.next(), kind: 'device-removed', id: 'pump-1' });
  await removed.closed;
  const again = await harness.socket('pump-1');
  await again.closed;
  expect(harness.of('handshake-refused').map(({ code, device: id }) => [code, id])).toEqual([
    ['gateway/device-unknown', 'pump-9'],
    ['gateway/device-unknown', 'pump-1'],
  ]);
});

it('asks the register again at CONNECT', async () => {
  const client = await harness.socket('pump-1', { serial: 'ab' });
  await eventually(() => harness.gateway.statistics().connections === 1);
  harness.set(device('pump-1', { revokedSerials: ['ab'] }));
  await client.closed;
  expect(harness.of('session-opened')).toEqual([]);
});

it('bounds how often a device connects', async () => {
  await harness.stop();
  harness = await Harness.start({ limits: { connectsPerDevice: 3 } });
  const codes: number[] = [];
  for (let index = 0; index < 4; index++)
    codes.push((await (await harness.socket('pump-1')).connect('pump-1')).reasonCode);
  expect(codes).toEqual([0, 0, 0, 0x9f]);
  harness.pass(60_000);
  expect(await (await harness.socket('pump-1')).connect('pump-1')).toMatchObject({ reasonCode: 0 });
});

it('says what it offers, within its limits', async () => {
  const client = await harness.socket('pump-1');
  const { properties } = await client.connect('pump-1', {
    properties: { sessionExpiryInterval: 4_000_000_000 },
  });
  expect(properties).toMatchObject({
    maximumPacketSize: 1_048_576,
    receiveMaximum: 256,
    topicAliasMaximum: 64,
    sessionExpiryInterval: 86_400,
  });
  expect(properties.sharedSubscriptionAvailable).toBeUndefined();
  const other = await harness.socket('pump-2');
  const connack = await other.connect('pump-2', { properties: { authenticationMethod: 'SCRAM-SHA-256' } });
  expect(connack.reasonCode).toBe(0x8c);
});
