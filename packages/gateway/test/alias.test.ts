import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

describe('topic aliases of a client', () => {
  it('stand for the topic they came with, up to the maximum it was told [MQTT-3.3.2-12]', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.socket('pump-1');
    const { properties } = await pump.connect('pump-1');
    const maximum = properties.topicAliasMaximum as number;
    for (const alias of [1, maximum]) {
      for (const qos of [0, 1, 2] as const)
        pump.publish(qos === 0 ? `d/pump-1/${alias}` : '', `${qos}`, {
          qos,
          properties: { topicAlias: alias },
        });
    }
    await pump.settle();
    await screen.settle();
    expect(screen.publications().map(({ topic, payload }) => `${topic} ${payload}`)).toEqual(
      [1, maximum].flatMap((alias) => [0, 1, 2].map((qos) => `d/pump-1/${alias} ${qos}`)),
    );
    // Ours are our own affair.
    expect(screen.publications().every((each) => each.properties.topicAlias === undefined)).toBe(true);
  });

  it('can be given anew, and count although the message is refused', async () => {
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    const say = (topic: string, text: string) =>
      pump.publishAcknowledged(topic, text, { properties: { topicAlias: 3 } });
    expect((await say('d/pump-2/t', 'no')).reasonCode).toBe(0x87);
    expect((await say('', 'no')).reasonCode).toBe(0x87);
    expect((await say('d/pump-1/t', 'yes')).reasonCode).toBe(0);
    expect((await say('', 'yes')).reasonCode).toBe(0);
    expect(await screen.messages()).toEqual(['yes', 'yes']);
  });

  it('end with their connection [MQTT-3.3.2-7]', async () => {
    const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 60 } };
    const pump = await harness.client('pump-1', persistent);
    await pump.publishAcknowledged('d/pump-1/t', 'x', { properties: { topicAlias: 1 } });
    const again = await harness.client('pump-1', persistent);
    again.publish('', 'x', { qos: 1, properties: { topicAlias: 1 } });
    expect(await again.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it('beyond the maximum end it [MQTT-3.2.2-17] [MQTT-3.3.2-9], as does any where none are allowed [MQTT-3.2.2-18]', async () => {
    const pump = await harness.client('pump-1');
    pump.publish('d/pump-1/t', 'x', { properties: { topicAlias: 65 } });
    expect(await pump.next('disconnect')).toMatchObject({ reasonCode: 0x94 });
    await harness.stop();
    harness = await Harness.start({ limits: { topicAliases: 0 } });
    const other = await harness.socket('pump-1');
    const { properties } = await other.connect('pump-1', { properties: { topicAliasMaximum: 5 } });
    expect(properties.topicAliasMaximum).toBeUndefined();
    other.publish('d/pump-1/t', 'x', { properties: { topicAlias: 1 } });
    expect(await other.next('disconnect')).toMatchObject({ reasonCode: 0x94 });
  });
});

describe('topic aliases towards a client', () => {
  it('are used from the second message on, up to its maximum [MQTT-3.1.2-26] [MQTT-3.3.2-11]', async () => {
    const screen = await harness.client('screen', { properties: { topicAliasMaximum: 2 } });
    await screen.subscribe('d/#', { qos: 2 });
    const pump = await harness.client('pump-1');
    for (const name of ['a', 'b', 'c']) {
      for (const qos of [0, 1, 2, 0] as const) pump.publish(`d/pump-1/${name}`, `${name}${qos}`, { qos });
    }
    await pump.settle();
    await screen.settle();
    const told = new Map<number, string>();
    const seen = screen.publications().map(({ topic, payload, properties: { topicAlias } }) => {
      if (topicAlias === undefined) return `${topic} ${payload} without`;
      if (topic !== '') told.set(topicAlias, topic);
      return `${told.get(topicAlias)} ${payload} ${topic === '' ? 'by' : 'with'} ${topicAlias}`;
    });
    expect(seen).toEqual([
      ...['a0 with 1', 'a1 by 1', 'a2 by 1', 'a0 by 1'].map((text) => `d/pump-1/a ${text}`),
      ...['b0 with 2', 'b1 by 2', 'b2 by 2', 'b0 by 2'].map((text) => `d/pump-1/b ${text}`),
      ...['c0', 'c1', 'c2', 'c0'].map((text) => `d/pump-1/c ${text} without`),
    ]);
  });

  it('are not used without its leave, nor towards 3.1.1 [MQTT-3.1.2-27]', async () => {
    const none = await harness.client('screen', { clientId: 'screen/1' });
    const zero = await harness.client('screen', {
      clientId: 'screen/2',
      properties: { topicAliasMaximum: 0 },
    });
    const old = await harness.client('screen', { clientId: 'screen/3', version: 4 });
    const pump = await harness.client('pump-1');
    for (const client of [none, zero, old]) await client.subscribe('d/#');
    for (let index = 0; index < 3; index++) await pump.publishAcknowledged('d/pump-1/t', 'x');
    for (const client of [none, zero, old]) {
      await client.settle();
      expect(client.publications().map(({ topic }) => topic)).toEqual(Array(3).fill('d/pump-1/t'));
      expect(client.publications().every((each) => each.properties.topicAlias === undefined)).toBe(true);
    }
  });

  it('are not known to a client that could not take the packet that would have told it', async () => {
    const screen = await harness.client('screen', {
      properties: { topicAliasMaximum: 2, maximumPacketSize: 40 },
    });
    await screen.subscribe('d/#', { qos: 0 });
    const pump = await harness.client('pump-1');
    pump.publish('d/pump-1/topic', 'x'.repeat(60));
    pump.publish('d/pump-1/topic', 'short');
    await pump.settle();
    await screen.settle();
    expect(screen.publications()).toMatchObject([{ topic: 'd/pump-1/topic', properties: { topicAlias: 1 } }]);
  });

  it('begin anew with each connection', async () => {
    const options = { cleanStart: false, properties: { sessionExpiryInterval: 60, topicAliasMaximum: 2 } };
    const screen = await harness.client('screen', options);
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await pump.publishAcknowledged('d/pump-1/t', 'x');
    const again = await harness.client('screen', options);
    await again.settle();
    expect(again.publications()).toMatchObject([
      { topic: 'd/pump-1/t', dup: true, properties: { topicAlias: 1 } },
    ]);
    expect(noProperties.topicAlias).toBeUndefined();
  });
});
