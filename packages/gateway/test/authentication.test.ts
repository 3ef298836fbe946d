import { createHmac, randomBytes } from 'node:crypto';
import { type Auth, noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Authenticator } from '../src/index.ts';
import { device, eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

const key = randomBytes(32);
const proof = (challenge: Uint8Array): Buffer => createHmac('sha256', key).update(challenge).digest();
const method = 'KEY-CHALLENGE';
let subjects: unknown[] = [];

/** Asks for the proof that the client holds a key; takes its time over it. */
const challenge: Authenticator = {
  method,
  begin(subject) {
    subjects.push(subject);
    let asked: Uint8Array | undefined;
    return {
      async advance(data) {
        await new Promise((resolve) => setImmediate(resolve));
        if (asked === undefined) {
          asked = randomBytes(16);
          return { outcome: 'continue', data: asked };
        }
        return data !== undefined && proof(asked).equals(data)
          ? { outcome: 'success', data: Buffer.from('welcome') }
          : { outcome: 'refuse', reason: 'The proof does not hold.' };
      },
    };
  },
};

/** Says yes at once. */
const trusting: Authenticator = { method: 'YES', begin: () => ({ advance: () => ({ outcome: 'success' }) }) };

/** Never comes to an end. */
const endless: Authenticator = {
  method: 'ENDLESS',
  begin: () => ({ advance: () => ({ outcome: 'continue' }) }),
};

const broken: Authenticator = {
  method: 'BROKEN',
  begin: () => ({ advance: () => Promise.reject(new Error('out of order')) }),
};

let harness: Harness;
beforeEach(async () => {
  subjects = [];
  harness = await Harness.start({ authenticators: [challenge, trusting, endless, broken] });
});
afterEach(() => harness.stop());

/** Sends a CONNECT that names a method, and does not wait. */
async function begun(name = method, more = {}): Promise<RawClient> {
  const client = await harness.socket('pump-1');
  client.send({
    type: 'connect',
    version: 5,
    clientId: 'pump-1',
    cleanStart: true,
    keepAlive: 0,
    properties: { authenticationMethod: name },
    ...more,
  });
  return client;
}

function say(client: RawClient, reasonCode: number, data?: Uint8Array, name = method): void {
  client.send({
    type: 'auth',
    reasonCode,
    properties: {
      authenticationMethod: name,
      ...(data === undefined ? {} : { authenticationData: Buffer.from(data) }),
    },
  });
}

async function answered(client: RawClient): Promise<Auth> {
  const auth = await client.next('auth');
  say(client, 0x18, proof(auth.properties.authenticationData as Buffer));
  return auth;
}

describe('a client that names a method in its CONNECT', () => {
  it('is let in once it has proved itself, and is told the method [MQTT-4.12.0-2] [MQTT-4.12.0-5]', async () => {
    const will = {
      topic: 'd/pump-1/gone',
      payload: Buffer.from('gone'),
      qos: 1,
      retain: false,
      properties: { correlationData: Buffer.from('kept') },
    };
    const client = await begun(method, { will });
    expect(await answered(client)).toMatchObject({
      reasonCode: 0x18,
      properties: { authenticationMethod: method },
    });
    expect(await client.next('connack')).toMatchObject({
      reasonCode: 0,
      properties: { authenticationMethod: method, authenticationData: Buffer.from('welcome') },
    });
    expect(subjects).toEqual([
      { device: 'pump-1', clientId: 'pump-1', address: '192.0.2.1', isAgain: false },
    ]);
    // What the CONNECT said was kept meanwhile.
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    client.socket.destroy();
    expect(await screen.next('publish')).toMatchObject({
      payload: Buffer.from('gone'),
      properties: { correlationData: Buffer.from('kept') },
    });
  });

  it('is let in at once by a method that asks for nothing', async () => {
    const client = await begun('YES');
    expect(await client.next('connack')).toMatchObject({
      reasonCode: 0,
      properties: { authenticationMethod: 'YES' },
    });
  });

  it('is refused if it proves nothing [MQTT-4.12.0-4]', async () => {
    const client = await begun();
    await client.next('auth');
    say(client, 0x18, Buffer.from('a guess'));
    expect(await client.next('connack')).toMatchObject({
      reasonCode: 0x87,
      properties: { reasonString: 'The proof does not hold.' },
    });
    await client.closed;
    expect(harness.of('connect-refused')).toMatchObject([{ code: 'gateway/authentication-failed' }]);
    expect(harness.of('session-opened')).toEqual([]);
  });

  it('is refused with 0x8c if nobody here knows the method [MQTT-4.12.0-1]', async () => {
    const client = await begun('SCRAM-SHA-256');
    expect(await client.next('connack')).toMatchObject({ reasonCode: 0x8c });
    await client.closed;
  });

  it.each([
    ['another method', (client: RawClient) => say(client, 0x18, Buffer.of(1), 'YES')],
    ['the wish to begin again', (client: RawClient) => say(client, 0x19)],
    ['anything but AUTH and DISCONNECT', (client: RawClient) => client.send({ type: 'pingreq' })],
    [
      'a second CONNECT',
      (client: RawClient) =>
        client.send({
          type: 'connect',
          version: 5,
          clientId: 'pump-1',
          cleanStart: true,
          keepAlive: 0,
          properties: noProperties,
        }),
    ],
  ])('is refused when it then sends %s [MQTT-3.1.2-30]', async (_, then) => {
    const client = await begun();
    await client.next('auth');
    then(client);
    expect(await client.next('connack')).toMatchObject({ reasonCode: 0x82 });
    await client.closed;
    expect(client.received).toEqual([]);
  });

  it('may give up', async () => {
    const client = await begun();
    await client.next('auth');
    client.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
    await client.closed;
    expect(harness.of('connect-refused')).toEqual([]);
  });

  it('has to come to an end in time, and in so many steps', async () => {
    const slow = await begun();
    await slow.next('auth');
    harness.pass(10_001);
    await slow.closed;
    const wordy = await begun('ENDLESS');
    for (let step = 0; step < 16; step++) {
      await wordy.next('auth');
      say(wordy, 0x18, undefined, 'ENDLESS');
    }
    expect(await wordy.next('connack')).toMatchObject({ reasonCode: 0x87 });
  });

  it('is refused if trust in its device fell meanwhile', async () => {
    const client = await begun();
    const auth = await client.next('auth');
    harness.gateway.apply({
      sequence: harness.next(),
      kind: 'policies',
      policies: { staticPolicies: {}, templates: {}, templateLinks: [] },
    });
    say(client, 0x18, proof(auth.properties.authenticationData as Buffer));
    expect(await client.next('connack')).toMatchObject({ reasonCode: 0x87 });
  });

  it('costs nobody else anything if the method fails', async () => {
    const client = await begun('BROKEN');
    await client.closed;
    expect(harness.of('fault')).toMatchObject([{ code: 'gateway/internal-fault' }]);
    await (await harness.client('pump-1')).settle();
  });

  it('leaves no trace when it goes while it is waited for', async () => {
    const client = await begun();
    client.socket.destroy();
    await eventually(() => harness.gateway.statistics().connections === 0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(harness.of('fault')).toEqual([]);
  });
});

describe('a client that authenticates anew', () => {
  async function let_in(): Promise<RawClient> {
    const client = await begun();
    await answered(client);
    await client.next('connack');
    return client;
  }

  it('is asked again, and told of its success with the method [MQTT-4.12.1-1]', async () => {
    const client = await let_in();
    say(client, 0x19);
    await answered(client);
    // Meanwhile all else goes on.
    await client.settle();
    expect(await client.next('auth')).toMatchObject({
      reasonCode: 0,
      properties: { authenticationMethod: method },
    });
    expect(subjects).toMatchObject([{ isAgain: false }, { isAgain: true }]);
    expect(await client.publishAcknowledged('d/pump-1/t', 'x')).toMatchObject({ reasonCode: 0 });
  });

  it('is cut if it fails [MQTT-4.12.1-2]', async () => {
    const client = await let_in();
    say(client, 0x19);
    await client.next('auth');
    say(client, 0x18, Buffer.of(1));
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x87 });
    await client.closed;
  });

  it('is cut if it names another method than in its CONNECT', async () => {
    const client = await let_in();
    say(client, 0x19, undefined, 'YES');
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it('is cut if it answers what nobody asked, or begins twice', async () => {
    const one = await let_in();
    say(one, 0x18, Buffer.of(1));
    expect(await one.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
    const two = await let_in();
    say(two, 0x19);
    say(two, 0x19);
    expect(await two.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it('is cut if it does not come to an end in time', async () => {
    const client = await let_in();
    say(client, 0x19);
    await client.next('auth');
    harness.pass(10_001);
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x87 });
  });
});

describe('a client that named no method', () => {
  it('is told of none [MQTT-4.12.0-6], and is cut when it sends AUTH [MQTT-4.12.0-7]', async () => {
    const client = await harness.socket('pump-1');
    const { properties } = await client.connect('pump-1');
    expect(properties.authenticationMethod).toBeUndefined();
    say(client, 0x19);
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
    await client.closed;
    expect(harness.of('session-closed')).toHaveLength(1);
  });

  it('needs the register’s word as ever', async () => {
    harness.set(device('pump-1', { standing: 'revoked' }));
    const client = await harness.socket('pump-1');
    await client.closed;
  });
});
