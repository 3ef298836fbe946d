import { encodeCbor } from '@kiten/codec';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PayloadRule } from '../src/index.ts';
import { requireSoundSchema } from '../src/payload/sound-schema.ts';
import { eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

let harness: Harness;
let screen: RawClient;
let pump: RawClient;

const reading = {
  type: 'object',
  required: ['celsius'],
  properties: { celsius: { type: 'number', minimum: -40, maximum: 125 }, note: { type: 'string' } },
  additionalProperties: false,
};

async function begin(rules: readonly PayloadRule[], options = {}): Promise<void> {
  harness = await Harness.start(options);
  harness.gateway.apply({ sequence: harness.next(), kind: 'payload-rules', rules });
  screen = await harness.client('screen');
  await screen.subscribe('d/#', { qos: 2 });
  pump = await harness.client('pump-1');
}
beforeEach(() => begin([{ id: 'readings', filter: 'd/+/t', format: 'json', schema: reading }]));
afterEach(() => harness.stop());

const send = (text: string, topic = 'd/pump-1/t') => pump.publishAcknowledged(topic, text);

describe('a rule about payloads', () => {
  it('lets pass what is as it says, and refuses the rest with 0x99', async () => {
    for (const good of ['{"celsius":20.5}', ' { "note" : "é", "celsius" : -40 } '])
      expect(await send(good)).toMatchObject({ reasonCode: 0 });
    for (const bad of [
      '{"celsius":126}',
      '{"celsius":"20"}',
      '{"celsius":20,"volt":3}',
      '{"celsius":20,"celsius":20}',
      '{"celsius":20} ',
      '{}',
      '',
      'twenty',
    ].map((text) => text.replace('} ', '}{}')))
      expect(await send(bad)).toMatchObject({ reasonCode: 0x99 });
    expect(await screen.messages()).toHaveLength(2);
    expect(harness.of('denied')).toMatchObject([
      {
        device: 'pump-1',
        action: 'publish',
        topic: 'd/pump-1/t',
        policies: ['gateway/payload-format', 'readings'],
      },
    ]);
  });

  it('is for every QoS, retained messages and wills alike', async () => {
    pump.publish('d/pump-1/t', 'bad');
    pump.publish('d/pump-1/t', 'bad', { qos: 2 });
    expect(await pump.next('pubrec')).toMatchObject({ reasonCode: 0x99 });
    expect(await pump.publishAcknowledged('d/pump-1/t', 'bad', { retain: true })).toMatchObject({
      reasonCode: 0x99,
    });
    const will = {
      topic: 'd/pump-1/t',
      payload: Buffer.from('bad'),
      qos: 1 as const,
      retain: false,
      properties: {},
    };
    const dying = await harness.client('pump-1', { clientId: 'pump-1/dying', will });
    dying.socket.destroy();
    await eventually(() => harness.of('session-closed').length === 1);
    expect(await screen.messages()).toEqual([]);
    expect(harness.gateway.statistics()).toMatchObject({ refused: 4, retainedMessages: 0 });
  });

  it('leaves other topics alone', async () => {
    expect(await send('anything', 'd/pump-1/other')).toMatchObject({ reasonCode: 0 });
  });

  it('holds from the moment it is there, and no longer', async () => {
    const { gateway } = harness;
    gateway.apply({ sequence: harness.next(), kind: 'payload-rules', rules: [] });
    for (let index = 0; index < 3; index++) expect(await send('free')).toMatchObject({ reasonCode: 0 });
    const rules = [{ id: 'short', filter: 'd/#', maximumSize: 3 }];
    gateway.apply({ sequence: harness.next(), kind: 'payload-rules', rules });
    expect(await send('long')).toMatchObject({ reasonCode: 0x97 });
    expect(await send('ok')).toMatchObject({ reasonCode: 0 });
  });

  it('binds the devices and groups that it names', async () => {
    await harness.stop();
    await begin([
      { id: 'one', filter: '#', devices: ['pump-2'], maximumSize: 1 },
      { id: 'two', filter: '#', groups: ['controllers'], maximumSize: 2 },
    ]);
    expect(await send('long enough')).toMatchObject({ reasonCode: 0 });
    const other = await harness.client('pump-2');
    expect(await other.publishAcknowledged('d/pump-2/t', '12')).toMatchObject({ reasonCode: 0x97 });
    const panel = await harness.client('panel');
    expect(await panel.publishAcknowledged('c/pump-1/set', '123')).toMatchObject({ reasonCode: 0x97 });
    expect(await panel.publishAcknowledged('c/pump-1/set', '12')).toMatchObject({ reasonCode: 0 });
  });

  it('counts how often, for each device and minute', async () => {
    await harness.stop();
    await begin([{ id: 'calm', filter: 'd/#', perMinute: 2 }]);
    const codes: number[] = [];
    for (let index = 0; index < 4; index++) codes.push((await send('x')).reasonCode);
    expect(codes).toEqual([0, 0, 0x97, 0x97]);
    const other = await harness.client('pump-2');
    expect(await other.publishAcknowledged('d/pump-2/t', 'x')).toMatchObject({ reasonCode: 0 });
    harness.pass(60_000);
    expect(await send('x')).toMatchObject({ reasonCode: 0 });
    expect(harness.of('denied')[0]).toMatchObject({ policies: ['gateway/payload-rate', 'calm'] });
  });

  it('looks into CBOR as into JSON', async () => {
    await harness.stop();
    await begin([
      {
        id: 'cbor',
        filter: 'd/#',
        format: 'cbor',
        schema: {
          type: 'object',
          properties: { key: { type: 'string', pattern: '^[\\w-]{4}$' } },
          required: ['key'],
        },
      },
    ]);
    const say = async (value: unknown): Promise<number> => {
      const payload = value instanceof Uint8Array ? value : encodeCbor(value as never);
      pump.send({
        type: 'publish',
        topic: 'd/pump-1/t',
        payload: Buffer.from(payload),
        qos: 1,
        retain: false,
        dup: false,
        packetId: 9,
        properties: {},
      });
      return (await pump.next('puback')).reasonCode;
    };
    expect(await say(new Map([['key', Uint8Array.of(1, 2, 3)]]))).toBe(0);
    expect(await say(new Map([['key', Uint8Array.of(1, 2)]]))).toBe(0x99);
    expect(await say(new Map([[1, 'keys are text']]))).toBe(0x99);
    expect(await say(new Map([['key', undefined]]))).toBe(0x99);
    expect(await say(Uint8Array.of(0x18))).toBe(0x99);
  });

  it('drops and counts what a 3.1.1 client cannot be told, or closes, as is configured', async () => {
    const old = await harness.client('pump-2', { version: 4 });
    expect(await old.publishAcknowledged('d/pump-2/t', 'bad')).toMatchObject({ reasonCode: 0 });
    expect(await screen.messages()).toEqual([]);
    await harness.stop();
    await begin([{ id: 'none', filter: '#', format: 'json', schema: false }], { refusedPublish: 'close' });
    const strict = await harness.client('pump-2', { version: 4 });
    strict.publish('d/pump-2/t', 'bad');
    await strict.closed;
  });

  it.each<[string, Partial<PayloadRule>, string]>([
    ['a filter that is none', { filter: 'a#' }, 'gateway/payload-rule'],
    ['an unknown format', { format: 'xml' as 'json' }, 'gateway/payload-rule'],
    ['a schema of text', { format: 'text', schema: {} }, 'gateway/payload-rule'],
    ['a bound below zero', { maximumSize: -1 }, 'gateway/payload-rule'],
    ['a type that there is not', { format: 'json', schema: { type: 'float' } }, 'gateway/payload-schema'],
    ['a misspelt keyword', { format: 'json', schema: { propertys: {} } }, 'gateway/payload-schema'],
    ['a reference', { format: 'json', schema: { $ref: '#/x' } }, 'gateway/payload-schema'],
  ])('is refused with %s, and the rules from before stay', async (_, part, code) => {
    const rules = [{ id: 'new', filter: 'd/#', ...part }];
    expect(() => harness.gateway.apply({ sequence: harness.next(), kind: 'payload-rules', rules })).toThrow(
      expect.objectContaining({ code }),
    );
    expect(harness.of('change-refused')).toMatchObject([{ code }]);
    expect(await send('bad')).toMatchObject({ reasonCode: 0x99 });
  });
});

describe('a payload that says that it is text', () => {
  const properties = { payloadFormatIndicator: 1 } as const;
  const bytes = Buffer.from([0x66, 0xc3, 0x28]);
  const publish = (client: RawClient) =>
    client.send({
      type: 'publish',
      topic: 'd/pump-1/other',
      payload: bytes,
      qos: 1,
      retain: false,
      dup: false,
      packetId: 7,
      properties,
    });

  it('is passed on as it is, unless it is to be looked at', async () => {
    publish(pump);
    expect(await pump.next('puback')).toMatchObject({ reasonCode: 0 });
    expect(await screen.next('publish')).toMatchObject({ payload: bytes, properties });
  });

  it('is refused with 0x99 if it is not, a will in CONNECT', async () => {
    await harness.stop();
    await begin([], { checksPayloadFormat: true });
    publish(pump);
    expect(await pump.next('puback')).toMatchObject({ reasonCode: 0x99 });
    expect(await pump.publishAcknowledged('d/pump-1/t', 'f(é)', { properties })).toMatchObject({
      reasonCode: 0,
    });
    const other = await harness.socket('pump-2');
    const will = { topic: 'd/pump-2/t', payload: bytes, qos: 0 as const, retain: false, properties };
    expect(await other.connect('pump-2', { will })).toMatchObject({ reasonCode: 0x99 });
  });
});

it('a schema is sound or refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      try {
        requireSoundSchema(value);
      } catch (error) {
        expect(error).toMatchObject({ code: 'gateway/payload-schema' });
      }
    }),
    { numRuns: 500 },
  );
});
