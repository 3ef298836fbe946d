import fc from 'fast-check';
import { type MqttVersion, noProperties, type Packet, type Properties, type Qos } from '../src/index.ts';

/* Arbitrary packets: every type of a version, every property where it may be. */

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0'));
const name = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'Z', '0', '/', '-', '$', ' ', '\u00e9', '\u65e5', '\u{1F600}'),
    maxLength: 12,
  }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
);
const topic = name.map((value) => value.replaceAll(/[+#]/gu, '_') || 't');
const level = fc.constantFrom('a', '', '+', '$x', '\u00e9');
const plainFilter = fc
  .tuple(fc.array(level, { maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/') || '#');
const filter = fc.oneof(
  plainFilter,
  plainFilter.map((value) => `$share/g/${value}`),
);
const binary = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const packetId = fc.integer({ min: 1, max: 0xffff });
const bit = fc.constantFrom(0 as const, 1 as const);
const identifier = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 268_435_455 }));
export const qos = fc.constantFrom<Qos>(0, 1, 2);

const values = {
  payloadFormatIndicator: bit,
  messageExpiryInterval: uint32,
  contentType: text,
  responseTopic: topic,
  correlationData: binary,
  subscriptionIdentifiers: fc.array(identifier, { minLength: 1, maxLength: 3 }),
  sessionExpiryInterval: uint32,
  assignedClientIdentifier: text,
  serverKeepAlive: uint16,
  authenticationMethod: text,
  authenticationData: binary,
  requestProblemInformation: fc.boolean(),
  willDelayInterval: uint32,
  requestResponseInformation: fc.boolean(),
  responseInformation: text,
  serverReference: text,
  reasonString: text,
  receiveMaximum: packetId,
  topicAliasMaximum: uint16,
  topicAlias: packetId,
  maximumQos: bit,
  retainAvailable: fc.boolean(),
  userProperties: fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 }),
  maximumPacketSize: uint32.map((value) => value || 1),
  wildcardSubscriptionAvailable: fc.boolean(),
  subscriptionIdentifiersAvailable: fc.boolean(),
  sharedSubscriptionAvailable: fc.boolean(),
} satisfies { [Name in keyof Required<Properties>]: fc.Arbitrary<Required<Properties>[Name]> };

function properties(version: MqttVersion, names: string): fc.Arbitrary<Properties> {
  if (version === 4) return fc.constant(noProperties);
  const model = Object.fromEntries(
    names.split(' ').map((key) => [key, values[key as keyof Properties] as fc.Arbitrary<unknown>]),
  );
  return fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Properties>;
}

const message =
  'payloadFormatIndicator messageExpiryInterval contentType responseTopic correlationData userProperties';

function will(version: MqttVersion) {
  return fc.record({
    topic,
    payload: binary,
    qos,
    retain: fc.boolean(),
    properties: properties(version, `${message} willDelayInterval`),
  });
}

function connect(version: MqttVersion) {
  const names =
    `sessionExpiryInterval authenticationMethod requestProblemInformation requestResponseInformation
    receiveMaximum topicAliasMaximum userProperties maximumPacketSize`.replaceAll(/\s+/gu, ' ');
  return fc
    .record(
      {
        type: fc.constant('connect' as const),
        version: fc.constant(version),
        clientId: name,
        cleanStart: fc.boolean(),
        keepAlive: uint16,
        username: name,
        password: binary,
        will: will(version),
        properties: properties(version, names),
      },
      { requiredKeys: ['type', 'version', 'clientId', 'cleanStart', 'keepAlive', 'properties'] },
    )
    .map((packet) => {
      if (version === 5) return packet;
      if (packet.clientId === '') packet.cleanStart = true;
      if (packet.username === undefined) delete packet.password;
      return packet;
    });
}

function connack(version: MqttVersion) {
  const names = `sessionExpiryInterval assignedClientIdentifier serverKeepAlive authenticationMethod
    authenticationData responseInformation serverReference reasonString receiveMaximum topicAliasMaximum maximumQos
    retainAvailable userProperties maximumPacketSize wildcardSubscriptionAvailable subscriptionIdentifiersAvailable
    sharedSubscriptionAvailable`.replaceAll(/\s+/gu, ' ');
  return fc.record({
    type: fc.constant('connack' as const),
    sessionPresent: fc.constant(false),
    reasonCode: version === 4 ? fc.integer({ min: 0, max: 5 }) : fc.constantFrom(0, 0x80, 0x87, 0x9f),
    properties: properties(version, names),
  });
}

function publish(version: MqttVersion) {
  return fc
    .record({
      type: fc.constant('publish' as const),
      topic: version === 5 ? fc.oneof(topic, fc.constant('')) : topic,
      payload: binary,
      qos,
      retain: fc.boolean(),
      dup: fc.boolean(),
      packetId,
      properties: properties(version, `${message} topicAlias subscriptionIdentifiers`),
    })
    .map(({ packetId: id, ...packet }): Packet => {
      const props = packet.topic === '' ? { ...packet.properties, topicAlias: 1 } : packet.properties;
      return packet.qos === 0
        ? { ...packet, dup: false, properties: props }
        : { ...packet, packetId: id, properties: props };
    });
}

const failure = { puback: 0x87, pubrec: 0x97, pubrel: 0x92, pubcomp: 0x92 };

function acknowledgement(version: MqttVersion) {
  return fc
    .constantFrom('puback' as const, 'pubrec' as const, 'pubrel' as const, 'pubcomp' as const)
    .chain((type) =>
      fc.record({
        type: fc.constant(type),
        packetId,
        reasonCode: version === 4 ? fc.constant(0) : fc.constantFrom(0, failure[type]),
        properties: properties(version, 'reasonString userProperties'),
      }),
    ) as fc.Arbitrary<Packet>;
}

function subscribe(version: MqttVersion) {
  const subscription = fc
    .record({
      filter: version === 5 ? filter : plainFilter,
      qos,
      noLocal: fc.boolean(),
      retainAsPublished: fc.boolean(),
      retainHandling: qos,
    })
    .map((item) => {
      if (version === 4)
        return { ...item, noLocal: false, retainAsPublished: false, retainHandling: 0 as const };
      return item.filter.startsWith('$share/') ? { ...item, noLocal: false } : item;
    });
  const props = properties(version, 'subscriptionIdentifiers userProperties').map((value) =>
    value.subscriptionIdentifiers === undefined
      ? value
      : { ...value, subscriptionIdentifiers: value.subscriptionIdentifiers.slice(0, 1) },
  );
  return fc.record({
    type: fc.constant('subscribe' as const),
    packetId,
    subscriptions: fc.array(subscription, { minLength: 1, maxLength: 4 }),
    properties: props,
  });
}

function suback(version: MqttVersion) {
  return fc.record({
    type: fc.constant('suback' as const),
    packetId,
    reasonCodes: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 4 }),
    properties: properties(version, 'reasonString userProperties'),
  });
}

function unsubscribe(version: MqttVersion) {
  return fc.record({
    type: fc.constant('unsubscribe' as const),
    packetId,
    filters: fc.array(version === 5 ? filter : plainFilter, { minLength: 1, maxLength: 4 }),
    properties: properties(version, 'userProperties'),
  });
}

function unsuback(version: MqttVersion) {
  const reasonCodes = fc.array(fc.constantFrom(0, 0x11, 0x87), { minLength: 1, maxLength: 4 });
  return fc.record({
    type: fc.constant('unsuback' as const),
    packetId,
    reasonCodes: version === 4 ? fc.constant<number[]>([]) : reasonCodes,
    properties: properties(version, 'reasonString userProperties'),
  });
}

function disconnect(version: MqttVersion) {
  return fc.record({
    type: fc.constant('disconnect' as const),
    reasonCode: version === 4 ? fc.constant(0) : fc.constantFrom(0, 4, 0x81, 0x8e),
    properties: properties(version, 'sessionExpiryInterval serverReference reasonString userProperties'),
  });
}

function auth() {
  return fc.record({
    type: fc.constant('auth' as const),
    reasonCode: fc.constantFrom(0, 0x18, 0x19),
    properties: fc
      .tuple(text, properties(5, 'authenticationData reasonString userProperties'))
      .map(([authenticationMethod, rest]) => ({ authenticationMethod, ...rest })),
  });
}

/** Any packet of a version that MQTT allows. */
export function packetOf(version: MqttVersion): fc.Arbitrary<Packet> {
  const kinds: fc.Arbitrary<Packet>[] = [
    connect(version) as fc.Arbitrary<Packet>,
    connack(version),
    publish(version),
    publish(version),
    acknowledgement(version),
    subscribe(version),
    suback(version),
    unsubscribe(version),
    unsuback(version),
    fc.constantFrom<Packet>({ type: 'pingreq' }, { type: 'pingresp' }),
    disconnect(version),
  ];
  return fc.oneof(...kinds, ...(version === 5 ? [auth()] : []));
}
