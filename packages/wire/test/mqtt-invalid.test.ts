import { describe, expect, test } from 'vitest';
import {
  decodeConnect,
  MqttError,
  type MqttErrorCode,
  type MqttVersion,
  mqttErrorCodes,
} from '../src/index.ts';
import { bytes, decodeWhole, packetBytes } from './vectors.ts';

/** What is wrong; the first byte; the body; the refusal; the versions in which it is wrong. */
type Vector = readonly [
  name: string,
  header: string,
  body: string,
  code: MqttErrorCode,
  versions?: MqttVersion[],
];

const in4: MqttVersion[] = [4];
const in5: MqttVersion[] = [5];

/** The body of a CONNECT from its flags on; the version is put in front. */
const connect: Vector[] = [
  ['reserved flag (3.1.1: [MQTT-3.1.2-3])', '10', '03 0000 0000', 'wire/mqtt-connect-flags', in4],
  ['reserved flag [MQTT-3.1.2-3]', '10', '03 0000 00 0000', 'wire/mqtt-connect-flags', in5],
  [
    'will QoS without a will [MQTT-3.1.2-11] (3.1.1: [MQTT-3.1.2-11] [MQTT-3.1.2-13])',
    '10',
    '0a 0000 00 0000',
    'wire/mqtt-will-flags',
  ],
  [
    'will retain without a will [MQTT-3.1.2-13] (3.1.1: [MQTT-3.1.2-15])',
    '10',
    '22 0000 00 0000',
    'wire/mqtt-will-flags',
  ],
  [
    'will QoS 3 [MQTT-3.1.2-12] (3.1.1: [MQTT-3.1.2-14])',
    '10',
    "1e 0000 00 0000 00 0001 'w' 0000",
    'wire/mqtt-will-flags',
  ],
  [
    'a password without a user name (3.1.1: [MQTT-3.1.2-22])',
    '10',
    "42 0000 0001 'a' 0001 'p'",
    'wire/mqtt-password-without-user-name',
    in4,
  ],
  [
    'no identifier and no clean session (3.1.1: [MQTT-3.1.3-8])',
    '10',
    '00 0000 0000',
    'wire/mqtt-client-identifier',
    in4,
  ],
  ['no client identifier (3.1.1: [MQTT-3.1.3-3])', '10', '02 0000', 'wire/mqtt-truncated', in4],
  ['no client identifier [MQTT-3.1.3-3]', '10', '02 0000 00', 'wire/mqtt-truncated', in5],
  ['the will missing (3.1.1: [MQTT-3.1.2-9])', '10', "06 0000 0001 'a'", 'wire/mqtt-truncated', in4],
  [
    'the will payload missing [MQTT-3.1.2-9]',
    '10',
    "06 0000 00 0001 'a' 00 0001 'w'",
    'wire/mqtt-truncated',
    in5,
  ],
  ['the user name missing [MQTT-3.1.2-17]', '10', "82 0000 00 0001 'a'", 'wire/mqtt-truncated', in5],
  [
    'the password missing [MQTT-3.1.2-19] (3.1.1: [MQTT-3.1.2-21])',
    '10',
    "c2 0000 0001 'a' 0001 'u'",
    'wire/mqtt-truncated',
    in4,
  ],
  [
    'a user name that is not announced [MQTT-3.1.2-16] (3.1.1: [MQTT-3.1.2-18])',
    '10',
    "02 0000 0001 'a' 0001 'u'",
    'wire/mqtt-trailing-bytes',
    in4,
  ],
  ['bytes after the payload', '10', "02 0000 00 0001 'a' 00", 'wire/mqtt-trailing-bytes', in5],
  ['a wildcard in the will topic', '10', "06 0000 0001 'a' 0001 '#' 0000", 'wire/mqtt-topic-name', in4],
  [
    'an empty will topic [MQTT-4.7.3-1]',
    '10',
    "06 0000 00 0001 'a' 00 0000 0000",
    'wire/mqtt-topic-name',
    in5,
  ],
  [
    'U+0000 in the client identifier [MQTT-1.5.4-2] (3.1.1: [MQTT-1.5.3-2])',
    '10',
    '02 0000 0001 00',
    'wire/mqtt-null-character',
    in4,
  ],
  [
    'a control character in the client identifier',
    '10',
    '02 0000 00 0001 0a',
    'wire/mqtt-disallowed-character',
    in5,
  ],
  [
    'an ill-formed user name (3.1.1: [MQTT-3.1.3-11])',
    '10',
    "82 0000 0001 'a' 0001 ff",
    'wire/mqtt-ill-formed-text',
    in4,
  ],
  [
    'an ill-formed user name [MQTT-3.1.3-12]',
    '10',
    "82 0000 00 0001 'a' 0001 ff",
    'wire/mqtt-ill-formed-text',
    in5,
  ],
  [
    'an ill-formed client identifier [MQTT-3.1.3-4] (3.1.1: [MQTT-3.1.3-4])',
    '10',
    '02 0000 0001 ff',
    'wire/mqtt-ill-formed-text',
    in4,
  ],
  [
    'an ill-formed client identifier [MQTT-3.1.3-4]',
    '10',
    '02 0000 00 0001 ff',
    'wire/mqtt-ill-formed-text',
    in5,
  ],
  [
    'an ill-formed will topic (3.1.1: [MQTT-3.1.3-10])',
    '10',
    "06 0000 0001 'a' 0001 ff 0000",
    'wire/mqtt-ill-formed-text',
    in4,
  ],
  [
    'an ill-formed will topic [MQTT-3.1.3-11]',
    '10',
    "06 0000 00 0001 'a' 00 0001 ff 0000",
    'wire/mqtt-ill-formed-text',
    in5,
  ],
  [
    'a password that is not announced [MQTT-3.1.2-18] (3.1.1: [MQTT-3.1.2-20])',
    '10',
    "82 0000 0001 'a' 0001 'u' 0001 'p'",
    'wire/mqtt-trailing-bytes',
    in4,
  ],
  [
    'a password that is not announced [MQTT-3.1.2-18]',
    '10',
    "82 0000 00 0001 'a' 0001 'u' 0001 'p'",
    'wire/mqtt-trailing-bytes',
    in5,
  ],
  ['receive maximum 0 (§3.1.2.11.3)', '10', '02 0000 03 21 0000 0000', 'wire/mqtt-property-value', in5],
  [
    'maximum packet size 0 (§3.1.2.11.4)',
    '10',
    '02 0000 05 27 00000000 0000',
    'wire/mqtt-property-value',
    in5,
  ],
  [
    'request problem information 2 (§3.1.2.11.7)',
    '10',
    '02 0000 02 17 02 0000',
    'wire/mqtt-property-value',
    in5,
  ],
  [
    'request response information 2 (§3.1.2.11.6)',
    '10',
    '02 0000 02 19 02 0000',
    'wire/mqtt-property-value',
    in5,
  ],
  [
    'authentication data without a method (§3.1.2.11.10)',
    '10',
    '02 0000 04 16 0001 00 0000',
    'wire/mqtt-authentication-method-missing',
    in5,
  ],
  [
    'a will property on the packet',
    '10',
    '02 0000 05 18 00000001 0000',
    'wire/mqtt-property-not-allowed',
    in5,
  ],
  [
    'a packet property on the will',
    '10',
    "06 0000 00 0000 05 11 00000001 0001 'w' 0000",
    'wire/mqtt-property-not-allowed',
    in5,
  ],
];

const packets: Vector[] = [
  // Fixed header
  ['packet type 0 (§2.1.2)', '00', '', 'wire/mqtt-packet-type'],
  ['AUTH (3.1.1 §2.2.1)', 'f0', '', 'wire/mqtt-packet-type', in4],
  ['CONNECT flags [MQTT-2.1.3-1]', '11', '', 'wire/mqtt-packet-flags'],
  ['CONNACK flags', '28', '0000', 'wire/mqtt-packet-flags'],
  ['PUBACK flags', '42', '0001', 'wire/mqtt-packet-flags'],
  ['PUBREC flags', '51', '0001', 'wire/mqtt-packet-flags'],
  ['PUBREL flags [MQTT-3.6.1-1]', '60', '0001', 'wire/mqtt-packet-flags'],
  ['PUBCOMP flags', '72', '0001', 'wire/mqtt-packet-flags'],
  ['SUBSCRIBE flags [MQTT-3.8.1-1]', '80', "0001 0001 'a' 00", 'wire/mqtt-packet-flags'],
  ['SUBACK flags', '92', '0001 00', 'wire/mqtt-packet-flags'],
  ['UNSUBSCRIBE flags [MQTT-3.10.1-1]', 'a3', "0001 0001 'a'", 'wire/mqtt-packet-flags'],
  ['UNSUBACK flags', 'b2', '0001', 'wire/mqtt-packet-flags'],
  ['PINGREQ flags', 'c1', '', 'wire/mqtt-packet-flags'],
  ['PINGRESP flags', 'd4', '', 'wire/mqtt-packet-flags'],
  ['DISCONNECT flags [MQTT-3.14.1-1]', 'e1', '', 'wire/mqtt-packet-flags'],
  ['AUTH flags [MQTT-3.15.1-1]', 'f8', '', 'wire/mqtt-packet-flags', in5],
  // CONNACK
  ['CONNACK with reserved flags [MQTT-3.2.2-1]', '20', '02 00 00', 'wire/mqtt-acknowledge-flags', in5],
  ['CONNACK refused with a session [MQTT-3.2.2-6]', '20', '01 87 00', 'wire/mqtt-session-present', in5],
  ['CONNACK refused with a session (3.1.1: [MQTT-3.2.2-4])', '20', '01 05', 'wire/mqtt-session-present', in4],
  ['CONNACK with return code 6 (§3.2.2.3)', '20', '00 06', 'wire/mqtt-reason-code', in4],
  ['CONNACK with a 3.1.1 code [MQTT-3.2.2-8]', '20', '00 05 00', 'wire/mqtt-reason-code', in5],
  ['CONNACK without properties', '20', '00 00', 'wire/mqtt-truncated', in5],
  ['CONNACK with properties', '20', '00 00 00', 'wire/mqtt-trailing-bytes', in4],
  ['CONNACK, maximum QoS 2 (§3.2.2.3.4)', '20', '00 00 02 24 02', 'wire/mqtt-property-value', in5],
  // PUBLISH
  ['PUBLISH QoS 3 [MQTT-3.3.1-4]', '36', "0001 'a' 0001", 'wire/mqtt-qos'],
  ['PUBLISH QoS 0 with DUP [MQTT-3.3.1-2]', '38', "0001 'a' 00", 'wire/mqtt-duplicate-flag'],
  ['PUBLISH without a topic', '30', '', 'wire/mqtt-truncated'],
  ['PUBLISH with a topic beyond the packet', '30', "0005 'abc'", 'wire/mqtt-truncated'],
  ['PUBLISH to an empty topic [MQTT-4.7.3-1]', '30', "0000 'x'", 'wire/mqtt-topic-name', in4],
  ['PUBLISH with neither topic nor alias (§3.3.2.1)', '30', '0000 00', 'wire/mqtt-topic-missing', in5],
  ['PUBLISH to + [MQTT-3.3.2-2]', '30', "0003 'a/+' 00", 'wire/mqtt-topic-name'],
  ['PUBLISH to # [MQTT-3.3.2-2]', '30', "0003 'a#b' 00", 'wire/mqtt-topic-name'],
  ['PUBLISH to U+0000 [MQTT-1.5.4-2]', '30', '0003 61 00 62 00', 'wire/mqtt-null-character'],
  ['PUBLISH to U+D800 [MQTT-1.5.4-1]', '30', '0003 eda080 00', 'wire/mqtt-ill-formed-text'],
  ['PUBLISH to U+DFFF [MQTT-1.5.4-1]', '30', '0003 edbfbf 00', 'wire/mqtt-ill-formed-text'],
  ['PUBLISH to U+002F in two bytes [MQTT-1.5.4-1]', '30', '0002 c0af 00', 'wire/mqtt-ill-formed-text'],
  ['PUBLISH to U+0000 in two bytes [MQTT-1.5.4-1]', '30', '0002 c080 00', 'wire/mqtt-ill-formed-text'],
  ['PUBLISH to a code point beyond U+10FFFF', '30', '0004 f4908080 00', 'wire/mqtt-ill-formed-text'],
  ['PUBLISH to half a character', '30', '0001 c3 a9', 'wire/mqtt-ill-formed-text'],
  ['PUBLISH to U+0001 (§1.5.4)', '30', '0001 01 00', 'wire/mqtt-disallowed-character'],
  ['PUBLISH to U+007F (§1.5.4)', '30', '0001 7f 00', 'wire/mqtt-disallowed-character'],
  ['PUBLISH to U+009F (§1.5.4)', '30', '0002 c29f 00', 'wire/mqtt-disallowed-character'],
  ['PUBLISH to U+FFFF (§1.5.4)', '30', '0003 efbfbf 00', 'wire/mqtt-disallowed-character'],
  ['PUBLISH to U+1FFFE (§1.5.4)', '30', '0004 f09fbfbe 00', 'wire/mqtt-disallowed-character'],
  [
    'PUBLISH QoS 1 with packet identifier 0 [MQTT-2.2.1-3]',
    '32',
    "0001 'a' 0000 00",
    'wire/mqtt-packet-identifier',
  ],
  ['PUBLISH QoS 2 without a packet identifier', '34', "0001 'a'", 'wire/mqtt-truncated'],
  ['PUBLISH without a property length [MQTT-2.2.2-1]', '30', "0001 'a'", 'wire/mqtt-truncated', in5],
  ['PUBLISH, topic alias 0 [MQTT-3.3.2-8]', '30', "0001 'a' 03 23 0000", 'wire/mqtt-topic-alias', in5],
  ['PUBLISH, format indicator 2 (§3.3.2.3.2)', '30', "0001 'a' 02 01 02", 'wire/mqtt-property-value', in5],
  [
    'PUBLISH, response topic # [MQTT-3.3.2-14]',
    '30',
    "0001 'a' 04 08 0001 '#'",
    'wire/mqtt-response-topic',
    in5,
  ],
  ['PUBLISH, empty response topic', '30', "0001 'a' 03 08 0000", 'wire/mqtt-response-topic', in5],
  ['PUBLISH, subscription identifier 0', '30', "0001 'a' 02 0b 00", 'wire/mqtt-property-value', in5],
  [
    'PUBLISH, subscription identifier 0 in two bytes [MQTT-1.5.5-1]',
    '30',
    "0001 'a' 03 0b 8000",
    'wire/mqtt-variable-byte-integer',
    in5,
  ],
  [
    'PUBLISH, subscription identifier of five bytes (§1.5.5)',
    '30',
    "0001 'a' 06 0b 8080808001",
    'wire/mqtt-variable-byte-integer',
    in5,
  ],
  // Properties (§2.2.2)
  ['a property length beyond the packet', '30', "0001 'a' 03 01 01", 'wire/mqtt-property-length', in5],
  [
    'a property length that is not minimal',
    '30',
    "0001 'a' 82 00 01 01",
    'wire/mqtt-variable-byte-integer',
    in5,
  ],
  ['a value beyond the property length', '30', "0001 'a' 03 02 0000 0001", 'wire/mqtt-truncated', in5],
  ['a string beyond the property length', '30', "0001 'a' 04 03 0002 'xy'", 'wire/mqtt-truncated', in5],
  ['a value missing', '30', "0001 'a' 01 01", 'wire/mqtt-truncated', in5],
  ['property 0', '30', "0001 'a' 02 00 01", 'wire/mqtt-property-unknown', in5],
  ['property 4', '30', "0001 'a' 02 04 01", 'wire/mqtt-property-unknown', in5],
  ['property 43', '30', "0001 'a' 02 2b 01", 'wire/mqtt-property-unknown', in5],
  ['property 128, in two bytes', '30', "0001 'a' 03 80 01 01", 'wire/mqtt-property-unknown', in5],
  ['property 1, in two bytes', '30', "0001 'a' 03 81 00 01", 'wire/mqtt-variable-byte-integer', in5],
  ['user property without a value', '30', "0001 'a' 04 26 0001 'k'", 'wire/mqtt-truncated', in5],
  ['U+0000 in a user property', '30', "0001 'a' 07 26 0001 'k' 0001 00", 'wire/mqtt-null-character', in5],
  // Acknowledgements
  ['PUBACK without a packet identifier', '40', '01', 'wire/mqtt-truncated'],
  ['PUBACK with packet identifier 0', '40', '0000', 'wire/mqtt-packet-identifier'],
  ['PUBACK with a reason code', '40', '0001 00', 'wire/mqtt-trailing-bytes', in4],
  ['PUBACK with reason code 0x92 [MQTT-3.4.2-1]', '40', '0001 92', 'wire/mqtt-reason-code', in5],
  ['PUBREC with reason code 0x01 [MQTT-3.5.2-1]', '50', '0001 01', 'wire/mqtt-reason-code', in5],
  ['PUBREL with reason code 0x80 [MQTT-3.6.2-1]', '62', '0001 80', 'wire/mqtt-reason-code', in5],
  ['PUBCOMP with reason code 0x10 [MQTT-3.7.2-1]', '70', '0001 10', 'wire/mqtt-reason-code', in5],
  ['PUBACK with bytes after the properties', '40', '0001 00 00 00', 'wire/mqtt-trailing-bytes', in5],
  // SUBSCRIBE and UNSUBSCRIBE
  ['SUBSCRIBE with packet identifier 0', '82', "0000 0001 'a' 00", 'wire/mqtt-packet-identifier', in4],
  ['SUBSCRIBE without a filter (3.1.1: [MQTT-3.8.3-3])', '82', '0001', 'wire/mqtt-topic-filter-missing', in4],
  ['SUBSCRIBE without a filter [MQTT-3.8.3-2]', '82', '0001 00', 'wire/mqtt-topic-filter-missing', in5],
  ['SUBSCRIBE without options', '82', "0001 0001 'a'", 'wire/mqtt-truncated', in4],
  [
    'SUBSCRIBE with QoS 3 (3.1.1: [MQTT-3-8.3-4])',
    '82',
    "0001 0001 'a' 03",
    'wire/mqtt-subscription-qos',
    in4,
  ],
  ['SUBSCRIBE with QoS 3 (§3.8.3.1)', '82', "0001 00 0001 'a' 03", 'wire/mqtt-subscription-qos', in5],
  [
    'SUBSCRIBE with reserved bits (3.1.1: [MQTT-3-8.3-4])',
    '82',
    "0001 0001 'a' 04",
    'wire/mqtt-subscription-options',
    in4,
  ],
  ['SUBSCRIBE with bit 6 [MQTT-3.8.3-5]', '82', "0001 00 0001 'a' 40", 'wire/mqtt-subscription-options', in5],
  ['SUBSCRIBE with bit 7 [MQTT-3.8.3-5]', '82', "0001 00 0001 'a' 80", 'wire/mqtt-subscription-options', in5],
  [
    'SUBSCRIBE with retain handling 3 (§3.8.3.1)',
    '82',
    "0001 00 0001 'a' 30",
    'wire/mqtt-retain-handling',
    in5,
  ],
  [
    'SUBSCRIBE shared with no local [MQTT-3.8.3-4]',
    '82',
    "0001 00 000a '$share/g/a' 04",
    'wire/mqtt-shared-no-local',
    in5,
  ],
  ['SUBSCRIBE to nothing [MQTT-4.7.3-1]', '82', '0001 0000 00', 'wire/mqtt-topic-filter', in4],
  ['SUBSCRIBE to a#  [MQTT-4.7.1-1]', '82', "0001 00 0002 'a#' 00", 'wire/mqtt-topic-filter', in5],
  ['SUBSCRIBE to #/a [MQTT-4.7.1-1]', '82', "0001 0003 '#/a' 00", 'wire/mqtt-topic-filter', in4],
  ['SUBSCRIBE to a+ [MQTT-4.7.1-2]', '82', "0001 00 0002 'a+' 00", 'wire/mqtt-topic-filter', in5],
  [
    'SUBSCRIBE to an unnamed group [MQTT-4.8.2-1]',
    '82',
    "0001 00 0009 '$share//a' 00",
    'wire/mqtt-topic-filter',
    in5,
  ],
  [
    'SUBSCRIBE to a group alone [MQTT-4.8.2-2]',
    '82',
    "0001 00 0008 '$share/g' 00",
    'wire/mqtt-topic-filter',
    in5,
  ],
  [
    'SUBSCRIBE to a group + [MQTT-4.8.2-2]',
    '82',
    "0001 00 000a '$share/+/a' 00",
    'wire/mqtt-topic-filter',
    in5,
  ],
  [
    'SUBSCRIBE with two subscription identifiers (§3.8.2.1.2)',
    '82',
    "0001 04 0b 01 0b 02 0001 'a' 00",
    'wire/mqtt-property-duplicate',
    in5,
  ],
  [
    'UNSUBSCRIBE without a filter (3.1.1: [MQTT-3.10.3-2])',
    'a2',
    '0001',
    'wire/mqtt-topic-filter-missing',
    in4,
  ],
  ['UNSUBSCRIBE without a filter [MQTT-3.10.3-2]', 'a2', '0001 00', 'wire/mqtt-topic-filter-missing', in5],
  ['UNSUBSCRIBE from a misplaced wildcard', 'a2', "0001 0002 '##'", 'wire/mqtt-topic-filter', in4],
  ['UNSUBSCRIBE with packet identifier 0', 'a2', "0000 0001 'a'", 'wire/mqtt-packet-identifier', in4],
  // SUBACK and UNSUBACK
  ['SUBACK with return code 3 (3.1.1: [MQTT-3.9.3-2])', '90', '0001 03', 'wire/mqtt-reason-code', in4],
  ['SUBACK with reason code 0x10 [MQTT-3.9.3-2]', '90', '0001 00 10', 'wire/mqtt-reason-code', in5],
  ['SUBACK without a code', '90', '0001', 'wire/mqtt-truncated'],
  ['UNSUBACK with a code', 'b0', '0001 00', 'wire/mqtt-trailing-bytes', in4],
  ['UNSUBACK without a code [MQTT-3.11.3-1]', 'b0', '0001 00', 'wire/mqtt-truncated', in5],
  ['UNSUBACK with reason code 0x01 [MQTT-3.11.3-2]', 'b0', '0001 00 01', 'wire/mqtt-reason-code', in5],
  // The rest
  ['PINGREQ with a body', 'c0', '00', 'wire/mqtt-trailing-bytes'],
  ['PINGRESP with a body', 'd0', '00', 'wire/mqtt-trailing-bytes'],
  ['DISCONNECT with a body', 'e0', '00', 'wire/mqtt-trailing-bytes', in4],
  ['DISCONNECT with reason code 1 [MQTT-3.14.2-1]', 'e0', '01', 'wire/mqtt-reason-code', in5],
  ['DISCONNECT with bytes after the properties', 'e0', '00 00 00', 'wire/mqtt-trailing-bytes', in5],
  ['AUTH with reason code 1 [MQTT-3.15.2-1]', 'f0', '01 00', 'wire/mqtt-reason-code', in5],
  ['AUTH without a property length (§3.15.2.2.1)', 'f0', '18', 'wire/mqtt-truncated', in5],
  ['AUTH without a method (§3.15.2.2.2)', 'f0', '18 00', 'wire/mqtt-authentication-method-missing', in5],
];

describe.each([4, 5] as const)('level %i', (version) => {
  const cases = (vectors: Vector[]) =>
    vectors
      .filter(([, , , , versions]) => versions?.includes(version) ?? true)
      .map(([name, header, body, code]) => [name, header, body, code] as const);

  test.each(cases(packets))('refuses %s', (_name, header, body, code) => {
    expectRefusal(() => decodeWhole(packetBytes(header, body), version), code);
  });

  test.each(cases(connect))('refuses CONNECT with %s', (_name, header, body, code) => {
    const input = packetBytes(header, `0004 'MQTT' 0${version} ${body}`);
    expectRefusal(() => decodeWhole(input, version), code);
    expectRefusal(() => decodeConnect(input.subarray(2)), code);
  });
});

test.each([
  ['MQTT 3.1 (MQIsdp, 3)', "0006 'MQIsdp' 03 02 003c 0001 'a'", 'wire/mqtt-protocol-version'],
  ['level 3 [MQTT-3.1.2-2]', "0004 'MQTT' 03 02 003c 0001 'a'", 'wire/mqtt-protocol-version'],
  ['level 6', "0004 'MQTT' 06 02 003c 00 0001 'a'", 'wire/mqtt-protocol-version'],
  ['level 0x84', "0004 'MQTT' 84 02 003c 0001 'a'", 'wire/mqtt-protocol-version'],
  ['another protocol [MQTT-3.1.2-1]', "0004 'HTTP' 04 02 003c 0001 'a'", 'wire/mqtt-protocol-name'],
  ['mqtt in small letters', "0004 'mqtt' 05 02 003c 00 0001 'a'", 'wire/mqtt-protocol-name'],
  ['no protocol name', '0000 05', 'wire/mqtt-protocol-name'],
  ['a name beyond the packet', "0005 'MQTT'", 'wire/mqtt-truncated'],
  ['nothing after the name', "0004 'MQTT'", 'wire/mqtt-truncated'],
  ['nothing', '', 'wire/mqtt-truncated'],
] as const)('refuses a CONNECT of %s', (_name, body, code) => {
  expectRefusal(() => decodeConnect(bytes(body)), code);
});

test('refuses a CONNECT of the other version where the connection has one', () => {
  const version5 = packetBytes('10', "0004 'MQTT' 05 02 003c 00 0001 'a'");
  expectRefusal(() => decodeWhole(version5, 4), 'wire/mqtt-protocol-version');
});

test('each refusal has its own place in the list of codes, with its reason code', () => {
  expect(mqttErrorCodes['wire/mqtt-packet-too-large']).toBe(0x95);
  expect(mqttErrorCodes['wire/mqtt-protocol-version']).toBe(0x84);
  expect(mqttErrorCodes['wire/mqtt-client-identifier']).toBe(0x85);
  expect(mqttErrorCodes['wire/mqtt-topic-alias']).toBe(0x94);
  expect(mqttErrorCodes['wire/mqtt-topic-name']).toBe(0x90);
  expect(mqttErrorCodes['wire/mqtt-topic-filter']).toBe(0x8f);
  expect(mqttErrorCodes['wire/mqtt-packet-identifier']).toBe(0x82);
  expect(mqttErrorCodes['wire/mqtt-property-unknown']).toBe(0x81);
});

function expectRefusal(decode: () => unknown, code: MqttErrorCode): void {
  let error: unknown;
  try {
    decode();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(MqttError);
  expect(error).toMatchObject({ code, reasonCode: mqttErrorCodes[code] });
}
