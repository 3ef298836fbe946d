import { expect, test } from 'vitest';
import {
  encodePacket,
  type MqttErrorCode,
  type MqttVersion,
  noProperties,
  type Packet,
} from '../src/index.ts';

const properties = noProperties;
const publish = {
  type: 'publish',
  topic: 't',
  payload: Buffer.alloc(0),
  qos: 0,
  retain: false,
  dup: false,
  properties,
} as const;
const connect = {
  type: 'connect',
  version: 5,
  clientId: 'a',
  cleanStart: true,
  keepAlive: 0,
  properties,
} as const;
const will = { topic: 'w', payload: Buffer.alloc(0), qos: 0, retain: false, properties } as const;
const option = { filter: 'a', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
const subscribe = { type: 'subscribe', packetId: 1, subscriptions: [option], properties } as const;
const tooLong = 'x'.repeat(65_536);

/** What the types let through, or a program that doesn't heed them. */
const cases: readonly [name: string, version: MqttVersion, packet: object, code: MqttErrorCode][] = [
  ['a topic name with a wildcard', 4, { ...publish, topic: '#' }, 'wire/mqtt-topic-name'],
  ['a topic name that is too long', 5, { ...publish, topic: tooLong }, 'wire/mqtt-topic-name'],
  ['a topic name with half a surrogate pair', 5, { ...publish, topic: '\uD800' }, 'wire/mqtt-topic-name'],
  ['an empty topic name in 3.1.1', 4, { ...publish, topic: '' }, 'wire/mqtt-topic-name'],
  ['neither topic name nor alias', 5, { ...publish, topic: '' }, 'wire/mqtt-topic-missing'],
  ['QoS 3', 5, { ...publish, qos: 3, packetId: 1 }, 'wire/mqtt-qos'],
  ['DUP with QoS 0', 5, { ...publish, dup: true }, 'wire/mqtt-duplicate-flag'],
  ['QoS 1 without a packet identifier', 5, { ...publish, qos: 1 }, 'wire/mqtt-packet-identifier'],
  [
    'QoS 0 with a packet identifier [MQTT-2.2.1-2]',
    5,
    { ...publish, packetId: 1 },
    'wire/mqtt-packet-identifier',
  ],
  ['topic alias 0', 5, { ...publish, properties: { topicAlias: 0 } }, 'wire/mqtt-topic-alias'],
  [
    'a topic alias beyond two bytes',
    5,
    { ...publish, properties: { topicAlias: 65_536 } },
    'wire/mqtt-integer-range',
  ],
  [
    'a negative expiry',
    5,
    { ...publish, properties: { messageExpiryInterval: -1 } },
    'wire/mqtt-integer-range',
  ],
  ['a fraction', 5, { ...publish, properties: { messageExpiryInterval: 0.5 } }, 'wire/mqtt-integer-range'],
  [
    'format indicator 2',
    5,
    { ...publish, properties: { payloadFormatIndicator: 2 } },
    'wire/mqtt-property-value',
  ],
  [
    'a response topic with a wildcard',
    5,
    { ...publish, properties: { responseTopic: '+' } },
    'wire/mqtt-response-topic',
  ],
  [
    'a content type too long',
    5,
    { ...publish, properties: { contentType: tooLong } },
    'wire/mqtt-field-too-long',
  ],
  [
    'binary data too long',
    5,
    { ...publish, properties: { correlationData: Buffer.alloc(65_536) } },
    'wire/mqtt-field-too-long',
  ],
  ['U+0000 in a text', 5, { ...publish, properties: { contentType: '\0' } }, 'wire/mqtt-null-character'],
  [
    'half a surrogate pair in a text',
    5,
    { ...publish, properties: { userProperties: [['k', '\uDC00']] } },
    'wire/mqtt-ill-formed-text',
  ],
  [
    'subscription identifier 0',
    5,
    { ...publish, properties: { subscriptionIdentifiers: [0] } },
    'wire/mqtt-property-value',
  ],
  [
    'a subscription identifier beyond four bytes',
    5,
    { ...publish, properties: { subscriptionIdentifiers: [268_435_456] } },
    'wire/mqtt-integer-range',
  ],
  ['an unknown property', 5, { ...publish, properties: { colour: 'red' } }, 'wire/mqtt-property-unknown'],
  [
    'two subscription identifiers',
    5,
    { ...subscribe, properties: { subscriptionIdentifiers: [1, 2] } },
    'wire/mqtt-property-duplicate',
  ],
  ['no subscription', 5, { ...subscribe, subscriptions: [] }, 'wire/mqtt-topic-filter-missing'],
  ['subscribing with packet identifier 0', 5, { ...subscribe, packetId: 0 }, 'wire/mqtt-packet-identifier'],
  [
    'a misplaced wildcard',
    5,
    { ...subscribe, subscriptions: [{ ...option, filter: 'a#' }] },
    'wire/mqtt-topic-filter',
  ],
  [
    'no local in 3.1.1',
    4,
    { ...subscribe, subscriptions: [{ ...option, noLocal: true }] },
    'wire/mqtt-subscription-options',
  ],
  [
    'no local on a shared subscription',
    5,
    { ...subscribe, subscriptions: [{ ...option, filter: '$share/g/a', noLocal: true }] },
    'wire/mqtt-shared-no-local',
  ],
  [
    'no filter',
    4,
    { type: 'unsubscribe', packetId: 1, filters: [], properties },
    'wire/mqtt-topic-filter-missing',
  ],
  ['no granted QoS', 4, { type: 'suback', packetId: 1, reasonCodes: [], properties }, 'wire/mqtt-truncated'],
  [
    'a version 5 code in 3.1.1',
    4,
    { type: 'suback', packetId: 1, reasonCodes: [0x87], properties },
    'wire/mqtt-reason-code',
  ],
  [
    'a version 5 code in 3.1.1',
    4,
    { type: 'connack', sessionPresent: false, reasonCode: 0x87, properties },
    'wire/mqtt-reason-code',
  ],
  [
    'a session refused',
    5,
    { type: 'connack', sessionPresent: true, reasonCode: 0x87, properties },
    'wire/mqtt-session-present',
  ],
  [
    'a reason DISCONNECT has not',
    5,
    { type: 'disconnect', reasonCode: 0x84, properties },
    'wire/mqtt-reason-code',
  ],
  ['AUTH in 3.1.1', 4, { type: 'auth', reasonCode: 0, properties }, 'wire/mqtt-packet-type'],
  [
    'AUTH without a method',
    5,
    { type: 'auth', reasonCode: 0x18, properties },
    'wire/mqtt-authentication-method-missing',
  ],
  ['CONNECT of the other version', 4, connect, 'wire/mqtt-protocol-version'],
  [
    'a password alone in 3.1.1',
    4,
    { ...connect, version: 4, password: Buffer.of(1) },
    'wire/mqtt-password-without-user-name',
  ],
  [
    'no identifier, session kept',
    4,
    { ...connect, version: 4, clientId: '', cleanStart: false },
    'wire/mqtt-client-identifier',
  ],
  [
    'a control character in the identifier',
    5,
    { ...connect, clientId: 'a\n' },
    'wire/mqtt-disallowed-character',
  ],
  ['a keep alive beyond two bytes', 5, { ...connect, keepAlive: 65_536 }, 'wire/mqtt-integer-range'],
  ['a will to a wildcard', 5, { ...connect, will: { ...will, topic: '+' } }, 'wire/mqtt-topic-name'],
  ['a will of QoS 3', 5, { ...connect, will: { ...will, qos: 3 } }, 'wire/mqtt-will-flags'],
  [
    'authentication data without a method',
    5,
    { ...connect, properties: { authenticationData: Buffer.of(1) } },
    'wire/mqtt-authentication-method-missing',
  ],
];

test.each(cases)('does not encode %s (level %i)', (_name, version, packet, code) => {
  expect(() => encodePacket(packet as Packet, version)).toThrow(expect.objectContaining({ code }));
});

test('encodes fields of the greatest length', () => {
  const packet = { ...publish, topic: 't'.repeat(65_535), properties: { contentType: 'c'.repeat(65_535) } };
  expect(encodePacket(packet, 5).length).toBe(1 + 4 + 2 + 65_535 + 3 + 3 + 65_535 - 1);
});
