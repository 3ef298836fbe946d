import { randomBytes } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { keyPurpose, steadyClock } from '@kiten/codec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type Gateway, type GatewayEvent } from '../src/index.ts';
import type { Limits } from '../src/limits.ts';
import { Authority, type Identity } from './support/authority.ts';
import { type DeviceOptions, device, eventually, standardPolicies, trustDomain } from './support/harness.ts';
import { RawClient } from './support/raw-client.ts';

const day = 86_400_000;
const authority = new Authority();
const stranger = new Authority('Other authority');
const server = authority.server();

let gateway: Gateway;
let port: number;
let sequence: number;
/** Milliseconds by which the gateway's clock is ahead of the machine's. */
let ahead: number;
const events: GatewayEvent[] = [];
const sockets: { destroy(): unknown }[] = [];

beforeEach(() => start());

async function start(limits: Partial<Limits> = {}): Promise<void> {
  events.length = 0;
  sequence = 0;
  ahead = 0;
  gateway = createGateway({
    trustDomain,
    clock: steadyClock(() => Date.now() + ahead),
    random: (bytes) => randomBytes(bytes),
    emit: (event) => events.push(event),
    limits: { closeTimeout: 200, ...limits },
    sweepInterval: 50,
  });
  gateway.apply({ sequence: ++sequence, kind: 'heartbeat', at: Date.now() });
  gateway.apply({ sequence: ++sequence, kind: 'policies', policies: standardPolicies });
  register('pump-1');
  gateway.apply({ sequence: ++sequence, kind: 'tls', tls: authority.tls(server) });
  ({ port } = await gateway.listen({ kind: 'tls', host: '127.0.0.1', port: 0 }));
}

/** The same with bounds that a client of these tests reaches, on a busy machine also one that does all it can. */
async function restart(limits: Partial<Limits>): Promise<void> {
  await gateway.close();
  await start(limits);
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close();
});

function register(id: string, options: DeviceOptions = {}): void {
  gateway.apply({ sequence: ++sequence, kind: 'device', device: device(id, options) });
}

function open(identity: Identity | undefined, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ca: authority.certificate,
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
    ...options,
  });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function connected(identity: Identity, options: ConnectionOptions = {}): Promise<RawClient> {
  const client = new RawClient(await open(identity, options), 5);
  expect(await client.connect('pump-1')).toMatchObject({ reasonCode: 0 });
  return client;
}

/** Connects and waits for the refusal. */
async function refusalOf(identity: Identity | undefined, options: ConnectionOptions = {}) {
  const before = refusals().length;
  await open(identity, options).then(
    (socket) =>
      new Promise((resolve) =>
        socket
          .on('error', () => undefined)
          .on('close', resolve)
          .resume(),
      ),
    () => undefined,
  );
  await eventually(() => refusals().length > before, 'a refusal');
  return refusals().at(-1);
}

function refusals(): Extract<GatewayEvent, { kind: 'handshake-refused' | 'connect-refused' }>[] {
  return events.filter((event) => event.kind === 'handshake-refused') as never;
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a client over %s', (version) => {
  const options = { minVersion: version, maxVersion: version } as const;

  it('gets in with the certificate of its device', async () => {
    const pump = authority.device('pump-1');
    const client = await connected(pump, options);
    expect(await client.publishAcknowledged('d/pump-1/t', 'x')).toMatchObject({ reasonCode: 0 });
    const opened = events.find(({ kind }) => kind === 'session-opened');
    expect(opened).toMatchObject({
      device: 'pump-1',
      serial: pump.serial,
      address: '127.0.0.1',
      resumed: false,
    });
    expect(opened).toMatchObject({ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it.each<[string, string, () => Identity | undefined]>([
    ['no certificate', 'certificate-missing', () => undefined],
    [
      'an expired one',
      'certificate-expired',
      () => authority.device('pump-1', { from: Date.now() - 2 * day, to: Date.now() - day }),
    ],
    [
      'one of tomorrow',
      'certificate-not-yet-valid',
      () => authority.device('pump-1', { from: Date.now() + day / 2 }),
    ],
    ['one of another authority', 'certificate-unknown-issuer', () => stranger.device('pump-1')],
    [
      'one of an authority of the same name',
      'certificate-unknown-issuer',
      () => new Authority().device('pump-1'),
    ],
    [
      'one for servers',
      'certificate-wrong-purpose',
      () => authority.device('pump-1', { purposes: [keyPurpose.serverAuth] }),
    ],
    [
      'one without a purpose',
      'certificate-wrong-purpose',
      () => authority.device('pump-1', { purposes: undefined }),
    ],
    ['one without a URI', 'certificate-wrong-name', () => authority.device('pump-1', { uris: [] })],
    [
      'one of another trust domain',
      'certificate-wrong-name',
      () => authority.device('pump-1', { uris: ['spiffe://plant-8.example/device/pump-1'] }),
    ],
    [
      'one with two URIs',
      'certificate-wrong-name',
      () =>
        authority.device('pump-1', {
          uris: [`spiffe://${trustDomain}/device/pump-1`, `spiffe://${trustDomain}/device/pump-2`],
        }),
    ],
    [
      'one for something else than a device',
      'certificate-wrong-name',
      () => authority.device('pump-1', { uris: [`spiffe://${trustDomain}/service/pump-1`] }),
    ],
    [
      'one with a longer path',
      'certificate-wrong-name',
      () => authority.device('pump-1', { uris: [`spiffe://${trustDomain}/device/pump-1/x`] }),
    ],
    [
      'one whose common name is another',
      'certificate-wrong-name',
      () => authority.device('pump-1', { commonName: 'pump-2' }),
    ],
    ['one of an unknown device', 'device-unknown', () => authority.device('pump-9')],
  ])('is refused with %s, as gateway/%s', async (_, code, identity) => {
    expect(await refusalOf(identity(), options)).toMatchObject({
      code: `gateway/${code}`,
      address: '127.0.0.1',
    });
    expect(events.some(({ kind }) => kind === 'session-opened')).toBe(false);
  });

  it('is refused when the register revokes its certificate, its device, or has a later one', async () => {
    const pump = authority.device('pump-1');
    register('pump-1', { revokedSerials: [pump.serial] });
    expect(await refusalOf(pump, options)).toMatchObject({
      code: 'gateway/certificate-revoked',
      device: 'pump-1',
    });
    register('pump-1', { previousSerials: [pump.serial] });
    expect(await refusalOf(pump, options)).toMatchObject({ code: 'gateway/device-superseded' });
    register('pump-1', { standing: 'revoked' });
    expect(await refusalOf(pump, options)).toMatchObject({ code: 'gateway/device-revoked' });
  });

  it('is refused once its certificate is on the list, and the others stay connected', async () => {
    const lost = authority.device('pump-1');
    const other = await connected(authority.device('pump-1'), options);
    gateway.apply({ sequence: ++sequence, kind: 'tls', tls: authority.tls(server, [lost]) });
    expect(await refusalOf(lost, options)).toMatchObject({ code: 'gateway/certificate-revoked' });
    await other.settle();
    await connected(authority.device('pump-1'), options);
  });

  it('resumes its session, and not after its device was revoked, released, or quarantined and revoked', async () => {
    const pump = authority.device('pump-1');
    const ticket = await ticketOf(pump, options);
    const resumed = await connected(pump, { ...options, session: ticket });
    expect(events.filter(({ kind }) => kind === 'session-opened').at(-1)).toMatchObject({ resumed: true });
    register('pump-1', { standing: 'revoked' });
    await resumed.closed;
    expect(await refusalOf(pump, { ...options, session: ticket })).toMatchObject({
      code: 'gateway/device-revoked',
    });
    // Released with the old certificate revoked: neither the ticket nor the certificate lets it in.
    register('pump-1', { revokedSerials: [pump.serial] });
    expect(await refusalOf(pump, { ...options, session: ticket })).toMatchObject({
      code: 'gateway/certificate-revoked',
    });
  });

  it('is told why it is cut, and is cut', async () => {
    const client = await connected(authority.device('pump-1'), options);
    // The reason goes out only if nothing before it is still on its way.
    await client.settle();
    await new Promise((resolve) => setTimeout(resolve, 20));
    register('pump-1', { standing: 'quarantined' });
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x87 });
    await client.closed;
  });

  it('has to prove itself anew once any device was revoked', async () => {
    const pump = authority.device('pump-1');
    const ticket = await ticketOf(pump, options);
    register('pump-2', { standing: 'revoked' });
    await connected(pump, { ...options, session: ticket });
    const opened = events.filter(({ kind }) => kind === 'session-opened');
    expect(opened.at(-1)).toMatchObject({ resumed: false });
  });

  it('cannot resume from before a new revocation list', async () => {
    const pump = authority.device('pump-1');
    const ticket = await ticketOf(pump, options);
    gateway.apply({ sequence: ++sequence, kind: 'tls', tls: authority.tls(server, [pump]) });
    expect(await refusalOf(pump, { ...options, session: ticket })).toMatchObject({
      code: 'gateway/certificate-revoked',
    });
  });
});

/** A session that can be resumed: in TLS 1.3 the ticket comes after the handshake. */
async function ticketOf(identity: Identity, options: ConnectionOptions): Promise<Buffer> {
  const socket = await open(identity, options);
  const ticket = new Promise<Buffer>((resolve) => socket.once('session', resolve));
  const client = new RawClient(socket, 5);
  await client.connect('pump-1');
  const session = options.maxVersion === 'TLSv1.2' ? (socket.getSession() as Buffer) : await ticket;
  socket.destroy();
  return session;
}

describe('a refused certificate', () => {
  it('does not get in by resuming the handshake it was refused after', async () => {
    const foreign = stranger.device('pump-1');
    const socket = await open(foreign, { maxVersion: 'TLSv1.3' });
    const ticket = await new Promise<Buffer | undefined>((resolve) => {
      socket
        .on('session', resolve)
        .on('error', () => undefined)
        .on('close', () => resolve(undefined))
        .resume();
    });
    await eventually(() => refusals().length === 1);
    if (ticket !== undefined) await refusalOf(foreign, { session: ticket });
    expect(events.some(({ kind }) => kind === 'session-opened')).toBe(false);
  });

  it('is told once per interval, with a count', async () => {
    for (let index = 0; index < 5; index++) {
      await open(undefined).then(
        (socket) =>
          new Promise((resolve) =>
            socket
              .on('error', () => undefined)
              .on('close', resolve)
              .resume(),
          ),
        () => undefined,
      );
    }
    await eventually(() => gateway.statistics().handshakesRefused === 5);
    expect(refusals()).toHaveLength(1);
    await gateway.close();
    expect(refusals().map(({ repeated }) => repeated)).toEqual([1, 4]);
  });
});

describe('what is no handshake', () => {
  it.each<[string, string, string | Buffer]>([
    ['HTTP', 'tls-not-tls', 'GET / HTTP/1.1\r\n\r\n'],
    ['MQTT without TLS', 'tls-not-tls', Buffer.from('101000044d5154540402003c000470756d70', 'hex')],
    ['silence', 'tls-handshake-timeout', ''],
    ['half a record', 'tls-handshake-timeout', Buffer.from('1603010200', 'hex')],
  ])('%s is told as gateway/%s', async (_, code, bytes) => {
    if (code === 'tls-handshake-timeout') await restart({ handshakeTimeout: 300 });
    const socket = connectSocket({ host: '127.0.0.1', port });
    sockets.push(socket);
    socket.on('error', () => undefined);
    if (bytes.length > 0) socket.write(bytes);
    await new Promise((resolve) => socket.on('close', resolve).resume());
    await eventually(() => refusals().length === 1);
    expect(refusals()).toMatchObject([{ code: `gateway/${code}`, address: '127.0.0.1' }]);
  });

  it('an old version is told as gateway/tls-version', async () => {
    const options = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    expect(await refusalOf(authority.device('pump-1'), options)).toMatchObject({
      code: 'gateway/tls-version',
    });
  });

  it('a break in the middle is told as gateway/tls-broken-off', async () => {
    const socket = connectSocket({ host: '127.0.0.1', port });
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(Buffer.from('160301', 'hex'));
    socket.end();
    await eventually(() => refusals().length === 1);
    expect(refusals()).toMatchObject([{ code: 'gateway/tls-broken-off' }]);
  });
});

it('ends a connection when its certificate expires', async () => {
  const client = await connected(authority.device('pump-1', { to: Date.now() + day }));
  ahead = 2 * day;
  gateway.apply({ sequence: ++sequence, kind: 'heartbeat', at: Date.now() + ahead });
  await client.closed;
  expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x87 });
  expect(events.find(({ kind }) => kind === 'session-closed')).toMatchObject({
    cause: 'certificate-expired',
  });
});

it('closes in time although somebody is in the middle of a handshake', async () => {
  await gateway.close();
  gateway = createGateway({
    trustDomain,
    clock: steadyClock(() => Date.now()),
    random: (bytes) => randomBytes(bytes),
    emit: (event) => events.push(event),
    limits: { handshakeTimeout: 60_000, closeTimeout: 100 },
  });
  gateway.apply({ sequence: 1, kind: 'tls', tls: authority.tls(server) });
  const bound = await gateway.listen({ kind: 'tls', host: '127.0.0.1', port: 0 });
  const socket = connectSocket({ host: '127.0.0.1', port: bound.port });
  sockets.push(socket);
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  await gateway.close();
  await closed;
});

it('lets nobody keep a connection without CONNECT', async () => {
  await restart({ connectTimeout: 300 });
  const socket = await open(authority.device('pump-1'));
  await new Promise((resolve) => socket.on('close', resolve).resume());
  expect(events.find(({ kind }) => kind === 'connect-refused')).toMatchObject({
    code: 'gateway/connect-timeout',
    device: 'pump-1',
  });
});

it('does not listen without a certificate, nor without TLS where it governs', async () => {
  const bare = createGateway({
    trustDomain,
    clock: steadyClock(() => Date.now()),
    random: (bytes) => randomBytes(bytes),
    emit: () => undefined,
    sweepInterval: 0,
  });
  const code = (kind: 'tls' | 'plain') =>
    bare.listen({ kind, host: '127.0.0.1', port: 0 }).catch((error) => error.code);
  expect(await code('tls')).toBe('gateway/listen-without-certificate');
  expect(await code('plain')).toBe('gateway/listen-without-identity');
});
