import { afterEach, beforeEach, expect, it } from 'vitest';
import { Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const ask = (run: string, device = 'pump-1') =>
  harness.gateway.apply({
    sequence: harness.next(),
    kind: 'notice',
    notice: { device, name: 'safe-state', run, payload: `please ${run}` },
  });
const heard = () => harness.of('acknowledged').map(({ device, run }) => `${device} ${run}`);
const topic = 'd/pump-1/kiten/safe-state';

it('a notice reaches its device on the command topic, and the acknowledgement is told once', async () => {
  const pump = await harness.client('pump-1');
  await pump.subscribe('c/pump-1/#');
  ask('run-1');
  expect(await pump.next('publish')).toMatchObject({
    topic: 'c/pump-1/kiten/safe-state',
    payload: Buffer.from('please run-1'),
  });
  for (const text of ['run-1', 'run-1']) await pump.publishAcknowledged(topic, text);
  expect(heard()).toEqual(['pump-1 run-1']);
});

it('an acknowledgement may be JSON, of any QoS, on a topic that was decided about before', async () => {
  const pump = await harness.client('pump-1');
  await pump.publishAcknowledged(topic, 'before');
  for (const run of ['a', 'b', 'c']) ask(run);
  pump.publish(topic, '{"run":"a","state":"closed"}');
  await pump.publishAcknowledged(topic, ' b\n');
  pump.publish(topic, 'c', { qos: 2 });
  await pump.next('pubrec');
  expect(heard()).toEqual(['pump-1 a', 'pump-1 b', 'pump-1 c']);
});

it('nothing else is one: another run, another topic, another device, what cannot be read', async () => {
  const [pump, other] = [await harness.client('pump-1'), await harness.client('pump-2')];
  ask('run-1');
  for (const text of [
    'run-2',
    '',
    '{"run":1}',
    '{"run":"run-1"',
    '{"run":"run-1","run":"run-1"}',
    'x'.repeat(300),
  ])
    await pump.publishAcknowledged(topic, text);
  await pump.publishAcknowledged('d/pump-1/kiten', 'run-1');
  await other.publishAcknowledged('d/pump-2/kiten/safe-state', 'run-1');
  expect(await other.publishAcknowledged(topic, 'run-1')).toMatchObject({ reasonCode: 0x87 });
  ask('run-3', 'nobody');
  expect(heard()).toEqual([]);
  await pump.publishAcknowledged(topic, 'run-1');
  expect(heard()).toEqual(['pump-1 run-1']);
});
