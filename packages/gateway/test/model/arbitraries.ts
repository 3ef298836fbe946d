import type { Qos, RetainHandling, Subscription } from '@kiten/wire';
import fc, { type Arbitrary } from 'fast-check';
import { AcknowledgeAllStep, AcknowledgeStep } from './commands/acknowledge.ts';
import { ConnectStep } from './commands/connect.ts';
import { type Farewell, LeaveStep } from './commands/leave.ts';
import { PassStep, PingStep } from './commands/pass.ts';
import { type Item, PublishStep, RepublishStep } from './commands/publish.ts';
import { ReleaseStep } from './commands/release.ts';
import { RestartStep } from './commands/restart.ts';
import { SubscribeStep, UnsubscribeStep } from './commands/subscribe.ts';
import type { Wishes } from './connection.ts';
import { type PassedOn, smallPacket } from './message.ts';
import type { Will } from './session.ts';
import type { Step } from './step.ts';

/** Those that share subscriptions keep to version 5: by the identifier one sees which copy of a message comes. */
const sharers = ['c', 'd'] as const;
export const clientIds: readonly string[] = ['a', 'b', ...sharers];

/** What begins with $ may be kept to the broker (MQTT 5.0 §4.7.2); this one passes it on like any other. */
const topics = ['t', 't/u', 't/u/v', 't/', '/t', 't//v', 'u', 'ü/旅', '$x/t'];
const filters = [
  't',
  't/u',
  '#',
  '+',
  't/#',
  't/+',
  '+/u',
  '+/+',
  't/+/v',
  '/+',
  '+/#',
  't/u/#',
  'ü/+',
  '$x/#',
  '$x/+',
];
const sharedFilters = ['$share/g/t/#', '$share/g/#', '$share/h/t/u', '$share/h/+'];

const qos = fc.constantFrom<Qos>(0, 1, 1, 2, 2);
const seldom = fc.integer({ min: 0, max: 5 }).map((value) => value === 0);
const id = fc.constantFrom(...clientIds);
const index = fc.nat({ max: 7 });

const properties: Arbitrary<PassedOn> = fc.oneof(
  { arbitrary: fc.constant({}), weight: 4 },
  {
    arbitrary: fc.record(
      {
        payloadFormatIndicator: fc.constantFrom(0 as const, 1 as const),
        contentType: fc.constant('text/plain'),
        responseTopic: fc.constant('answers/here'),
        correlationData: fc.constant(Buffer.from([0, 1, 255])),
        userProperties: fc.constant([
          ['k', '1'],
          ['j', ''],
          ['k', '2'],
        ] as const),
      },
      { requiredKeys: [] },
    ) as Arbitrary<PassedOn>,
    weight: 1,
  },
);

const item: Arbitrary<Item> = fc.record({
  topic: fc.constantFrom(...topics, 't/u', 't/u', 't'),
  qos,
  retain: seldom,
  size: fc.constantFrom('short', 'short', 'short', 'short', 'empty', 'large'),
  expiry: fc.constantFrom(undefined, undefined, undefined, 0, 5, 40),
  properties,
  isAliased: seldom,
});

const will: Arbitrary<Will> = fc.record({
  topic: fc.constantFrom(...topics),
  payload: fc.nat({ max: 999_999 }).map((value) => `w${value}`),
  qos,
  retain: seldom,
  properties,
  expiry: fc.constantFrom(undefined, undefined, 5, 40),
  delay: fc.constantFrom(0, 0, 3, 50),
});

const forEver = Number.POSITIVE_INFINITY;

function wishes(version: 4 | 5): Arbitrary<Wishes> {
  return fc
    .record({
      version: fc.constant(version),
      cleanStart: seldom,
      sessionExpiry: fc.constantFrom(0, 30, 30, 600, 600, forEver),
      receiveMaximum: fc.constantFrom(1, 2, 3, 65_535, 65_535),
      topicAliasMaximum: fc.constantFrom(0, 0, 1, 10),
      maximumPacketSize: fc.constantFrom(forEver, forEver, forEver, smallPacket),
      keepAlive: fc.constantFrom(0, 0, 0, 10),
      will: fc.option(will, { nil: undefined, freq: 2 }),
    })
    .map((wanted) =>
      version === 5
        ? wanted
        : {
            ...wanted,
            sessionExpiry: wanted.cleanStart ? 0 : forEver,
            receiveMaximum: 65_535,
            topicAliasMaximum: 0,
            maximumPacketSize: forEver,
            will: wanted.will && { ...wanted.will, delay: 0, expiry: undefined, properties: {} },
          },
    );
}

const connect = id.chain((each) => {
  const version = fc.constantFrom<4 | 5>(
    ...(each === 'a' || each === 'b' ? ([4, 5] as const) : ([5] as const)),
  );
  return fc
    .tuple(version.chain(wishes), seldom)
    .map(([wanted, pings]) => new ConnectStep(each, wanted, pings));
});

const farewells: readonly Farewell[] = [
  'disconnect',
  'disconnect',
  'with-will',
  'end-session',
  'keep-session',
  'end',
  'destroy',
  'reset',
];

const subscription: Arbitrary<Subscription> = fc.record({
  filter: fc.constantFrom(...filters),
  qos,
  noLocal: seldom,
  retainAsPublished: seldom,
  retainHandling: fc.constantFrom<RetainHandling>(0, 0, 1, 2),
});

const share = fc.nat({ max: sharedFilters.length - 1 }).chain((at) =>
  fc
    .tuple(fc.constantFrom(...sharers), fc.record({ qos, retainAsPublished: seldom }))
    .map(([each, options]) => {
      const filter = sharedFilters[at] as string;
      const wanted = { filter, noLocal: false, retainHandling: 0, ...options } as const;
      return new SubscribeStep(each, [wanted], 100 + at);
    }),
);

const few = <T>(arbitrary: Arbitrary<T>, maxLength: number): Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength });

const weighted: readonly [number, Arbitrary<Step>][] = [
  [6, connect],
  [2, fc.tuple(id, fc.constantFrom(...farewells)).map((given) => new LeaveStep(...given))],
  [
    4,
    fc
      .tuple(id, few(subscription, 3), fc.constantFrom(undefined, 1, 2, 3))
      .map((given) => new SubscribeStep(...given)),
  ],
  [2, share],
  [
    1,
    fc
      .tuple(id, few(fc.constantFrom(...filters, ...sharedFilters), 2))
      .map((given) => new UnsubscribeStep(...given)),
  ],
  [9, fc.tuple(id, few(item, 4)).map((given) => new PublishStep(...given))],
  [1, fc.tuple(id, fc.constantFrom<1 | 2>(1, 2), index).map((given) => new RepublishStep(...given))],
  [5, fc.tuple(id, index, seldom).map((given) => new AcknowledgeStep(...given))],
  [4, fc.tuple(id, seldom).map((given) => new AcknowledgeAllStep(...given))],
  [3, fc.tuple(id, index, seldom).map((given) => new ReleaseStep(...given))],
  [2, fc.constantFrom(300, 1_000, 4_000, 16_000, 45_000, 700_000).map((time) => new PassStep(time))],
  [1, id.map((each) => new PingStep(each))],
];

/** Each as often as it is weighty. */
export const steps: readonly Arbitrary<Step>[] = weighted.flatMap(([weight, arbitrary]) =>
  Array.from({ length: weight }, () => arbitrary),
);

/** With restarts, for a gateway that has a store. */
export const stepsWithRestarts: readonly Arbitrary<Step>[] = [
  ...steps,
  fc.boolean().map((isCrash) => new RestartStep(isCrash)),
];
