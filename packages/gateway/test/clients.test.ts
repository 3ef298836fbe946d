import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { connectAsync } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Subscriber, subscribed } from '../../../test/subscriber.ts';
import { requireTool } from '../../../test/tools.ts';
import { type GatewayClient, type GatewayEvent, gatewayClient } from '../src/index.ts';
import { Authority } from './support/authority.ts';
import { device, eventually, fleet, standardPolicies, trustDomain } from './support/harness.ts';

const authority = new Authority();
const server = authority.server();
const devices = [...fleet, device('pump-3'), device('pump-4')];
const identities = new Map(devices.map(({ id }) => [id, authority.device(id)]));
const events: GatewayEvent[] = [];
const children: ChildProcess[] = [];
const run = promisify(execFile);

let folder: string;
let worker: Worker;
let gateway: GatewayClient;
let port: number;
let sequence = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiten-gateway-'));
  writeFileSync(join(folder, 'ca.pem'), authority.certificate);
  for (const [id, { certificate, key }] of identities) {
    writeFileSync(join(folder, `${id}.pem`), certificate);
    writeFileSync(join(folder, `${id}.key`), key, { mode: 0o600 });
  }
  worker = new Worker(new URL('./support/worker.ts', import.meta.url), {
    workerData: { trustDomain, limits: { stalenessBound: 0 } },
  });
  gateway = gatewayClient(worker, (event) => events.push(event));
  gateway.apply({ sequence: ++sequence, kind: 'policies', policies: standardPolicies });
  gateway.apply({ sequence: ++sequence, kind: 'tls', tls: authority.tls(server) });
  ({ port } = await gateway.listen({ kind: 'tls', host: '127.0.0.1', port: 0 }));
});

beforeEach(async () => {
  for (const each of devices) gateway.apply({ sequence: ++sequence, kind: 'device', device: each });
  await applied();
  events.length = 0;
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  // None of them is heard of in the next test.
  await eventually(() => count('session-closed') >= count('session-opened'), 'the end of all sessions');
});

afterAll(async () => {
  await gateway.close();
  await worker.terminate();
  rmSync(folder, { recursive: true });
});

function applied(): Promise<void> {
  const last = sequence;
  return eventually(
    () => events.some((event) => event.kind === 'applied' && event.sequence === last),
    'the change',
  );
}

function arguments_(id: string, version: string, more: readonly string[]): string[] {
  const tls = [
    '--cafile',
    join(folder, 'ca.pem'),
    '--cert',
    join(folder, `${id}.pem`),
    '--key',
    join(folder, `${id}.key`),
  ];
  return ['-h', '127.0.0.1', '-p', String(port), ...tls, '-V', version, ...more];
}

/** A mosquitto_sub that is subscribed, as far as it may. */
async function listen(id: string, version: string, more: readonly string[]): Promise<Subscriber> {
  const before = count('session-opened');
  const subscriber = await subscribed(arguments_(id, version, more));
  children.push(subscriber.child);
  await eventually(() => count('session-opened') > before, 'a session');
  return subscriber;
}

const publish = (id: string, version: string, more: readonly string[]) =>
  run('mosquitto_pub', arguments_(id, version, more));
const count = (kind: GatewayEvent['kind']): number => events.filter((event) => event.kind === kind).length;
const hasMosquitto = requireTool('mosquitto_pub', 'mosquitto-clients');

describe.skipIf(!hasMosquitto).each([
  ['311', 'pump-1', 'pump-2'],
  ['5', 'pump-2', 'pump-1'],
])('mosquitto, version %s', (version, pump1, pump2) => {
  it('publishes and subscribes as far as policy goes', async () => {
    const screen = await listen('screen', version, ['-i', 'screen', '-t', 'd/#', '-q', '1', '-v']);
    for (const qos of ['0', '1', '2'])
      await publish(pump1, version, ['-i', pump1, '-t', `d/${pump1}/t`, '-m', `q${qos}`, '-q', qos]);
    await publish(pump1, version, ['-i', pump1, '-t', `d/${pump2}/t`, '-m', 'false', '-q', '1']).catch(
      () => undefined,
    );
    await publish(pump2, version, ['-i', `${pump2}/x`, '-t', `d/${pump2}/t`, '-m', 'true', '-q', '1']);
    await eventually(() => screen.lines.length >= 4);
    expect(screen.lines).toEqual([
      `d/${pump1}/t q0`,
      `d/${pump1}/t q1`,
      `d/${pump1}/t q2`,
      `d/${pump2}/t true`,
    ]);
  });

  it('is told of a refused subscription and a refused client id', async () => {
    const refused = await listen(pump1, version, ['-i', pump1, '-t', 'd/#']);
    await eventually(() => refused.lines.length > 0, 'a word about the refusal');
    expect(refused.lines.join()).toMatch(/denied|refused|not authorized|rejected/i);
    await expect(publish(pump1, version, ['-i', pump2, '-t', `d/${pump1}/t`, '-m', 'x'])).rejects.toThrow(
      /identifier|refused|not valid/i,
    );
  });

  it('is cut when its device is quarantined, and comes back to attest only', async () => {
    const pump = await listen(pump1, version, [
      '-i',
      pump1,
      '-t',
      `c/${pump1}/#`,
      '-t',
      `$kiten/${pump1}/attest`,
      '-v',
      '-q',
      '1',
    ]);
    gateway.apply({
      sequence: ++sequence,
      kind: 'device',
      device: device(pump1, { standing: 'quarantined' }),
    });
    await applied();
    expect(events.find(({ kind }) => kind === 'severed')).toMatchObject({
      device: pump1,
      sessions: [pump1],
    });
    await publish(pump1, version, [
      '-i',
      `${pump1}/agent`,
      '-t',
      `$kiten/${pump1}/attest/evidence`,
      '-m',
      'quote',
      '-q',
      '1',
    ]);
    await eventually(
      () => events.some((event) => event.kind === 'session-opened' && event.admission === 'restricted'),
      'a restricted session',
    );
    pump.child.kill('SIGKILL');
    await pump.ended;
  });

  it('shows one credential in two places, by connecting from two addresses', async () => {
    await listen(pump1, version, [
      '-i',
      `${pump1}/a`,
      '-t',
      `c/${pump1}/#`,
      '-q',
      '1',
      '-A',
      '127.0.0.2',
      '-k',
      '5',
    ]);
    await publish(pump1, version, ['-i', `${pump1}/b`, '-t', `d/${pump1}/t`, '-m', 'x']);
    await publish('panel', version, ['-i', 'panel', '-t', `c/${pump1}/set`, '-m', 'x', '-q', '1']);
    await eventually(() => count('evidence') > 0, 'evidence');
    expect(events.filter(({ kind }) => kind === 'evidence')).toMatchObject([
      {
        evidence: {
          mediaType: 'application/vnd.kiten.session-overlap+json',
          subject: { kind: 'device', id: pump1 },
        },
      },
    ]);
  });

  it('shows one credential in two places, by fighting over one client id', async () => {
    await listen(pump1, version, ['-i', pump1, '-t', `c/${pump1}/#`, '-A', '127.0.0.2']);
    await publish(pump1, version, ['-i', pump1, '-t', `d/${pump1}/t`, '-m', 'x']);
    await eventually(() => count('evidence') > 0, 'evidence');
  });

  it('shows a device that probes', async () => {
    await publish(pump1, version, ['-i', pump1, '-t', `d/${pump1}/t`, '-m', 'x']);
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await publish(pump1, version, ['-i', pump1, '-t', `d/${id}/t`, '-m', 'x']);
    }
    await eventually(() => count('evidence') > 0, 'evidence');
    expect(events.find(({ kind }) => kind === 'evidence')).toMatchObject({
      evidence: { mediaType: 'application/vnd.kiten.topic-probing+json' },
    });
  });

  it('leaves no evidence when a device uses several client ids from one address', async () => {
    const pump = await listen(pump1, version, ['-i', `${pump1}/a`, '-t', `c/${pump1}/#`, '-q', '1']);
    await publish(pump1, version, ['-i', `${pump1}/b`, '-t', `d/${pump1}/t`, '-m', 'x']);
    await publish('panel', version, ['-i', 'panel', '-t', `c/${pump1}/set`, '-m', 'x', '-q', '1']);
    await eventually(() => pump.lines.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(count('evidence')).toBe(0);
  });
});

describe.each([
  [4, 'pump-3'],
  [5, 'pump-4'],
] as const)('MQTT.js, version %i', (protocolVersion, pump3) => {
  const options = (id: string) => {
    const { certificate, key } = identities.get(id) as { certificate: string; key: string };
    return {
      ca: authority.certificate,
      cert: certificate,
      key,
      protocolVersion,
      clientId: id,
      reconnectPeriod: 0,
    } as const;
  };

  it('publishes with every QoS, and gets what is retained', async () => {
    const url = `mqtts://127.0.0.1:${port}`;
    const pump = await connectAsync(url, options(pump3));
    const screen = await connectAsync(url, options('screen'));
    const texts: string[] = [];
    screen.on('message', (_, payload, { retain }) => texts.push(`${payload}${retain ? ' retained' : ''}`));
    await pump.publishAsync(`d/${pump3}/state`, 'kept', { qos: 1, retain: true });
    await screen.subscribeAsync('d/+/+', { qos: 2 });
    for (const qos of [0, 1, 2] as const) await pump.publishAsync(`d/${pump3}/t`, `q${qos}`, { qos });
    await eventually(() => texts.length === 4);
    expect(texts).toEqual(['kept retained', 'q0', 'q1', 'q2']);
    await pump.publishAsync(`d/${pump3}/state`, '', { qos: 1, retain: true });
    await Promise.all([pump.endAsync(), screen.endAsync()]);
  });

  it('sees its connection end when its device is revoked, and gets in no more', async () => {
    const url = `mqtts://127.0.0.1:${port}`;
    const pump = await connectAsync(url, options(pump3));
    const closed = new Promise((resolve) => pump.once('close', () => resolve(undefined)));
    pump.on('error', () => undefined);
    gateway.apply({
      sequence: ++sequence,
      kind: 'device',
      device: device(pump3, { standing: 'revoked' }),
    });
    await closed;
    await expect(connectAsync(url, options(pump3), false)).rejects.toThrow();
    await eventually(() => count('handshake-refused') > 0);
    expect(events.find(({ kind }) => kind === 'handshake-refused')).toMatchObject({
      code: 'gateway/device-revoked',
    });
    await pump.endAsync(true);
  });
});

it('reports what a worker cannot do', async () => {
  await expect(gateway.listen({ kind: 'tls', host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'gateway/listen-eaddrinuse',
  });
  gateway.apply({ sequence: 1, kind: 'heartbeat', at: 0 });
  await eventually(() => count('change-refused') > 0);
  expect(events.find(({ kind }) => kind === 'change-refused')).toMatchObject({
    code: 'gateway/change-out-of-order',
  });
});
