import { readFile } from 'node:fs/promises';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol } from './device.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [requireTool('openssl', 'openssl'), requireTool('curl', 'curl')].every(Boolean);

describe.skipIf(!tools)('MQTT over WebSocket, on the devices’ HTTPS port', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let observer: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    observer = await enrol(site, 'observer-1', '--group', 'observers');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const url = (): string => `${site.ready.device.replace(/^https/, 'wss')}/mqtt`;
  async function connected(device: DeviceFiles) {
    const [ca, cert, key] = await Promise.all([
      readFile(site.ready.ca),
      readFile(device.certificate),
      readFile(device.key),
    ]);
    return connectAsync(url(), {
      ca,
      cert,
      key,
      clientId: device.id,
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
  }

  it('a device speaks as far as policy goes, and messages of a megabyte come through whole', async () => {
    const [sender, reader] = [await connected(pump), await connected(observer)];
    const arrived = new Promise<number[]>((resolve) => {
      const sizes: number[] = [];
      reader.on('message', (_topic, payload) => sizes.push(payload.length) === 20 && resolve(sizes));
    });
    await reader.subscribeAsync('d/#', { qos: 1 });
    const payload = 'x'.repeat(1_000_000);
    for (let index = 0; index < 20; index++) await sender.publishAsync('d/pump-1/t', payload, { qos: 1 });
    expect(await arrived).toEqual(Array(20).fill(1_000_000));
    await expect(sender.publishAsync('d/pump-2/t', 'x', { qos: 1 })).rejects.toThrow();
    await Promise.all([sender.endAsync(), reader.endAsync()]);
  });

  it('is cut when its device is quarantined', async () => {
    const client = await connected(pump);
    client.on('error', () => undefined);
    const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
    expect((await site.kiten('device', 'quarantine', 'pump-1', '--reason', 'test')).code).toBe(0);
    await closed;
    await client.endAsync(true);
  });

  it('is refused without the certificate of a device', async () => {
    const ca = await readFile(site.ready.ca);
    await expect(
      connectAsync(url(), { ca, reconnectPeriod: 0, connectTimeout: 2_000 }, false),
    ).rejects.toThrow();
  });
});
