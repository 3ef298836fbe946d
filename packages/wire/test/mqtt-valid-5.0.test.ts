import { expect, test } from 'vitest';
import { encodePacket, noProperties, type Packet } from '../src/index.ts';
import { acknowledged, connack, publish, subscription, type Vector } from './packet-builders.ts';
import { bytes, decodeWhole } from './vectors.ts';

const utf8 = (text: string) => Buffer.from(text);
const none = noProperties;

const vectors: Vector[] = [
  [
    'CONNECT with a session expiry interval of 10 (§3.1.2.11.2)',
    "10 13 0004 'MQTT' 05 02 000a 05 11 0000000a 0001 'a'",
    {
      type: 'connect',
      version: 5,
      clientId: 'a',
      cleanStart: true,
      keepAlive: 10,
      properties: { sessionExpiryInterval: 10 },
    },
  ],
  [
    'CONNECT with every property, a will with every property, a password alone (§3.1.2.9, §3.1.2.11, §3.1.3.2)',
    `10 69 0004 'MQTT' 05 6c 0000
     2b 11 ffffffff 15 0001 'm' 16 0002 0001 17 00 19 01 21 0001 22 0000 26 0001 'k' 0001 'v' 26 0001 'k' 0001 'v'
        27 00000001
     0000
     24 01 01 02 00000000 03 0004 'text' 08 0003 'r/t' 09 0001 ff 18 00000005 26 0001 'a' 0001 'b'
     0001 'w' 0002 'ok' 0003 'pwd'`,
    {
      type: 'connect',
      version: 5,
      clientId: '',
      cleanStart: false,
      keepAlive: 0,
      password: utf8('pwd'),
      will: {
        topic: 'w',
        payload: utf8('ok'),
        qos: 1,
        retain: true,
        properties: {
          payloadFormatIndicator: 1,
          messageExpiryInterval: 0,
          contentType: 'text',
          responseTopic: 'r/t',
          correlationData: bytes('ff'),
          willDelayInterval: 5,
          userProperties: [['a', 'b']],
        },
      },
      properties: {
        sessionExpiryInterval: 0xffffffff,
        authenticationMethod: 'm',
        authenticationData: bytes('0001'),
        requestProblemInformation: false,
        requestResponseInformation: true,
        receiveMaximum: 1,
        topicAliasMaximum: 0,
        userProperties: [
          ['k', 'v'],
          ['k', 'v'],
        ],
        maximumPacketSize: 1,
      },
    },
  ],
  ['CONNACK without properties (§3.2.2)', '20 03 01 00 00', connack(true, 0)],
  [
    'CONNACK refused, not authorized, with a reason (§3.2.2.2)',
    "20 08 00 87 05 1f 0002 'no'",
    {
      ...connack(false, 0x87),
      properties: { reasonString: 'no' },
    } as Packet,
  ],
  [
    'CONNACK with every other property (§3.2.2.3)',
    `20 3b 00 00
     38 11 00000001 12 0002 'id' 13 003c 15 0001 'm' 16 0001 07 1a 0001 'i' 1c 0001 's' 21 ffff 22 000a 24 01 25 00
        26 0001 'k' 0000 27 ffffffff 28 00 29 01 2a 00`,
    {
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: {
        sessionExpiryInterval: 1,
        assignedClientIdentifier: 'id',
        serverKeepAlive: 60,
        authenticationMethod: 'm',
        authenticationData: bytes('07'),
        responseInformation: 'i',
        serverReference: 's',
        receiveMaximum: 65535,
        topicAliasMaximum: 10,
        maximumQos: 1,
        retainAvailable: false,
        userProperties: [['k', '']],
        maximumPacketSize: 0xffffffff,
        wildcardSubscriptionAvailable: false,
        subscriptionIdentifiersAvailable: true,
        sharedSubscriptionAvailable: false,
      },
    },
  ],
  [
    'PUBLISH, the example of §3.3.2: topic a/b, packet identifier 10, no properties',
    "32 08 0003 'a/b' 000a 00",
    publish({ topic: 'a/b', qos: 1, packetId: 10 }),
  ],
  [
    'PUBLISH by topic alias alone (§3.3.2.3.4)',
    "30 07 0000 03 23 0001 'x'",
    publish({ topic: '', payload: utf8('x'), properties: { topicAlias: 1 } }),
  ],
  [
    'PUBLISH with every property, the subscription identifier twice (§3.3.2.3)',
    `35 2b 0001 't' 0001
     23 01 00 02 0000000a 03 0001 'c' 08 0001 'r' 09 0000 0b 01 0b ff ff ff 7f 23 ffff 26 0001 'k' 0001 'v' 
     'hi'`,
    publish({
      topic: 't',
      qos: 2,
      retain: true,
      packetId: 1,
      payload: utf8('hi'),
      properties: {
        payloadFormatIndicator: 0,
        messageExpiryInterval: 10,
        contentType: 'c',
        responseTopic: 'r',
        correlationData: Buffer.alloc(0),
        subscriptionIdentifiers: [1, 268_435_455],
        topicAlias: 65535,
        userProperties: [['k', 'v']],
      },
    }),
  ],
  ['PUBACK without a reason code (§3.4.2.1)', '40 02 12 34', acknowledged('puback')],
  [
    'PUBACK with a reason code, no property length (§3.4.2.2.1)',
    '40 03 12 34 10',
    acknowledged('puback', 0x10),
  ],
  [
    'PUBACK refused with a reason string (§3.4.2.2.2)',
    "40 09 1234 87 05 1f 0002 'no'",
    { type: 'puback', packetId: 0x1234, reasonCode: 0x87, properties: { reasonString: 'no' } },
  ],
  [
    'PUBACK, success with a user property (§3.4.2.2.3)',
    "40 0b 1234 00 07 26 0001 'k' 0001 'v'",
    { type: 'puback', packetId: 0x1234, reasonCode: 0, properties: { userProperties: [['k', 'v']] } },
  ],
  ['PUBREC (§3.5)', '50 03 12 34 97', acknowledged('pubrec', 0x97)],
  ['PUBREL (§3.6)', '62 03 12 34 92', acknowledged('pubrel', 0x92)],
  ['PUBCOMP (§3.7)', '70 03 12 34 92', acknowledged('pubcomp', 0x92)],
  [
    'SUBSCRIBE, the example of §3.8.3: a/b with QoS 1, c/d with QoS 2',
    "82 0f 000a 00 0003 'a/b' 01 0003 'c/d' 02",
    {
      type: 'subscribe',
      packetId: 10,
      subscriptions: [subscription('a/b', 1), subscription('c/d', 2)],
      properties: none,
    },
  ],
  [
    'SUBSCRIBE with every option and a subscription identifier (§3.8.2.1.2, §3.8.3.1)',
    "82 1d 0001 03 0b 80 01 0001 '#' 2e 0010 '$share/g/sport/+' 18",
    {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [
        { filter: '#', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
        { filter: '$share/g/sport/+', qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 1 },
      ],
      properties: { subscriptionIdentifiers: [128] },
    },
  ],
  [
    'SUBACK with every reason code (§3.9.3)',
    '90 0f 00 0a 00 00 01 02 80 83 87 8f 91 97 9e a1 a2',
    {
      type: 'suback',
      packetId: 10,
      reasonCodes: [0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
      properties: none,
    },
  ],
  [
    'UNSUBSCRIBE (§3.10.3)',
    "a2 0d 000a 00 0003 'a/b' 0003 'c/d'",
    { type: 'unsubscribe', packetId: 10, filters: ['a/b', 'c/d'], properties: none },
  ],
  [
    'UNSUBACK with every reason code (§3.11.3)',
    'b0 0a 00 0a 00 00 11 80 83 87 8f 91',
    {
      type: 'unsuback',
      packetId: 10,
      reasonCodes: [0, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91],
      properties: none,
    },
  ],
  ['PINGREQ (§3.12)', 'c0 00', { type: 'pingreq' }],
  ['PINGRESP (§3.13)', 'd0 00', { type: 'pingresp' }],
  [
    'DISCONNECT without a reason code (§3.14.2.1)',
    'e0 00',
    { type: 'disconnect', reasonCode: 0, properties: none },
  ],
  [
    'DISCONNECT with will, no property length (§3.14.2.2.1)',
    'e0 01 04',
    { type: 'disconnect', reasonCode: 4, properties: none },
  ],
  [
    'DISCONNECT with every property (§3.14.2.2)',
    "e0 16 9c 14 11 00000000 1c 0001 's' 1f 0001 'r' 26 0001 'k' 0001 'v'",
    {
      type: 'disconnect',
      reasonCode: 0x9c,
      properties: {
        sessionExpiryInterval: 0,
        serverReference: 's',
        reasonString: 'r',
        userProperties: [['k', 'v']],
      },
    },
  ],
  ['AUTH without a body (§3.15.2.1)', 'f0 00', { type: 'auth', reasonCode: 0, properties: none }],
  [
    'AUTH with every property (§3.15.2.2)',
    "f0 15 18 13 15 0001 'm' 16 0001 ff 1f 0001 'r' 26 0001 'k' 0001 'v'",
    {
      type: 'auth',
      reasonCode: 0x18,
      properties: {
        authenticationMethod: 'm',
        authenticationData: bytes('ff'),
        reasonString: 'r',
        userProperties: [['k', 'v']],
      },
    },
  ],
];

/** Packets that are right but not in the shortest form: they are decoded only. */
const longer: Vector[] = [
  ['PUBACK with reason code 0', '40 03 12 34 00', acknowledged('puback')],
  ['PUBACK with reason code 0 and property length 0', '40 04 12 34 00 00', acknowledged('puback')],
  ['PUBREL with property length 0', '62 04 12 34 92 00', acknowledged('pubrel', 0x92)],
  ['DISCONNECT with reason code 0', 'e0 01 00', { type: 'disconnect', reasonCode: 0, properties: none }],
  [
    'DISCONNECT with property length 0',
    'e0 02 82 00',
    { type: 'disconnect', reasonCode: 0x82, properties: none },
  ],
];

test.each(vectors)('decodes %s', (_name, notation, packet) => {
  expect(decodeWhole(bytes(notation), 5)).toStrictEqual(packet);
});

test.each(vectors)('encodes %s', (_name, notation, packet) => {
  expect(encodePacket(packet, 5).toString('hex')).toBe(bytes(notation).toString('hex'));
});

test.each(longer)('decodes %s', (_name, notation, packet) => {
  expect(decodeWhole(bytes(notation), 5)).toStrictEqual(packet);
});

test('every packet type has a vector', () => {
  expect(new Set(vectors.map(([, , packet]) => packet.type)).size).toBe(15);
});
