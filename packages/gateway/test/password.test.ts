import { setTimeout as pause } from 'node:timers/promises';
import { encodePacket, noProperties, type Packet } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PasswordVerifier } from '../src/index.ts';
import { eventually } from './support/harness.ts';
import { RawClient } from './support/raw-client.ts';
import { TlsHarness } from './support/tls-harness.ts';

let harness: TlsHarness;
let asked: string[] = [];

/** Knows the meter, and takes a turn of the loop to say so. */
const verifyPassword: PasswordVerifier = async (username, password, { address }) => {
  asked.push(`${username} ${address}`);
  await pause(5);
  if (Buffer.from(password).toString() !== 'long and random')
    return { refused: 'There is no such password.' };
  return { device: username };
};

beforeEach(async () => {
  asked = [];
  harness = await TlsHarness.start('password', { verifyPassword });
  harness.set('meter-1', { groups: ['password'], vector: { 'instance-identity': -33 } });
});
afterEach(() => harness.stop());

const secret = { username: 'meter-1', password: Buffer.from('long and random') };

async function socket(version: 4 | 5 = 5): Promise<RawClient> {
  return new RawClient(await harness.open(undefined), version);
}

describe.each([4, 5] as const)('a port for passwords, version %i', (version) => {
  it('lets a device in whose password it is, and tells how', async () => {
    const meter = await socket(version);
    expect(await meter.connect('meter-1', secret)).toMatchObject({ reasonCode: 0 });
    expect(asked).toEqual(['meter-1 127.0.0.1']);
    expect(harness.of('session-opened')).toMatchObject([
      { device: 'meter-1', by: 'password', serial: '', admission: 'full' },
    ]);
    expect(await meter.publishAcknowledged('d/meter-1/t', 'x')).toMatchObject({ reasonCode: 0 });
  });

  it('serves what was sent along with CONNECT once the password is verified, in order', async () => {
    const meter = await socket(version);
    const publish = {
      type: 'publish',
      topic: 'd/meter-1/t',
      payload: Buffer.from('x'),
      qos: 1,
      retain: false,
      dup: false,
      properties: noProperties,
    } as const;
    const packets: Packet[] = [
      {
        type: 'connect',
        version,
        clientId: 'meter-1',
        cleanStart: true,
        keepAlive: 0,
        properties: noProperties,
        ...secret,
      },
      { ...publish, packetId: 1 },
      { ...publish, packetId: 2 },
      { type: 'pingreq' },
    ];
    meter.socket.write(Buffer.concat(packets.map((packet) => encodePacket(packet, version))));
    await meter.next('pingresp');
    expect(meter.received.map(({ type }) => type)).toEqual(['connack', 'puback', 'puback']);
  });

  it('refuses a wrong one, one of an unknown device, and none at all, all in the same words', async () => {
    const code = version === 5 ? 0x86 : 4;
    const tries = [
      { username: 'meter-1', password: Buffer.from('guess') },
      { username: 'meter-9', password: Buffer.from('long and random') },
      { username: 'meter-1' },
      {},
    ];
    const told = new Set<string | undefined>();
    for (const each of version === 5 ? tries : tries.slice(0, 3)) {
      const client = await socket(version);
      const connack = await client.connect('meter-1', each);
      expect(connack.reasonCode).toBe(code);
      told.add(connack.properties.reasonString);
      await client.closed;
    }
    expect(told.size).toBe(1);
    expect(harness.of('connect-refused').map(({ code: told }) => told)).toEqual([
      'gateway/password-wrong',
      'gateway/device-unknown',
      'gateway/password-missing',
    ]);
    expect(harness.of('session-opened')).toEqual([]);
  });

  it('refuses a device that has a certificate to use', async () => {
    const client = await socket(version);
    const connack = await client.connect('pump-1', {
      username: 'pump-1',
      password: Buffer.from('long and random'),
    });
    expect(connack.reasonCode).toBe(version === 5 ? 0x86 : 4);
    expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/password-not-for-device' }]);
  });
});

it('holds the device to what its group may do', async () => {
  harness.set('meter-1', { groups: ['password', 'controllers'] });
  const meter = await socket();
  await meter.connect('meter-1', secret);
  expect(await meter.publishAcknowledged('d/meter-1/t', 'x')).toMatchObject({ reasonCode: 0 });
  expect(await meter.subscribe('c/meter-1/#')).toMatchObject({ reasonCodes: [1] });
  expect(await meter.publishAcknowledged('c/pump-1/set', 'x')).toMatchObject({ reasonCode: 0x87 });
  expect(await meter.subscribe('d/#')).toMatchObject({ reasonCodes: [0x87] });
});

it('cuts it when trust in it falls, and lets it in no more when it is revoked', async () => {
  const meter = await socket();
  await meter.connect('meter-1', secret);
  harness.set('meter-1', { groups: ['password'], standing: 'revoked' });
  await meter.closed;
  const again = await socket();
  expect(await again.connect('meter-1', secret)).toMatchObject({ reasonCode: 0x87 });
});

it('bounds guessing, by name and by address', async () => {
  await harness.stop();
  harness = await TlsHarness.start('password', { verifyPassword, limits: { passwordAttempts: 3 } });
  harness.set('meter-1', { groups: ['password'] });
  for (let index = 0; index < 3; index++)
    await (await socket()).connect('meter-1', { ...secret, password: Buffer.from(`${index}`) });
  expect(await (await socket()).connect('meter-1', secret)).toMatchObject({ reasonCode: 0x9f });
  expect(asked).toHaveLength(3);
  const elsewhere = new RawClient(await harness.open(undefined, { localAddress: '127.0.0.2' }), 5);
  expect(await elsewhere.connect('meter-1', secret)).toMatchObject({ reasonCode: 0x9f });
  harness.pass(60_000);
  expect(await (await socket()).connect('meter-1', secret)).toMatchObject({ reasonCode: 0 });
});

it('counts as guesses only what fails, so that many devices may share an address', async () => {
  await harness.stop();
  harness = await TlsHarness.start('password', { verifyPassword, limits: { passwordAttempts: 2 } });
  harness.set('meter-1', { groups: ['password'] });
  for (let index = 0; index < 5; index++) {
    expect(await (await socket()).connect(`meter-1/${index}`, secret)).toMatchObject({ reasonCode: 0 });
  }
  const wrong = { ...secret, password: Buffer.from('guess') };
  for (const reasonCode of [0x86, 0x86, 0x9f])
    expect(await (await socket()).connect('meter-1', wrong)).toMatchObject({ reasonCode });
});

it('keeps what a client sends before it is verified within bounds', async () => {
  await harness.stop();
  harness = await TlsHarness.start('password', {
    verifyPassword: () => new Promise(() => undefined),
    limits: { packetSize: 4096, connectPacketSize: 1024 },
  });
  const client = await socket();
  client.send({
    type: 'connect',
    version: 5,
    clientId: 'meter-1',
    cleanStart: true,
    keepAlive: 0,
    properties: noProperties,
    ...secret,
  });
  for (let index = 0; index < 64; index++) client.socket.write(Buffer.alloc(65_536, 0xc0));
  await eventually(() => harness.gateway.statistics().bytesIn > 0);
  harness.pass(10_001);
  await client.closed;
  expect(harness.gateway.statistics().bytesIn).toBeLessThan(1_000_000);
});

it('does not open without a verifier', async () => {
  await harness.stop();
  await expect(TlsHarness.start('password')).rejects.toMatchObject({
    code: 'gateway/listen-without-verifier',
  });
});
