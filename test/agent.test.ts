import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MqttClient, nodeConnector } from '../packages/agent/src/index.ts';
import { type AgentDevice, agentDevice } from './agent.ts';
import { TestSite } from './kiten.ts';

describe('an agent without a TPM', () => {
  let site: TestSite;
  let device: AgentDevice;
  beforeAll(async () => {
    site = await TestSite.start();
    device = await agentDevice(
      site,
      'pump-1',
      `mqtt = "mqtts://localhost:${site.ready.mqtts.split(':')[1]}"`,
    );
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  const identity = () => readFile(join(device.folder, 'state', 'identity.pem'), 'utf8');

  it('is not enrolled before it is', async () => {
    expect(await device.json('status')).toEqual({
      ...{ device: 'pump-1', certificate: null, key: 'file', attestation: null, result: null },
    });
    const refused = await device.agent('run', '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'agent/not-enrolled' } });
  });

  it('passes on what the site has against a token, and keeps nothing', async () => {
    const refused = await device.agent('enrol', '--token', 'A'.repeat(43), '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      error: { code: 'agent/site-refused', site: expect.stringMatching(/^identity\//) },
    });
    expect((await device.json('status')).certificate).toBeNull();
  });

  it('enrols with a token, and its key stays in a file that is its own', async () => {
    const enrolled = await device.enrol();
    expect(enrolled).toMatchObject({ device: 'pump-1', key: 'file', attestation: null });
    expect(await identity()).toMatch(/^-----BEGIN CERTIFICATE-----[\s\S]*-----BEGIN PRIVATE KEY-----/);
    expect((await stat(join(device.folder, 'state', 'identity.pem'))).mode & 0o777).toBe(0o600);
    expect(await device.json('status')).toMatchObject({
      certificate: { serial: enrolled.serial, valid: true },
    });
    const shown = await device.agent('status');
    expect(shown.stdout).toContain('whoever becomes root can copy it');
  });

  it('renews, with a new key', async () => {
    const before = await identity();
    const renewed = await device.json('renew');
    expect(renewed).toMatchObject({ device: 'pump-1', key: 'file' });
    const after = await identity();
    const keyOf = (text: string) => text.slice(text.indexOf('-----BEGIN PRIVATE KEY-----'));
    expect(keyOf(after)).not.toBe(keyOf(before));
    expect(await device.json('status')).toMatchObject({ certificate: { serial: renewed.serial } });
  });

  it('cannot attest, and says why', async () => {
    const refused = await device.agent('attest', '--json');
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'agent/no-tpm' } });
  });

  it('gives its token to no site but the one it knows', async () => {
    const other = await agentDevice(site, 'pump-2');
    const text = await readFile(other.configuration, 'utf8');
    const stranger = join(other.folder, 'stranger.pem');
    // A certificate that is not the site's root.
    await writeFile(stranger, (await identity()).replace(/-----BEGIN PRIVATE KEY-----[\s\S]*/, ''));
    await writeFile(other.configuration, text.replace(site.ready.ca, stranger));
    const refused = await other.agent('enrol', '--token', 'x', '--json');
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'agent/site-untrusted' } });
  });

  it('publishes and receives by MQTT as the device that it is', async () => {
    const pem = await identity();
    const [certificate = '', key = ''] = [
      pem.slice(0, pem.indexOf('-----BEGIN PRIVATE')),
      pem.slice(pem.indexOf('-----BEGIN PRIVATE')),
    ];
    const [host = '', port = ''] = site.ready.mqtts.split(':');
    const trust = await readFile(site.ready.ca, 'utf8');
    const stream = await nodeConnector(trust, { certificate, key })({ host, port: Number(port) });
    const received: [string, string][] = [];
    const client = await MqttClient.connect(stream, {
      ...{ clientId: 'pump-1', keepAlive: 30 },
      received: (topic, payload) => received.push([topic, payload.toString()]),
    });
    await client.subscribe('c/pump-1/#');
    await expect(client.subscribe('c/pump-9/#')).rejects.toMatchObject({
      code: 'agent/mqtt-refused',
      detail: { reasonCode: 0x87 },
    });
    await client.publish('d/pump-1/state', Buffer.from('on'));
    await expect(client.publish('d/pump-9/state', Buffer.from('on'))).rejects.toMatchObject({
      code: 'agent/mqtt-refused',
    });
    client.close();
    expect((await client.ended).code).toBe('agent/mqtt-closed');
    await expect(client.publish('d/pump-1/state', Buffer.from(''))).rejects.toMatchObject({
      code: 'agent/mqtt-closed',
    });
  });

  it('publishes what policy permits, from the command line', async () => {
    const heard = device.agent('publish', '--topic', 'd/pump-1/state', '--message', 'on', '--json');
    expect(JSON.parse((await heard).stdout)).toEqual({ device: 'pump-1', topic: 'd/pump-1/state', size: 2 });
    const refused = await device.agent('publish', '--topic', 'd/pump-9/state', '--message', 'on', '--json');
    expect([refused.code, JSON.parse(refused.stderr)]).toMatchObject([
      1,
      { error: { code: 'agent/mqtt-refused' } },
    ]);
    const nowhere = await device.agent('publish', '--message', 'on', '--json');
    expect(JSON.parse(nowhere.stderr)).toMatchObject({ error: { code: 'agent/topic-missing' } });
  });

  it('says what it can do, and refuses what it cannot', async () => {
    expect((await device.agent('--help')).stdout).toContain('kiten-agent enrol');
    for (const args of [['unknown'], [], ['status', '--colour'], ['status', 'again']]) {
      const { code, stderr } = await device.agent(...args);
      expect([code, stderr.includes('kiten-agent attest')]).toEqual([2, true]);
    }
  });
});
