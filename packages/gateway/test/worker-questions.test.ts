import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Auth } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Authenticator,
  type GatewayClient,
  type GatewayEvent,
  type GatewayWorkerData,
  gatewayClient,
  type PasswordVerifier,
} from '../src/index.ts';
import { device, eventually, standardPolicies, trustDomain } from './support/harness.ts';
import { RawClient } from './support/raw-client.ts';

const key = randomBytes(32);
const proof = (challenge: Uint8Array): Buffer => createHmac('sha256', key).update(challenge).digest();
const method = 'KEY-CHALLENGE';

let worker: Worker;
let client: GatewayClient;
let port: number;
let events: GatewayEvent[];
let sequence: number;
let underWay: Set<string>;
let broken = false;
const clients: RawClient[] = [];

async function open(): Promise<RawClient> {
  const raw = await RawClient.open(port, 5);
  clients.push(raw);
  return raw;
}

/** Lives in this thread, while the gateway is in another. */
const challenge: Authenticator = {
  method,
  begin({ device, isAgain }) {
    const name = `${device} ${isAgain ? 'again' : 'first'}`;
    let asked: Uint8Array | undefined;
    underWay.add(name);
    return {
      async advance(data) {
        await new Promise((resolve) => setImmediate(resolve));
        if (asked === undefined) {
          asked = randomBytes(16);
          return { outcome: 'continue', data: asked };
        }
        underWay.delete(name);
        return data !== undefined && proof(asked).equals(data)
          ? { outcome: 'success', data: Buffer.from('welcome') }
          : { outcome: 'refuse', reason: 'The proof does not hold.' };
      },
      abandon: () => void underWay.delete(name),
    };
  },
};

const verifyPassword: PasswordVerifier = async (username, password, { address }) => {
  if (broken) throw new Error('the store is on fire');
  if (username === 'crowd') return { busy: `Too many at ${address}.` };
  const known = Buffer.from(password).toString() === 'long and random';
  return known ? { device: username, credential: 'first' } : { refused: 'No.' };
};

beforeEach(async () => {
  [events, sequence, broken, underWay] = [[], 0, false, new Set()];
  const workerData: GatewayWorkerData = { trustDomain, asksPasswords: true, asksMethods: [method] };
  worker = new Worker(new URL('./support/worker.ts', import.meta.url), { workerData });
  client = gatewayClient(worker, (event) => events.push(event), {
    verifyPassword,
    authenticators: [challenge],
  });
  client.apply({ sequence: ++sequence, kind: 'heartbeat', at: Date.now() });
  client.apply({ sequence: ++sequence, kind: 'policies', policies: standardPolicies });
  set({ password: 'first' });
  port = (await client.listen({ kind: 'plain-password', host: '127.0.0.1', port: 0 })).port;
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  const exited = once(worker, 'exit');
  await client.close();
  await exited;
});

function set(change: { readonly password?: string; readonly groups?: readonly string[] }): void {
  const meter = { ...device('meter-1', { groups: ['password'] }), ...change };
  client.apply({ sequence: ++sequence, kind: 'device', device: meter });
}

const secret = { username: 'meter-1', password: Buffer.from('long and random') };
const joined = (more = {}) =>
  open().then((raw) => ({ raw, connack: raw.connect('meter-1', { ...secret, ...more }) }));

const refusals = (): string[] =>
  events.flatMap((event) => (event.kind === 'connect-refused' ? [event.code] : []));

describe('a password that another thread verifies', () => {
  it('lets in whose it is, and refuses a wrong one', async () => {
    const { raw, connack } = await joined();
    expect(await connack).toMatchObject({ reasonCode: 0 });
    expect(await raw.publishAcknowledged('d/meter-1/t', 'x')).toMatchObject({ reasonCode: 0 });
    const wrong = await joined({ password: Buffer.from('guess') });
    expect(await wrong.connack).toMatchObject({ reasonCode: 0x86 });
    await expect.poll(refusals).toEqual(['gateway/password-wrong']);
  });

  it('waits its turn or is told to come back', async () => {
    const { connack } = await joined({ username: 'crowd' });
    expect(await connack).toMatchObject({
      reasonCode: 0x89,
      properties: { reasonString: 'Too many at 127.0.0.1.' },
    });
    await expect.poll(refusals).toEqual(['gateway/password-busy']);
  });

  it('costs one connection when it cannot be verified, and the next is served', async () => {
    broken = true;
    const { raw, connack } = await joined();
    await expect(connack).rejects.toThrow('closed without connack');
    await raw.closed;
    await eventually(() => events.some(({ kind }) => kind === 'fault'));
    expect(events.find(({ kind }) => kind === 'fault')).toMatchObject({
      message: expect.stringContaining('on fire'),
    });
    broken = false;
    expect(await (await joined()).connack).toMatchObject({ reasonCode: 0 });
  });

  it('ends connections when it is replaced or withdrawn, and leaves those of the next alone', async () => {
    const { raw, connack } = await joined();
    await connack;
    set({ password: 'first', groups: ['password', 'meters'] });
    expect(await raw.publishAcknowledged('d/meter-1/t', 'x')).toMatchObject({ reasonCode: 0 });
    set({ password: 'second' });
    await raw.closed;
    expect(await (await joined()).connack).toMatchObject({ reasonCode: 0x86 });
    await expect.poll(refusals).toEqual(['gateway/password-replaced']);
    set({ password: 'first' });
    const again = await joined();
    expect(await again.connack).toMatchObject({ reasonCode: 0 });
    set({ groups: [] });
    await again.raw.closed;
  });

  it('has whatever client id its device was made with, below the device’s own', async () => {
    const raw = await open();
    expect(await raw.connect('ESP 8266', secret)).toMatchObject({ reasonCode: 0 });
    const opened = () => events.filter(({ kind }) => kind === 'session-opened');
    await eventually(() => opened().length > 0, 'the session');
    expect(opened()).toMatchObject([{ device: 'meter-1', clientId: 'meter-1/ESP 8266', by: 'password' }]);
  });
});

describe('enhanced authentication whose domain lives in another thread', () => {
  const properties = { authenticationMethod: method };

  async function answer(raw: RawClient, good: boolean): Promise<void> {
    const asked = (await raw.next('auth')) as Auth;
    const data = proof(asked.properties.authenticationData ?? Buffer.alloc(0));
    raw.send({
      type: 'auth',
      reasonCode: 0x18,
      properties: { ...properties, authenticationData: good ? data : Buffer.from('no') },
    });
  }

  async function begun(): Promise<RawClient> {
    const raw = await open();
    const packet = {
      type: 'connect',
      version: 5,
      clientId: 'meter-1',
      cleanStart: true,
      keepAlive: 0,
    } as const;
    raw.send({ ...packet, properties, ...secret });
    return raw;
  }

  it('goes step by step across the threads, at CONNECT and again', async () => {
    const raw = await begun();
    await answer(raw, true);
    const connack = await raw.next('connack');
    expect(connack).toMatchObject({ reasonCode: 0 });
    expect(connack.properties.authenticationData?.toString()).toBe('welcome');
    raw.send({ type: 'auth', reasonCode: 0x19, properties });
    await answer(raw, true);
    await eventually(() =>
      raw.received.some(
        ({ type, ...rest }) => type === 'auth' && 'reasonCode' in rest && rest.reasonCode === 0,
      ),
    );
    expect(underWay.size).toBe(0);
  });

  it('refuses who does not prove it', async () => {
    const raw = await begun();
    await answer(raw, false);
    expect(await raw.next('connack')).toMatchObject({ reasonCode: 0x87 });
    await raw.closed;
    await expect.poll(refusals).toEqual(['gateway/authentication-failed']);
  });

  it('forgets what a client left behind half-way', async () => {
    const raw = await begun();
    await raw.next('auth');
    expect([...underWay]).toEqual(['meter-1 first']);
    raw.socket.destroy();
    await eventually(() => underWay.size === 0);
  });

  it('knows no other method', async () => {
    const raw = await open();
    const connack = await raw.connect('meter-1', {
      ...secret,
      properties: { authenticationMethod: 'OTHER' },
    });
    expect(connack).toMatchObject({ reasonCode: 0x8c });
  });
});
