import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectMqtt, type IConnackPacket, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, enrol } from '../packages/kiten/src/demo/enrol.ts';
import { api } from './busy-site.ts';
import { TestSite } from './kiten.ts';

describe('a session of a device, through the crash of its site', () => {
  let site: TestSite;
  const credentials = new Map<string, Credentials>();
  beforeAll(async () => {
    site = await TestSite.start();
    const ca = await readFile(site.ready.ca, 'utf8');
    for (const [device, group] of [
      ['pump-1', 'default'],
      ['pump-2', 'default'],
      ['panel', 'controllers'],
    ] as const) {
      const { body } = await api<{ token: string }>(site, 'POST', '/tokens', { device, group });
      credentials.set(device, await enrol(site.ready.device, ca, device, body.token));
    }
  });
  afterAll(() => site[Symbol.asyncDispose]());

  /** Connects with the session that there is; what comes is gathered from the first moment on. */
  async function enter(
    id: string,
  ): Promise<{ client: MqttClient; texts: string[]; sessionPresent: boolean }> {
    const { key, certificate, ca } = credentials.get(id) as Credentials;
    const texts: string[] = [];
    const client = connectMqtt(`mqtts://localhost:${Number(site.ready.mqtts.split(':')[1])}`, {
      protocolVersion: 5,
      clientId: id,
      clean: false,
      reconnectPeriod: 0,
      properties: { sessionExpiryInterval: 3600 },
      key,
      cert: certificate,
      ca,
    });
    client.on('message', (_topic, payload) => texts.push(payload.toString()));
    const { sessionPresent } = await new Promise<IConnackPacket>((resolve, reject) => {
      client.once('connect', resolve).once('error', reject);
    });
    client.on('error', () => client.connected);
    return { client, texts, sessionPresent };
  }

  async function eventually(holds: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 60_000; !holds() && Date.now() < deadline; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('keeps what was acknowledged for it, and gets it when it is back', async () => {
    const { client: pump } = await enter('pump-1');
    await pump.subscribeAsync('c/pump-1/#', { qos: 1 });
    await pump.endAsync();
    const { client: panel } = await enter('panel');
    const commands = ['start', 'faster', 'stop'];
    for (const text of commands) await panel.publishAsync('c/pump-1/do', text, { qos: 1 });
    await site.signal('SIGKILL');
    await site.up();
    const back = await enter('pump-1');
    expect(back.sessionPresent).toBe(true);
    await eventually(() => back.texts.length === commands.length);
    expect(back.texts).toEqual(commands);
    await back.client.endAsync();
  });

  it('is emptied if the device is quarantined, and stays empty', async () => {
    const { client: pump } = await enter('pump-2');
    await pump.subscribeAsync('c/pump-2/#', { qos: 1 });
    await pump.endAsync();
    const { client: panel } = await enter('panel');
    await panel.publishAsync('c/pump-2/do', 'start', { qos: 1 });
    expect((await api(site, 'POST', '/devices/pump-2/quarantine', { reason: 'odd' })).status).toBe(200);
    await site.signal('SIGKILL');
    await site.up();
    expect((await api(site, 'POST', '/devices/pump-2/release', { reason: 'a test' })).status).toBe(200);
    const back = await enter('pump-2');
    const { client: other } = await enter('panel');
    await other.publishAsync('c/pump-2/do', 'after', { qos: 1 });
    await eventually(() => back.texts.length > 0);
    expect(back.texts).toEqual(['after']);
    await Promise.all([back.client.endAsync(), other.endAsync()]);
  });

  it('lies where only the site may read', async () => {
    expect((await stat(join(site.data, 'sessions'))).mode & 0o077).toBe(0);
  });

  it('is not served when it is damaged: the site says so and does not start', async () => {
    expect(await site.signal('SIGTERM')).toBe(0);
    const folder = join(site.data, 'sessions');
    const [name = ''] = (await readdir(folder)).filter((each) => each.startsWith('segment-')).sort();
    const path = join(folder, name);
    const bytes = await readFile(path);
    expect(bytes.length).toBeGreaterThan(100);
    bytes[60] = (bytes[60] as number) ^ 1;
    await writeFile(path, bytes);
    await expect(site.up()).rejects.toThrow(/gateway\/store-damaged/);
    bytes[60] = (bytes[60] as number) ^ 1;
    await writeFile(path, bytes);
    await site.up();
  });
});
