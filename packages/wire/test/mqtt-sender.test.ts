import { expect, test } from 'vitest';
import { connectReturnCode, connectVersion, reasonCodeName, reasonCodes } from '../src/index.ts';
import { bytes, decodeWhole } from './vectors.ts';

const wrong = expect.objectContaining({ code: 'wire/mqtt-wrong-sender', reasonCode: 0x82 });

/** Level, packet, and the one side that may send it (MQTT 5.0 table 2-1, §3.3.4, §3.14.2, §3.15.2). */
test.each([
  ['CONNECT', 4, "10 0d 0004 'MQTT' 04 02 0000 0001 'a'", 'client'],
  ['CONNACK', 4, '20 02 00 00', 'server'],
  ['SUBSCRIBE', 4, "82 06 0001 0001 'a' 00", 'client'],
  ['SUBACK', 4, '90 03 0001 00', 'server'],
  ['UNSUBSCRIBE', 5, "a2 06 0001 00 0001 'a'", 'client'],
  ['UNSUBACK', 5, 'b0 04 0001 00 00', 'server'],
  ['PINGREQ', 5, 'c0 00', 'client'],
  ['PINGRESP', 5, 'd0 00', 'server'],
  ['DISCONNECT in 3.1.1', 4, 'e0 00', 'client'],
  ['DISCONNECT with will', 5, 'e0 01 04', 'client'],
  ['DISCONNECT with a session expiry interval [MQTT-3.14.2-2]', 5, 'e0 07 00 05 11 00000000', 'client'],
  ['DISCONNECT with a server reference', 5, "e0 06 00 04 1c 0001 's'", 'server'],
  ['DISCONNECT, session taken over', 5, 'e0 01 8e', 'server'],
  ['PUBLISH with a subscription identifier [MQTT-3.3.4-6]', 5, "30 06 0001 'a' 02 0b 01", 'server'],
  ['AUTH, success', 5, "f0 06 00 04 15 0001 'm'", 'server'],
  ['AUTH, re-authenticate', 5, "f0 06 19 04 15 0001 'm'", 'client'],
] as const)('%s (level %i)', (_name, version, notation, sender) => {
  const other = sender === 'client' ? 'server' : 'client';
  expect(decodeWhole(bytes(notation), version, sender)).toEqual(decodeWhole(bytes(notation), version));
  expect(() => decodeWhole(bytes(notation), version, other)).toThrow(wrong);
});

test.each([
  ['PUBLISH', "30 05 0001 'a' 00 01"],
  ['PUBACK', '40 02 00 01'],
  ['PUBREL', '62 02 00 01'],
  ['DISCONNECT', 'e0 01 81'],
  ['AUTH, continue', "f0 06 18 04 15 0001 'm'"],
])('%s is sent by either side', (_name, notation) => {
  for (const sender of ['client', 'server'] as const) {
    expect(decodeWhole(bytes(notation), 5, sender)).toEqual(decodeWhole(bytes(notation), 5));
  }
});

test('the version of a CONNECT is seen whatever follows it', () => {
  expect(connectVersion(bytes("0004 'MQTT' 04 ff"))).toBe(4);
  expect(connectVersion(bytes("0004 'MQTT' 05"))).toBe(5);
  for (const other of ["0004 'MQTT' 03", "0006 'MQIsdp' 03", "0004 'MQTT'", "0004 'mqtt' 05", '']) {
    expect(connectVersion(bytes(other)), other).toBeUndefined();
  }
});

test('reason codes have names, and CONNACK reasons a 3.1.1 return code where there is one', () => {
  expect(reasonCodeName(0x87)).toBe('notAuthorized');
  expect(reasonCodeName(0x03)).toBeUndefined();
  expect(Object.keys(reasonCodes).length).toBe(43);
  expect(new Set(Object.values(reasonCodes)).size).toBe(43);
  expect([0x00, 0x84, 0x85, 0x88, 0x86, 0x87].map(connectReturnCode)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(connectReturnCode(0x81)).toBeUndefined();
});
