import { duplexPair } from 'node:stream';
import { encodePacket, noProperties, type Packet } from '@kiten/wire';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

it('serves any stream, whose bytes stay what they were', async () => {
  const [ours, theirs] = duplexPair();
  const pump = await harness.client('pump-1');
  harness.gateway.accept(ours, {
    device: 'screen',
    address: '',
    port: 0,
    serial: '',
    fingerprint: '',
    resumed: false,
  });
  const chunks: Buffer[] = [];
  theirs.on('data', (chunk: Buffer) => chunks.push(chunk));
  const send = (packet: Packet): boolean => theirs.write(encodePacket(packet, 4));
  send({
    type: 'connect',
    version: 4,
    clientId: 'screen',
    cleanStart: true,
    keepAlive: 0,
    properties: noProperties,
  });
  const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  send({
    type: 'subscribe',
    packetId: 1,
    subscriptions: [{ filter: 'd/#', ...options }],
    properties: noProperties,
  });
  await eventually(() => harness.gateway.statistics().subscriptions === 1);
  const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`);
  for (const text of texts) await pump.publishAcknowledged('d/pump-1/t', text);
  await eventually(() => Buffer.concat(chunks).includes('text 49'));
  for (const text of texts) expect(Buffer.concat(chunks).includes(text)).toBe(true);
});
