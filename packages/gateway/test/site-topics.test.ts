import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from './support/harness.ts';

/** Policy lets a device attest on these; what is said there is between it and the site. */
const siteTopics = {
  heard: ['$kiten/{device}/attest/question'],
  spoken: ['$kiten/{device}/attest/answer'],
};
const question = (device: string) => `$kiten/${device}/attest/question`;
const answer = (device: string) => `$kiten/${device}/attest/answer`;

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ siteTopics });
});
afterEach(() => harness.stop());

const say = (topic: string, text: string, lifetime = 1000) =>
  harness.gateway.apply({
    sequence: harness.next(),
    kind: 'saying',
    saying: { topic, payload: Buffer.from(text), lifetime },
  });
const heard = () =>
  harness.of('heard').map(({ device, topic, payload }) => `${device} ${topic} ${Buffer.from(payload)}`);

describe('what a device says to the site', () => {
  it('is told, whatever its QoS, and reaches no subscriber', async () => {
    const pump = await harness.client('pump-1');
    await pump.subscribe('$kiten/pump-1/attest/#');
    expect(await pump.publishAcknowledged(question('pump-1'), 'one')).toMatchObject({ reasonCode: 0 });
    // Of a topic that was decided about before, too.
    pump.publish(question('pump-1'), 'two');
    pump.publish(question('pump-1'), 'three', { qos: 2 });
    await pump.next('pubrec');
    const topic = question('pump-1');
    expect(heard()).toEqual(['one', 'two', 'three'].map((text) => `pump-1 ${topic} ${text}`));
    expect(await pump.messages()).toEqual([]);
  });

  it('is not retained', async () => {
    const pump = await harness.client('pump-1');
    pump.publish(question('pump-1'), 'kept?', { qos: 1, retain: true });
    await pump.next('puback');
    await pump.subscribe('$kiten/pump-1/attest/#');
    expect(await pump.messages()).toEqual([]);
    expect(heard()).toHaveLength(1);
  });

  it('is refused of another device', async () => {
    const other = await harness.client('pump-2');
    expect(await other.publishAcknowledged(question('pump-1'), 'x')).toMatchObject({ reasonCode: 0x87 });
    expect(heard()).toEqual([]);
  });
});

describe('what the site says to a device', () => {
  it('reaches that device alone, whatever others subscribe to', async () => {
    const [pump, other] = [await harness.client('pump-1'), await harness.client('pump-2')];
    await pump.subscribe(answer('pump-1'));
    await other.subscribe('$kiten/pump-2/attest/#');
    say(answer('pump-1'), 'for one');
    expect(await pump.next('publish')).toMatchObject({ topic: answer('pump-1'), qos: 1, retain: false });
    expect(await other.messages()).toEqual([]);
  });

  it('nobody else can say, the device neither', async () => {
    const pump = await harness.client('pump-1');
    await pump.subscribe(answer('pump-1'));
    expect(await pump.publishAcknowledged(answer('pump-1'), 'forged')).toMatchObject({ reasonCode: 0x87 });
    expect(await pump.messages()).toEqual([]);
    await harness.client('pump-2');
    expect(harness.of('denied').map(({ policies }) => policies)).toEqual([['gateway/topic-of-the-site']]);
  });
});

it('the connections of a device can be ended, and it may come back', async () => {
  const [pump, other] = [await harness.client('pump-1'), await harness.client('pump-2')];
  const change = { kind: 'sever', device: 'pump-1', reason: 'No answer came.' } as const;
  harness.gateway.apply({ sequence: harness.next(), ...change });
  await pump.closed;
  expect(await pump.next('disconnect')).toMatchObject({ properties: { reasonString: 'No answer came.' } });
  expect(harness.of('severed')).toMatchObject([{ device: 'pump-1', sessions: ['pump-1'] }]);
  await other.settle();
  await harness.client('pump-1');
});
