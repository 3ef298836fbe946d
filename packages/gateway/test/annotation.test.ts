import { afterEach, beforeEach, expect, it } from 'vitest';
import { device, Harness } from './support/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({}, [device('pump-1'), device('screen', { groups: ['observers'] })]);
  const patterns = [{ id: 'tank', filter: 'd/+/tank', namesChannel: false }];
  harness.gateway.apply({ sequence: harness.next(), kind: 'streams', patterns });
});
afterEach(() => harness.stop());

it('a mark stands behind what the publisher said, which stays as it was and in its order [MQTT-3.3.2-17] [MQTT-3.3.2-18]', async () => {
  harness.set({
    ...device('pump-1', { vector: { 'sourced-data': -50 } }),
    streams: [{ stream: 'pump-1/tank', value: -50, finding: 'measurement/readings-abnormal' }],
    ownSourcedData: 'none',
  });
  const screen = await harness.client('screen');
  await screen.subscribe('d/#');
  const publisher = await harness.client('pump-1');
  const userProperties = [
    ['b', '1'],
    ['a', '2'],
    ['b', '1'],
    ['', ''],
    ['no-kiten-', 'affirming'],
  ] as const;
  for (const topic of ['d/pump-1/tank', 'd/pump-1/other'])
    await publisher.publishAcknowledged(topic, 'x', { properties: { userProperties } });
  await screen.settle();
  const mark = [
    ['kiten-sourced-data', 'warning'],
    ['kiten-finding', 'measurement/readings-abnormal'],
  ];
  expect(screen.publications().map(({ properties }) => properties.userProperties)).toEqual([
    [...userProperties, ...mark],
    userProperties,
  ]);
});
