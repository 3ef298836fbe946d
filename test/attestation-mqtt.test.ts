import { readFile } from 'node:fs/promises';
import { connect, connectAsync, type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeTpmEvidence, packEvidence } from '../packages/attestation/src/index.ts';
import { hasSwtpm, SoftwareTpm } from '../packages/attestation/test/support/swtpm.ts';
import { AttestingDevice } from './attesting-device.ts';
import { enrol, mosquittoOptions, publish } from './device.ts';
import { TestSite } from './kiten.ts';
import { subscribed } from './subscriber.ts';
import { requireTool } from './tools.ts';

const tools = [
  hasSwtpm,
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

type AuthPacket = Parameters<MqttClient['handleAuth']>[0];

interface Challenge {
  readonly nonce: string;
  readonly deadline?: number;
}

describe.skipIf(!tools)('a device attests by MQTT', () => {
  let site: TestSite;
  let pump: AttestingDevice;
  let other: AttestingDevice;
  const clients: MqttClient[] = [];
  beforeAll(async () => {
    site = await TestSite.start();
    const tpm = await SoftwareTpm.start();
    await tpm.createKeys('rsa');
    pump = new AttestingDevice(site, await enrol(site, 'pump-1'), tpm);
    other = new AttestingDevice(site, await enrol(site, 'pump-2'), tpm);
    await pump.activate();
  }, 120_000);
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  afterAll(async () => {
    await pump?.tpm[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const topic = (subject: string, id = 'pump-1') => `$kiten/${id}/attest/${subject}`;
  const codes = async (id: string) =>
    (await site.json<{ findings: { code: string }[] }>('verdict', 'show', id)).findings.map(
      ({ code }) => code,
    );

  /** Quotes over a nonce. @returns the evidence in one piece */
  async function evidenceOver(nonce: string): Promise<Buffer> {
    await pump.quote(Buffer.from(nonce, 'base64url').toString('hex'));
    const [message, signature, pcrs] = await Promise.all(
      ['q.msg', 'q.sig', 'q.pcr'].map((file) => pump.tpm.read(file)),
    );
    const files = { message: [message!], signature: [signature!], pcrs: [pcrs!] };
    return Buffer.from(encodeTpmEvidence(packEvidence(files)));
  }

  async function join(device: AttestingDevice, options: IClientOptions = {}): Promise<MqttClient> {
    const { certificate, key, id } = device.device;
    const [ca, cert, secret] = await Promise.all(
      [site.ready.ca, certificate, key].map((file) => readFile(file)),
    );
    const settings = {
      ...{ ca, cert, key: secret, protocolVersion: 5, clientId: id, reconnectPeriod: 0 },
      ...options,
    } as IClientOptions;
    const address = `mqtts://localhost:${site.ready.mqtts.split(':')[1]}`;
    const client =
      options.manualConnect === true
        ? connect(address, settings)
        : await connectAsync(address, settings, false);
    clients.push(client);
    return client;
  }

  const nextOn = <Message>(client: MqttClient, wanted: string) =>
    new Promise<Message>((resolve) => {
      const take = (from: string, payload: Buffer) => {
        if (from !== wanted) return;
        client.off('message', take);
        resolve(JSON.parse(payload.toString()) as Message);
      };
      client.on('message', take);
    });

  it('by mosquitto’s clients alone: request, challenge, evidence, result', async () => {
    const { lines } = await subscribed([
      ...mosquittoOptions(site, pump.device),
      ...['-V', 'mqttv5', '-i', 'pump-1/listener', '-q', '1', '-C', '2'],
      ...['-t', topic('challenge'), '-t', topic('result')],
    ]);
    expect((await publish(site, pump.device, 'mqttv5', '-q', '1', '-t', topic('request'), '-n')).code).toBe(
      0,
    );
    await site.until(() => lines.length > 0 || undefined, 'the challenge');
    const { nonce } = JSON.parse(lines[0]!) as Challenge;
    await pump.tpm.write('evidence', await evidenceOver(nonce));
    const file = pump.tpm.path('evidence');
    expect(
      (await publish(site, pump.device, 'mqttv5', '-q', '1', '-t', topic('evidence'), '-f', file)).code,
    ).toBe(0);
    await site.until(() => lines.length > 1 || undefined, 'the result');
    expect(JSON.parse(lines[1]!)).toMatchObject({ device: 'pump-1', status: 'affirming' });
    expect(await codes('pump-1')).toContain('attestation/key-proven');
  });

  it('within AUTH when it connects, and when it authenticates again', async () => {
    const method = 'kiten-attestation';
    const results: Buffer[] = [];
    const client = await join(pump, { manualConnect: true, properties: { authenticationMethod: method } });
    client.handleAuth = (packet, callback) => {
      const data = packet.properties?.authenticationData as Buffer;
      if (packet.reasonCode === 0) {
        results.push(data);
        return callback();
      }
      const { nonce } = JSON.parse(data.toString()) as Challenge;
      return evidenceOver(nonce).then(
        (evidence) => callback(undefined, auth(0x18, evidence)),
        (error: Error) => callback(error),
      );
    };
    const auth = (reasonCode: number, data?: Buffer): AuthPacket => ({
      cmd: 'auth',
      reasonCode,
      properties: { authenticationMethod: method, ...(data && { authenticationData: data }) },
    });
    const connected = new Promise<IConnackPacket>((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
    });
    client.connect();
    const { properties } = await connected;
    const ear = (data: Buffer | undefined) =>
      JSON.parse(Buffer.from(String(data).split('.')[1] ?? '', 'base64url').toString()) as {
        submods: Record<string, object>;
      };
    expect(ear(properties?.authenticationData).submods).toHaveProperty(['device:pump-1/tpm']);
    expect(results).toEqual([]);
    client['_sendPacket'](auth(0x19));
    await site.until(() => results.length > 0 || undefined, 'the second result');
    expect(ear(results[0]).submods).toHaveProperty(['device:pump-1']);
  });

  it('on demand of an operator; whoever does not answer in time is cut, on record', async () => {
    const reason = ['--reason', 'quick'];
    await site.json('group', 'set', 'default', '--attest-within', '5s', '--attest-every', '1h', ...reason);
    const client = await join(pump);
    await client.subscribeAsync([topic('challenge'), topic('result')], { qos: 1 });
    const challenged = nextOn<Challenge>(client, topic('challenge'));
    expect(await site.json('device', 'challenge', 'pump-1')).toMatchObject({ connected: true });
    const { nonce, deadline } = await challenged;
    expect(deadline).toBeGreaterThan(0);
    const answered = nextOn<{ status: string }>(client, topic('result'));
    await client.publishAsync(topic('evidence'), await evidenceOver(nonce), { qos: 1 });
    expect((await answered).status).toBe('affirming');

    const cut = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await site.json('device', 'challenge', 'pump-1');
    await cut;
    await site.until(
      async () => (await codes('pump-1')).includes('attestation/unanswered') || undefined,
      'the finding',
    );
    expect((await pump.attest()).body.status).toBe('affirming');
    expect(await codes('pump-1')).not.toContain('attestation/unanswered');
  });

  it('is asked when it comes back, and when something else speaks against it', async () => {
    const client = await join(other);
    // No TPM speaks for it: nobody asks.
    expect((await site.kiten('device', 'challenge', 'pump-2')).stderr).toContain('kiten/attester-unknown');
    await client.subscribeAsync(topic('challenge', 'pump-2'));
    expect(await client.subscribeAsync(topic('challenge')).catch(() => 'refused')).toBe('refused');
  });
});
