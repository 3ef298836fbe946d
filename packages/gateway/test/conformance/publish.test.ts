import { noProperties, type Properties, type Qos } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ access: 'open' });
});
afterEach(() => harness.stop());

const client = (clientId: string, version: 4 | 5, more = {}) =>
  harness.client('anyone', { version, clientId, ...more });

function publish(
  from: RawClient,
  qos: Qos,
  packetId: number,
  more: { dup?: boolean; text?: string } = {},
): void {
  from.send({
    type: 'publish',
    topic: 't',
    payload: Buffer.from(more.text ?? 'x'),
    qos,
    retain: false,
    dup: more.dup ?? false,
    ...(qos === 0 ? {} : { packetId }),
    properties: noProperties,
  });
}

const answer = (
  to: RawClient,
  type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp',
  packetId: number,
  reasonCode = 0,
) => to.send({ type, packetId, reasonCode, properties: noProperties });

describe.each([4, 5] as const)('a message to the broker, version %i', (version) => {
  it('is answered as its QoS asks, under its identifier [MQTT-3.3.4-1] [MQTT-2.2.1-5] [MQTT-4.3.2-4] [MQTT-4.3.3-8] (3.1.1: [MQTT-3.3.4-1] [MQTT-2.3.1-6] [MQTT-4.3.2-2] [MQTT-4.3.3-2])', async () => {
    const two = await client('two', version);
    await two.subscribe('t', { qos: 0 });
    const one = await client('one', version);
    publish(one, 0, 0);
    publish(one, 1, 0x1234);
    publish(one, 2, 0x5678);
    answer(one, 'pubrel', 0x5678);
    await one.settle();
    expect(one.received).toMatchObject([
      { type: 'puback', packetId: 0x1234, reasonCode: 0 },
      { type: 'pubrec', packetId: 0x5678, reasonCode: 0 },
      { type: 'pubcomp', packetId: 0x5678, reasonCode: 0 },
    ]);
  });

  it('is answered with the news that nobody subscribes to its topic, as 5.0 can say (§3.4.2.1)', async () => {
    const one = await client('one', version);
    // The second goes the quick way.
    for (const packetId of [1, 2]) publish(one, 1, packetId);
    publish(one, 2, 3);
    await one.settle();
    expect(one.received.map((packet) => 'reasonCode' in packet && packet.reasonCode)).toEqual(
      Array(3).fill(version === 5 ? 0x10 : 0),
    );
    await one.subscribe('$share/g/t');
    one.received.length = 0;
    for (const packetId of [4, 5]) publish(one, 1, packetId);
    await one.settle();
    expect(one.received.filter(({ type }) => type === 'puback')).toMatchObject([
      { reasonCode: 0 },
      { reasonCode: 0 },
    ]);
  });

  it('is answered in the order in which it came (3.1.1: [MQTT-4.6.0-2] [MQTT-4.6.0-3] [MQTT-4.6.0-4])', async () => {
    const one = await client('one', version);
    const ids = [5, 3, 9, 1, 7];
    for (const id of ids) publish(one, 1, id);
    for (const id of ids) publish(one, 2, id + 100);
    for (const id of ids) answer(one, 'pubrel', id + 100);
    await one.settle();
    const told = (type: string) =>
      one.received
        .filter((packet) => packet.type === type)
        .map((packet) => (packet as { packetId: number }).packetId);
    expect(told('puback')).toEqual(ids);
    expect(told('pubrec')).toEqual(ids.map((id) => id + 100));
    expect(told('pubcomp')).toEqual(ids.map((id) => id + 100));
  });

  it('with QoS 1 is a new one after PUBACK, DUP or not [MQTT-4.3.2-5] (3.1.1: [MQTT-4.3.2-2])', async () => {
    const [one, two] = [await client('one', version), await client('two', version)];
    await two.subscribe('t');
    publish(one, 1, 1);
    publish(one, 1, 1, { dup: true });
    await one.settle();
    expect(await two.messages()).toEqual(['x', 'x']);
    // The DUP flag is the sender's affair [MQTT-3.3.1-3] (3.1.1: [MQTT-3.3.1-3]).
    expect(two.publications().map(({ dup }) => dup)).toEqual([false, false]);
  });

  it('with QoS 2 is delivered once until PUBREL, and anew after PUBCOMP [MQTT-4.3.3-10] [MQTT-4.3.3-11] [MQTT-4.3.3-12] (3.1.1: [MQTT-4.3.3-2])', async () => {
    const [one, two] = [await client('one', version), await client('two', version)];
    await two.subscribe('t');
    publish(one, 2, 1);
    publish(one, 2, 1, { dup: true });
    answer(one, 'pubrel', 1);
    publish(one, 2, 1, { text: 'new' });
    await one.settle();
    expect(one.received.map(({ type }) => type)).toEqual(['pubrec', 'pubrec', 'pubcomp', 'pubrec']);
    expect(await two.messages()).toEqual(['x', 'new']);
  });

  it('goes to every session with a matching subscription, in the order of its client [MQTT-4.5.0-1] [MQTT-4.6.0-5] [MQTT-4.6.0-6] (3.1.1: [MQTT-4.5.0-1] [MQTT-4.6.0-5] [MQTT-4.6.0-6])', async () => {
    const [one, two, three] = [
      await client('one', version),
      await client('two', 4),
      await client('three', 5),
    ];
    await two.subscribe('#');
    await three.subscribe('+');
    for (let index = 0; index < 30; index++)
      publish(one, (index % 3) as Qos, index + 1, { text: `${index}` });
    await one.settle();
    for (const each of [two, three]) {
      await each.settle();
      for (const qos of [0, 1, 2]) {
        const sent = Array.from({ length: 30 }, (_, index) => index).filter((index) => index % 3 === qos);
        // Subscribed with QoS 1, it gets what was published with 2 as such.
        const got = each.publications().map(({ payload }) => Number(payload.toString()));
        expect(got.filter((index) => index % 3 === qos)).toEqual(sent);
      }
    }
  });

  it('has a topic that matches the filter of who gets it [MQTT-3.3.2-3] (3.1.1: [MQTT-3.3.2-3])', async () => {
    const [one, two] = [await client('one', version), await client('two', version)];
    await two.subscribe('a/+/c');
    for (const topic of ['a/b/c', 'a/b', 'a/b/d', 'b/b/c', 'a/b/c/d'])
      await one.publishAcknowledged(topic, 'x');
    await two.settle();
    expect(two.publications().map(({ topic }) => topic)).toEqual(['a/b/c']);
  });
});

describe.each([4, 5] as const)('a message to a client, version %i', (version) => {
  it('has the lesser of the QoS published and the QoS granted [MQTT-3.8.4-8] (3.1.1: [MQTT-3.8.4-6])', async () => {
    const one = await client('one', version);
    for (const granted of [0, 1, 2] as const) {
      const two = await client(`two${granted}`, version);
      expect(await two.subscribe('t', { qos: granted })).toMatchObject({ reasonCodes: [granted] });
      for (const qos of [0, 1, 2] as const) publish(one, qos, 1, { text: `${qos}` });
      answer(one, 'pubrel', 1);
      await one.settle();
      await two.settle();
      const got = two.publications().map(({ payload, qos }) => [Number(payload.toString()), qos]);
      expect(got).toEqual([0, 1, 2].map((qos) => [qos, Math.min(qos, granted)]));
      two.socket.destroy();
      await two.closed;
    }
  });

  it('with QoS 0 has no identifier and no DUP flag [MQTT-2.2.1-2] [MQTT-4.3.1-1] [MQTT-3.3.1-2] (3.1.1: [MQTT-2.3.1-5] [MQTT-4.3.1-1])', async () => {
    const one = await client('one', version);
    await one.subscribe('t', { qos: 2 });
    publish(one, 0, 0);
    const message = await one.next('publish');
    expect(message).toMatchObject({ qos: 0, dup: false });
    expect(message.packetId).toBeUndefined();
  });

  it('with QoS 1 or 2 has a free identifier that is not 0, and no DUP flag [MQTT-2.2.1-4] [MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-4.3.3-1] [MQTT-4.3.3-2] (3.1.1: [MQTT-2.3.1-4] [MQTT-4.3.2-1] [MQTT-4.3.3-1])', async () => {
    const [one, two] = [await client('one', version), await client('two', version)];
    await two.subscribe('t', { qos: 2 });
    for (let index = 0; index < 20; index++) publish(one, ((index % 2) + 1) as Qos, index + 1);
    await one.settle();
    await two.settle();
    const messages = two.publications();
    expect(messages.every(({ dup }) => !dup)).toBe(true);
    const ids = messages.map(({ packetId }) => packetId as number);
    expect(new Set(ids).size).toBe(20);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });

  it('with QoS 2 goes from PUBREC to PUBREL to PUBCOMP, and its identifier is free then [MQTT-4.3.3-4] (3.1.1: [MQTT-4.3.3-1])', async () => {
    const one = await client('one', version);
    await one.subscribe('t', { qos: 2 });
    publish(one, 2, 1);
    const { packetId } = (await one.next('publish')) as { packetId: number };
    answer(one, 'pubrec', packetId);
    expect(await one.next('pubrel')).toMatchObject({ packetId, reasonCode: 0 });
    // Once more, and it is released once more.
    answer(one, 'pubrec', packetId);
    expect(await one.next('pubrel')).toMatchObject({ packetId });
    answer(one, 'pubcomp', packetId);
    await one.settle();
    expect(one.publications()).toEqual([]);
  });

  it('comes once with overlapping subscriptions, with the largest QoS [MQTT-3.3.4-2] (3.1.1: [MQTT-3.3.5-1])', async () => {
    const one = await client('one', version);
    for (const [filter, qos] of [
      ['t', 0],
      ['+', 2],
      ['#', 1],
    ] as const)
      await one.subscribe(filter, { qos });
    publish(one, 2, 1);
    await one.settle();
    expect(one.publications()).toMatchObject([{ qos: 2 }]);
  });
});

describe.each([4, 5] as const)('an acknowledgement, version %i', (version) => {
  type Acknowledgement = Parameters<typeof answer>[1];
  it.each<[Qos, readonly Acknowledgement[]]>([
    [1, ['pubrec']],
    [1, ['pubcomp']],
    [2, ['puback']],
    [2, ['pubcomp']],
    [2, ['pubrec', 'puback']],
  ])(
    'of a message with QoS %i that it does not wait for ends the connection: %s (§4.13)',
    async (qos, types) => {
      const one = await client('one', version);
      await one.subscribe('t', { qos });
      const two = await client('two', version);
      publish(two, qos, 7);
      const { packetId } = await one.next('publish');
      for (const type of types) answer(one, type, packetId as number);
      if (version === 5) expect(await one.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
      await one.closed;
      await two.settle();
    },
  );

  it('that comes twice, or for what nobody sent, is met as the standard says', async () => {
    const one = await client('one', version);
    await one.subscribe('t', { qos: 2 });
    const two = await client('two', version);
    publish(two, 2, 7);
    const { packetId } = await one.next('publish');
    for (const type of ['pubrec', 'pubrec', 'pubcomp', 'pubcomp'] as const)
      answer(one, type, packetId as number);
    answer(one, 'puback', 99);
    answer(one, 'pubrec', 99);
    answer(one, 'pubrel', 99);
    await one.settle();
    const unknown = version === 5 ? 0x92 : 0;
    expect(one.received).toMatchObject([
      { type: 'pubrel', packetId, reasonCode: 0 },
      { type: 'pubrel', packetId, reasonCode: 0 },
      { type: 'pubrel', packetId: 99, reasonCode: unknown },
      { type: 'pubcomp', packetId: 99, reasonCode: unknown },
    ]);
  });
});

describe.each([4, 5] as const)('a retained message, version %i', (version) => {
  const kept = async (filter = 't') => {
    const reader = await client('reader', version);
    await reader.subscribe(filter, { qos: 2 });
    await reader.settle();
    reader.socket.destroy();
    await reader.closed;
    return reader.publications().map(({ payload, qos, retain }) => `${payload} ${qos} ${retain}`);
  };

  it('is kept with its QoS, and takes the place of the one before [MQTT-3.3.1-5] (3.1.1: [MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-7] [MQTT-3.3.1-8])', async () => {
    const one = await client('one', version);
    for (const qos of [2, 1, 0] as const) {
      one.publish('t', `q${qos}`, { qos, retain: true });
      await one.settle();
      expect(await kept()).toEqual([`q${qos} ${qos} true`]);
    }
  });

  it('that is empty is passed on, clears the topic, and is not kept [MQTT-3.3.1-6] [MQTT-3.3.1-7] (3.1.1: [MQTT-3.3.1-10] [MQTT-3.3.1-11])', async () => {
    const [one, two] = [await client('one', version), await client('two', version)];
    await one.publishAcknowledged('t', 'x', { retain: true });
    await two.subscribe('t');
    await one.publishAcknowledged('t', '', { retain: true });
    expect(await two.messages()).toEqual(['x', '']);
    expect(await kept('#')).toEqual([]);
  });

  it('is left alone by what is not retained [MQTT-3.3.1-8] (3.1.1: [MQTT-3.3.1-12])', async () => {
    const one = await client('one', version);
    await one.publishAcknowledged('t', 'kept', { retain: true });
    await one.publishAcknowledged('t', 'passing');
    await one.publishAcknowledged('t', '');
    expect(await kept()).toEqual(['kept 1 true']);
  });

  it('comes unmarked to a subscription that was there [MQTT-3.3.1-12] (3.1.1: [MQTT-3.3.1-9])', async () => {
    const [one, two] = [await client('one', version), await client('two', version)];
    await two.subscribe('t');
    await one.publishAcknowledged('t', 'x', { retain: true });
    await two.settle();
    expect(two.publications()).toMatchObject([{ retain: false }]);
  });

  it('does not end with the session that published it (3.1.1: [MQTT-3.1.2-7])', async () => {
    const one = await client('one', version);
    await one.publishAcknowledged('t', 'x', { retain: true });
    one.socket.destroy();
    await one.closed;
    harness.pass(100_000_000);
    expect(await kept()).toEqual(['x 1 true']);
  });
});

describe('version 5', () => {
  it('marks as retained what was published so, if the subscription wants it [MQTT-3.3.1-13]', async () => {
    const [one, two] = [await client('one', 5), await client('two', 5)];
    await two.subscribe('t', { retainAsPublished: true });
    await one.publishAcknowledged('t', 'x', { retain: true });
    await one.publishAcknowledged('t', 'y');
    await two.settle();
    expect(two.publications().map(({ retain }) => retain)).toEqual([true, false]);
  });

  it('passes properties on as they are, on every way a message can take [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]', async () => {
    const properties: Properties = {
      payloadFormatIndicator: 1,
      contentType: 'text/plain',
      responseTopic: 'answers/here',
      correlationData: Buffer.from([0, 1, 255]),
      userProperties: [
        ['b', '1'],
        ['a', '2'],
        ['b', '1'],
        ['', ''],
      ],
    };
    const [one, two] = [await client('one', 5), await client('two', 5)];
    const away = await client('away', 5, { cleanStart: false, properties: { sessionExpiryInterval: 60 } });
    await away.subscribe('t', { qos: 1 });
    away.socket.destroy();
    await away.closed;
    await two.subscribe('t', { qos: 2 });
    for (const qos of [0, 1, 2] as const) one.publish('t', 'x', { qos, properties });
    await one.publishAcknowledged('t', 'kept', { retain: true, properties });
    const late = await client('late', 5);
    await late.subscribe('t');
    const back = await client('away', 5, { cleanStart: false, properties: { sessionExpiryInterval: 60 } });
    for (const [reader, count] of [
      [two, 4],
      [late, 1],
      [back, 3],
    ] as const) {
      await reader.settle();
      expect(reader.publications().map((each) => each.properties)).toEqual(Array(count).fill(properties));
    }
    const will = { topic: 't', payload: Buffer.from('gone'), qos: 1 as const, retain: false, properties };
    const dying = await client('dying', 5, { will });
    two.received.length = 0;
    dying.socket.destroy();
    // [MQTT-3.1.3-10]
    expect((await two.next('publish')).properties).toEqual(properties);
  });

  it('sends the identifiers of all subscriptions that match, and only those [MQTT-3.3.4-3] [MQTT-3.3.4-4]', async () => {
    const [one, two] = [await client('one', 5), await client('two', 5)];
    await two.subscribe('a/#', {}, { subscriptionIdentifiers: [1] });
    await two.subscribe('a/b', {}, { subscriptionIdentifiers: [268_435_455] });
    await two.subscribe('+/b', {}, { subscriptionIdentifiers: [1] });
    await two.subscribe('#');
    await two.subscribe('b', {}, { subscriptionIdentifiers: [4] });
    await one.publishAcknowledged('a/b', 'x');
    await one.publishAcknowledged('c', 'x');
    await two.settle();
    const [first, second] = two.publications();
    expect([...(first?.properties.subscriptionIdentifiers ?? [])].sort()).toEqual([1, 1, 268_435_455]);
    expect(second?.properties.subscriptionIdentifiers).toBeUndefined();
  });

  it('lets a message expire that was not sent in time, and tells what is left of its life [MQTT-3.3.2-5] [MQTT-3.3.2-6]', async () => {
    const options = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
    const away = await client('away', 5, options);
    await away.subscribe('t');
    away.socket.destroy();
    await away.closed;
    const one = await client('one', 5);
    for (const seconds of [5, 60])
      await one.publishAcknowledged('t', `${seconds}`, { properties: { messageExpiryInterval: seconds } });
    harness.pass(10_000);
    const back = await client('away', 5, options);
    await back.settle();
    expect(back.publications()).toMatchObject([{ properties: { messageExpiryInterval: 50 } }]);
  });

  it('does not let a message expire that was sent once [MQTT-4.3.3-7] [MQTT-4.3.3-13]', async () => {
    const options = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
    const two = await client('two', 5, options);
    await two.subscribe('t', { qos: 2 });
    const one = await client('one', 5);
    for (const qos of [1, 2] as const)
      one.publish('t', `${qos}`, { qos, properties: { messageExpiryInterval: 5 } });
    expect(await two.messages()).toEqual(['1', '2']);
    two.socket.destroy();
    await two.closed;
    harness.pass(10_000);
    const back = await client('two', 5, options);
    expect(await back.messages()).toEqual(['1', '2']);
    const { packetId } = back.publications()[1] as { packetId: number };
    answer(back, 'pubrec', packetId);
    expect(await back.next('pubrel')).toMatchObject({ packetId });
  });

  it('takes a refused QoS 2 message’s identifier for a new one [MQTT-4.3.3-9]', async () => {
    await harness.stop();
    harness = await Harness.start({}, undefined);
    const screen = await harness.client('screen');
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    const say = (topic: string): void =>
      pump.send({
        type: 'publish',
        topic,
        payload: Buffer.from(topic),
        qos: 2,
        retain: false,
        dup: false,
        packetId: 5,
        properties: noProperties,
      });
    say('d/pump-2/t');
    expect(await pump.next('pubrec')).toMatchObject({ packetId: 5, reasonCode: 0x87 });
    say('d/pump-1/t');
    expect(await pump.next('pubrec')).toMatchObject({ packetId: 5, reasonCode: 0 });
    expect(await screen.messages()).toEqual(['d/pump-1/t']);
  });

  it('leaves the reason out of PUBACK, PUBREC and SUBACK where it would be too large, or is not wanted [MQTT-3.4.2-2] [MQTT-3.5.2-2] [MQTT-3.9.2-1] [MQTT-3.1.2-29] [MQTT-3.1.2-24]', async () => {
    await harness.stop();
    harness = await Harness.start({});
    for (const [properties, hasReason] of [
      [{ maximumPacketSize: 200 }, true],
      [{ maximumPacketSize: 24 }, false],
      [{ requestProblemInformation: false }, false],
    ] as const) {
      const pump = await harness.client('pump-1', { properties });
      const puback = await pump.publishAcknowledged('d/pump-2/t', 'x');
      pump.publish('d/pump-2/t', 'x', { qos: 2 });
      const pubrec = await pump.next('pubrec');
      const suback = await pump.subscribe('d/pump-2/t');
      for (const packet of [puback, pubrec, suback])
        expect(packet.properties.reasonString !== undefined, packet.type).toBe(hasReason);
      expect([puback.reasonCode, pubrec.reasonCode, suback.reasonCodes[0]]).toEqual([0x87, 0x87, 0x87]);
    }
  });

  it('counts a message that is too large for its client as sent [MQTT-3.1.2-25]', async () => {
    const [one, two] = [
      await client('one', 5),
      await client('two', 5, { properties: { maximumPacketSize: 60, receiveMaximum: 1 } }),
    ];
    await two.subscribe('t', { qos: 2 });
    for (const qos of [1, 2] as const) one.publish('t', 'x'.repeat(100), { qos });
    await one.publishAcknowledged('t', 'short');
    expect(await two.messages()).toEqual(['short']);
  });
});

describe('3.1.1', () => {
  it('acknowledges a publication that policy refuses, or closes (3.1.1: [MQTT-3.3.5-2])', async () => {
    for (const refusedPublish of ['drop', 'close'] as const) {
      await harness.stop();
      harness = await Harness.start({ refusedPublish });
      const pump = await harness.client('pump-1', { version: 4 });
      publishTo(pump, 'd/pump-2/t');
      if (refusedPublish === 'drop') expect(await pump.next('puback')).toMatchObject({ packetId: 1 });
      else await pump.closed;
    }
  });
});

function publishTo(from: RawClient, topic: string): void {
  from.publish(topic, 'x', { qos: 1 });
}
