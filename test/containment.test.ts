import { readFile } from 'node:fs/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePacket, noProperties } from '../packages/wire/src/index.ts';
import { type DeviceFiles, enrol } from './device.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [requireTool('openssl', 'openssl'), requireTool('curl', 'curl')].every(Boolean);

/** A CONNACK of MQTT 3.1.1 that lets the client in. */
const accepted = Buffer.from('20020000', 'hex');

describe.skipIf(!tools)('containment, as an attacker meets it', () => {
  let site: TestSite;
  let observer: DeviceFiles;
  const clients: MqttClient[] = [];
  let next = 1;
  beforeAll(async () => {
    site = await TestSite.start();
    observer = await enrol(site, 'observer-1', '--group', 'observers');
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const newDevice = () => enrol(site, `device-${next++}`);

  async function tlsOptions(device: DeviceFiles) {
    const [ca, cert, key] = await Promise.all(
      [site.ready.ca, device.certificate, device.key].map((file) => readFile(file)),
    );
    return {
      ca,
      cert,
      key,
      host: 'localhost',
      port: Number(site.ready.mqtts.split(':')[1]),
      servername: 'localhost',
    };
  }

  async function join(device: DeviceFiles, options: IClientOptions = {}): Promise<MqttClient> {
    const tls = await tlsOptions(device);
    const settings = {
      ...tls,
      protocolVersion: 5,
      clientId: device.id,
      reconnectPeriod: 0,
      ...options,
    } as IClientOptions;
    const client = await connectAsync(`mqtts://localhost:${tls.port}`, settings, false);
    clients.push(client);
    return client;
  }

  const cut = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));
  const refused = (device: DeviceFiles, options?: IClientOptions) =>
    expect(join(device, options)).rejects.toThrow();

  /** Completes a TLS handshake and says whether the site then takes a CONNECT. */
  async function handshake(
    device: DeviceFiles,
    session?: Buffer,
  ): Promise<{ kept: boolean; reused: boolean; session: Buffer | undefined }> {
    const socket: TLSSocket = connectTls({
      ...(await tlsOptions(device)),
      ...(session === undefined ? {} : { session }),
    });
    return new Promise((resolve) => {
      let ticket: Buffer | undefined;
      let reused = false;
      const done = (isKept: boolean) => {
        socket.destroy();
        resolve({ kept: isKept, reused, session: ticket });
      };
      socket.on('secureConnect', () => {
        reused = socket.isSessionReused();
        const properties = noProperties;
        const hello = { type: 'connect', version: 4, clientId: device.id, properties } as const;
        socket.write(encodePacket({ ...hello, cleanStart: true, keepAlive: 0 }, 4));
      });
      socket.on('data', (answer: Buffer) => done(answer.equals(accepted)));
      socket.on('session', (data: Buffer) => {
        ticket = data;
      });
      socket.on('error', () => done(false));
      socket.on('close', () => done(false));
    });
  }

  it('quarantine cuts every open connection of the device at once', async () => {
    const device = await newDevice();
    const first = await join(device);
    const second = await join(device, { clientId: `${device.id}/second` });
    const both = Promise.all([cut(first), cut(second)]);
    await site.json('device', 'quarantine', device.id, '--reason', 'odd readings');
    await both;
  });

  it('a quarantined device may attest and be updated, and nothing else', async () => {
    const device = await newDevice();
    await site.json('device', 'quarantine', device.id, '--reason', 'odd readings');
    const client = await join(device);
    await client.publishAsync(`$kiten/${device.id}/attest`, 'evidence', { qos: 1 });
    await client.subscribeAsync(`$kiten/${device.id}/update`);
    await expect(client.publishAsync(`d/${device.id}/x`, 'x', { qos: 1 })).rejects.toThrow(/not authorized/i);
    await expect(client.subscribeAsync(`c/${device.id}/#`)).rejects.toThrow();
  });

  it('release restores', async () => {
    const device = await newDevice();
    await site.json('device', 'quarantine', device.id, '--reason', 'odd readings');
    await site.json('device', 'release', device.id, '--reason', 'sensor replaced');
    const client = await join(device);
    await client.publishAsync(`d/${device.id}/x`, 'x', { qos: 1 });
  });

  it('revocation cuts, and refuses every handshake from then on', async () => {
    const device = await newDevice();
    const client = await join(device);
    const gone = cut(client);
    await site.json('device', 'revoke', device.id, '--reason', 'stolen');
    await gone;
    await refused(device);
    expect((await handshake(device)).kept).toBe(false);
  });

  it('a TLS session from before the revocation is not let in again', async () => {
    const device = await newDevice();
    const before = await handshake(device);
    expect(before.kept).toBe(true);
    const resumed = await handshake(device, before.session);
    expect(resumed).toMatchObject({ kept: true, reused: true });
    await site.json('device', 'revoke', device.id, '--reason', 'stolen');
    expect((await handshake(device, before.session)).kept).toBe(false);
    expect((await handshake(device, resumed.session)).kept).toBe(false);
  });

  it('messages in flight when the device falls are not delivered', async () => {
    const device = await newDevice();
    const watcher = await join(observer);
    const heard: string[] = [];
    watcher.on('message', (_topic, payload) => heard.push(payload.toString()));
    await watcher.subscribeAsync(`d/${device.id}/#`, { qos: 1 });
    const client = await join(device);
    client.on('error', (error) => expect(error).toBeDefined());
    let sent = 0;
    const flood = setInterval(() => {
      for (let burst = 0; burst < 20; burst++)
        client.publish(`d/${device.id}/n`, String(sent++), { qos: 1 }, () => undefined);
    }, 1);
    await site.until(() => heard.length > 50, 'traffic');
    const gone = cut(client);
    await site.json('device', 'revoke', device.id, '--reason', 'stolen');
    await gone;
    clearInterval(flood);
    // What had left before the cut comes before the answer.
    await watcher.subscribeAsync('c/observer-1/#', { qos: 1 });
    const atTheCut = heard.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard.length).toBe(atTheCut);
    expect(sent).toBeGreaterThan(atTheCut);
  });

  it('the will of a device that was cut is not published', async () => {
    const device = await newDevice();
    const watcher = await join(observer);
    const heard: string[] = [];
    watcher.on('message', (topic) => heard.push(topic));
    await watcher.subscribeAsync(`d/${device.id}/#`, { qos: 1 });
    const client = await join(device, {
      will: { topic: `d/${device.id}/gone`, payload: Buffer.from('bye'), qos: 1, retain: false },
    });
    const gone = cut(client);
    await site.json('device', 'quarantine', device.id, '--reason', 'odd readings');
    await gone;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(heard).toEqual([]);
  });

  it('what a fallen device left retained is not delivered until it is released', async () => {
    const device = await newDevice();
    const topic = `d/${device.id}/level`;
    const client = await join(device);
    await client.publishAsync(topic, 'full', { qos: 1, retain: true });
    const read = async (isThere: boolean) => {
      const watcher = await join(observer, { clientId: `observer-1/${next++}` });
      const heard: string[] = [];
      watcher.on('message', (_topic, payload) => heard.push(payload.toString()));
      await watcher.subscribeAsync(topic, { qos: 1 });
      if (isThere) await site.until(() => heard.length > 0, 'what is retained');
      else await new Promise((resolve) => setTimeout(resolve, 200));
      await watcher.endAsync();
      return heard;
    };
    expect(await read(true)).toEqual(['full']);
    await site.json('device', 'quarantine', device.id, '--reason', 'odd readings');
    expect(await read(false)).toEqual([]);
    await site.json('device', 'release', device.id, '--reason', 'sensor replaced');
    expect(await read(true)).toEqual(['full']);
  });

  it('a revoked device comes back by a new token, and not by its old key', async () => {
    const device = await newDevice();
    await site.json('device', 'revoke', device.id, '--reason', 'stolen');
    const returned = await enrol(site, device.id);
    const client = await join(returned);
    await client.publishAsync(`d/${device.id}/x`, 'x', { qos: 1 });
  });

  it('each decision is in the log with who and why', async () => {
    const device = await newDevice();
    await site.json('device', 'quarantine', device.id, '--reason', 'first');
    await site.json('device', 'release', device.id, '--reason', 'second');
    await site.json('device', 'revoke', device.id, '--reason', 'third');
    const entries = await site.json<{ type: string; subject?: string; actor: string; reason?: string }[]>(
      'log',
      'show',
      '--last',
      '500',
    );
    const decided = entries.filter(
      ({ subject, type }) => subject === `device:${device.id}` && /quarantined|released|revoked/.test(type),
    );
    expect(decided.map(({ type, actor, reason }) => [type, actor, reason])).toEqual([
      ['device/quarantined', 'operator:owner', 'first'],
      ['device/released', 'operator:owner', 'second'],
      ['device/revoked', 'operator:owner', 'third'],
    ]);
  });

  it('what was decided outlives a crash of the site', async () => {
    const [quarantined, revoked] = [await newDevice(), await newDevice()];
    await site.json('device', 'quarantine', quarantined.id, '--reason', 'odd readings');
    await site.json('device', 'revoke', revoked.id, '--reason', 'stolen');
    await site.signal('SIGKILL');
    await site.up();
    await refused(revoked);
    const client = await join(quarantined);
    await expect(client.publishAsync(`d/${quarantined.id}/x`, 'x', { qos: 1 })).rejects.toThrow(
      /not authorized/i,
    );
  });
});
