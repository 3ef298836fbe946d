import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectMqtt, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, enrol } from '../packages/kiten/src/demo/enrol.ts';
import { api } from './busy-site.ts';
import { TestSite } from './kiten.ts';

describe('a site with two gateway workers', () => {
  let site: TestSite;
  const credentials = new Map<string, Credentials>();
  beforeAll(async () => {
    site = await TestSite.start();
    await writeFile(join(site.data, 'kiten.toml'), '[gateway]\nworkers = 2\n');
    await site.signal('SIGTERM');
    await site.up();
    const ca = await readFile(site.ready.ca, 'utf8');
    for (const [device, group] of [
      ['pump-1', 'default'],
      ['panel', 'controllers'],
    ] as const) {
      const { body } = await api<{ token: string }>(site, 'POST', '/tokens', { device, group });
      credentials.set(device, await enrol(site.ready.device, ca, device, body.token));
    }
  });
  afterAll(() => site[Symbol.asyncDispose]());

  async function enter(
    id: string,
    clientId = id,
    kept = false,
  ): Promise<{ client: MqttClient; texts: string[] }> {
    const { key, certificate, ca } = credentials.get(id) as Credentials;
    const texts: string[] = [];
    const client = connectMqtt(`mqtts://localhost:${Number(site.ready.mqtts.split(':')[1])}`, {
      protocolVersion: 5,
      clientId,
      clean: !kept,
      reconnectPeriod: 0,
      ...(kept ? { properties: { sessionExpiryInterval: 3600 } } : {}),
      key,
      cert: certificate,
      ca,
    });
    client.on('message', (_topic, payload) => texts.push(payload.toString()));
    await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));
    client.on('error', () => client.connected);
    return { client, texts };
  }

  it('brings commands to every client of a device, judged at whichever worker it is', async () => {
    const pumps = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => enter('pump-1', `pump-1/${number}`)));
    for (const { client } of pumps) await client.subscribeAsync('c/pump-1/#', { qos: 1 });
    const { client: panel } = await enter('panel');
    await panel.publishAsync('c/pump-1/do', 'start', { qos: 1 });
    await site.until(() => pumps.every(({ texts }) => texts.includes('start')) || undefined, 'the command');
    const closed = pumps.map(
      ({ client }) => new Promise<void>((resolve) => client.once('close', () => resolve())),
    );
    expect((await api(site, 'POST', '/devices/pump-1/quarantine', { reason: 'odd' })).status).toBe(200);
    await Promise.all(closed);
    expect((await api(site, 'POST', '/devices/pump-1/release', { reason: 'a test' })).status).toBe(200);
    await panel.endAsync();
  });

  it('keeps what was acknowledged for a session through the crash of the site', async () => {
    const { client: pump } = await enter('pump-1', 'pump-1', true);
    await pump.subscribeAsync('c/pump-1/#', { qos: 1 });
    await pump.endAsync();
    const panels = await Promise.all([1, 2, 3, 4].map((number) => enter('panel', `panel/${number}`)));
    const commands = panels.map((_, index) => `command ${index}`);
    for (const [index, { client }] of panels.entries())
      await client.publishAsync('c/pump-1/do', commands[index] as string, { qos: 1 });
    await site.signal('SIGKILL');
    await site.up();
    const back = await enter('pump-1', 'pump-1', true);
    await site.until(() => back.texts.length === commands.length || undefined, 'all commands');
    expect(back.texts).toEqual(commands);
    await back.client.endAsync();
  });
});
