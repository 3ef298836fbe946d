import { expect, test } from 'vitest';
import { encodePacket, noProperties } from '../src/index.ts';
import { acknowledged, connack, publish, subscription, type Vector } from './packet-builders.ts';
import { bytes, decodeWhole } from './vectors.ts';

const utf8 = (text: string) => Buffer.from(text);
const none = noProperties;

const vectors: Vector[] = [
  [
    'CONNECT, the example of a variable header in §3.1.2, with all fields (§3.1.3)',
    "10 25 0004 'MQTT' 04 ce 000a 0003 'dev' 0004 'will' 0002 'ab' 0004 'user' 0004 'pass'",
    {
      type: 'connect',
      version: 4,
      clientId: 'dev',
      cleanStart: true,
      keepAlive: 10,
      username: 'user',
      password: utf8('pass'),
      will: { topic: 'will', payload: utf8('ab'), qos: 1, retain: false, properties: none },
      properties: none,
    },
  ],
  [
    'CONNECT without an identifier, clean session (§3.1.3.1)',
    "10 0c 0004 'MQTT' 04 02 ffff 0000",
    { type: 'connect', version: 4, clientId: '', cleanStart: true, keepAlive: 65535, properties: none },
  ],
  [
    'CONNECT with a user name alone and a retained will of QoS 2, empty (§3.1.2.5 to §3.1.2.8)',
    "10 15 0004 'MQTT' 04 b4 0000 0001 'a' 0001 'w' 0000 0001 'u'",
    {
      type: 'connect',
      version: 4,
      clientId: 'a',
      cleanStart: false,
      keepAlive: 0,
      username: 'u',
      will: { topic: 'w', payload: Buffer.alloc(0), qos: 2, retain: true, properties: none },
      properties: none,
    },
  ],
  ['CONNACK accepted, session present (§3.2.2.2)', '20 02 01 00', connack(true, 0)],
  ['CONNACK refused, not authorized (§3.2.2.3)', '20 02 00 05', connack(false, 5)],
  [
    'PUBLISH, the example of §3.3.2: topic a/b, packet identifier 10',
    "32 07 0003 'a/b' 000a",
    publish({ topic: 'a/b', qos: 1, packetId: 10 }),
  ],
  ['PUBLISH QoS 0, retained, no payload (§3.3.1.3)', "31 03 0001 'a'", publish({ topic: 'a', retain: true })],
  [
    'PUBLISH QoS 2 sent again (§3.3.1.1)',
    "3c 08 0001 'a' ffff 'xyz'",
    publish({ topic: 'a', qos: 2, dup: true, packetId: 65535, payload: utf8('xyz') }),
  ],
  [
    'PUBLISH to U+0041 U+2A6D4, the example of §1.5.3.1',
    '30 07 00 05 41 f0 aa 9b 94',
    publish({ topic: 'A\u{2A6D4}' }),
  ],
  [
    'PUBLISH whose topic begins with U+FEFF, which stays (3.1.1: [MQTT-1.5.3-3])',
    "30 06 0004 ef bb bf 'a'",
    publish({ topic: '\uFEFFa' }),
  ],
  ['PUBACK (§3.4)', '40 02 12 34', acknowledged('puback')],
  ['PUBREC (§3.5)', '50 02 12 34', acknowledged('pubrec')],
  ['PUBREL (§3.6)', '62 02 12 34', acknowledged('pubrel')],
  ['PUBCOMP (§3.7)', '70 02 12 34', acknowledged('pubcomp')],
  [
    'SUBSCRIBE, the example of §3.8.3: a/b with QoS 1, c/d with QoS 2',
    "82 0e 000a 0003 'a/b' 01 0003 'c/d' 02",
    {
      type: 'subscribe',
      packetId: 10,
      subscriptions: [subscription('a/b', 1), subscription('c/d', 2)],
      properties: none,
    },
  ],
  [
    'SUBACK, the example of §3.9.3: QoS 0, QoS 2, failure',
    '90 05 00 0a 00 02 80',
    { type: 'suback', packetId: 10, reasonCodes: [0, 2, 0x80], properties: none },
  ],
  [
    'UNSUBSCRIBE, the example of §3.10.3: a/b and c/d',
    "a2 0c 000a 0003 'a/b' 0003 'c/d'",
    { type: 'unsubscribe', packetId: 10, filters: ['a/b', 'c/d'], properties: none },
  ],
  ['UNSUBACK (§3.11)', 'b0 02 00 0a', { type: 'unsuback', packetId: 10, reasonCodes: [], properties: none }],
  ['PINGREQ (§3.12)', 'c0 00', { type: 'pingreq' }],
  ['PINGRESP (§3.13)', 'd0 00', { type: 'pingresp' }],
  ['DISCONNECT (§3.14)', 'e0 00', { type: 'disconnect', reasonCode: 0, properties: none }],
];

/** Right but not in the shortest form: decoded only. MQTT 3.1.1 §2.2.3 doesn't ask for a minimal length. */
const longer: Vector[] = [
  ['a remaining length of three bytes where one would do', 'c0 80 80 00', { type: 'pingreq' }],
];

test.each(vectors)('decodes %s', (_name, notation, packet) => {
  expect(decodeWhole(bytes(notation), 4)).toStrictEqual(packet);
});

test.each(vectors)('encodes %s', (_name, notation, packet) => {
  expect(encodePacket(packet, 4).toString('hex')).toBe(bytes(notation).toString('hex'));
});

test.each(longer)('decodes %s', (_name, notation, packet) => {
  expect(decodeWhole(bytes(notation), 4)).toStrictEqual(packet);
});

test('every packet type has a vector', () => {
  expect(new Set(vectors.map(([, , packet]) => packet.type)).size).toBe(14);
});
