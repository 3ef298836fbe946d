import { describe, expect, test } from 'vitest';
import { decodePacket, encodePacket, type Packet } from '../src/index.ts';
import { bytes } from './vectors.ts';

type Place =
  | 'connect'
  | 'will'
  | 'connack'
  | 'publish'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'subscribe'
  | 'suback'
  | 'unsubscribe'
  | 'unsuback'
  | 'disconnect'
  | 'auth';

const acknowledgements: Place[] = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback'];
const all: Place[] = [
  'connect',
  'will',
  'connack',
  'publish',
  'subscribe',
  'unsubscribe',
  'disconnect',
  'auth',
  ...acknowledgements,
];

/** MQTT 5.0 table 2-4 in full: identifier, a value, what it is decoded to, and where it may be. */
const table: readonly [notation: string, name: string, value: unknown, places: Place[]][] = [
  ['01 01', 'payloadFormatIndicator', 1, ['publish', 'will']],
  ['02 01020304', 'messageExpiryInterval', 0x01020304, ['publish', 'will']],
  ["03 0001 'x'", 'contentType', 'x', ['publish', 'will']],
  ["08 0001 'x'", 'responseTopic', 'x', ['publish', 'will']],
  ['09 0001 ff', 'correlationData', Buffer.of(255), ['publish', 'will']],
  ['0b 80 01', 'subscriptionIdentifiers', [128], ['publish', 'subscribe']],
  ['11 ffffffff', 'sessionExpiryInterval', 0xffffffff, ['connect', 'connack', 'disconnect']],
  ["12 0001 'x'", 'assignedClientIdentifier', 'x', ['connack']],
  ['13 0102', 'serverKeepAlive', 0x0102, ['connack']],
  ["15 0001 'x'", 'authenticationMethod', 'x', ['connect', 'connack', 'auth']],
  ['17 01', 'requestProblemInformation', true, ['connect']],
  ['18 00000001', 'willDelayInterval', 1, ['will']],
  ['19 00', 'requestResponseInformation', false, ['connect']],
  ["1a 0001 'x'", 'responseInformation', 'x', ['connack']],
  ["1c 0001 'x'", 'serverReference', 'x', ['connack', 'disconnect']],
  ["1f 0001 'x'", 'reasonString', 'x', ['connack', 'disconnect', 'auth', ...acknowledgements]],
  ['21 0001', 'receiveMaximum', 1, ['connect', 'connack']],
  ['22 0001', 'topicAliasMaximum', 1, ['connect', 'connack']],
  ['23 0001', 'topicAlias', 1, ['publish']],
  ['24 00', 'maximumQos', 0, ['connack']],
  ['25 01', 'retainAvailable', true, ['connack']],
  ["26 0001 'k' 0001 'v'", 'userProperties', [['k', 'v']], all],
  ['27 00000001', 'maximumPacketSize', 1, ['connect', 'connack']],
  ['28 01', 'wildcardSubscriptionAvailable', true, ['connack']],
  ['29 01', 'subscriptionIdentifiersAvailable', true, ['connack']],
  ['2a 01', 'sharedSubscriptionAvailable', true, ['connack']],
];

/** A packet of each kind around the properties, whose place is marked. */
const around: Record<Place, readonly [header: number, before: string, after: string]> = {
  connect: [0x10, "0004 'MQTT' 05 02 0000", '0000'],
  will: [0x10, "0004 'MQTT' 05 06 0000 00 0000", "0001 'w' 0000"],
  connack: [0x20, '00 00', ''],
  publish: [0x30, "0001 't'", ''],
  puback: [0x40, '0001 00', ''],
  pubrec: [0x50, '0001 00', ''],
  pubrel: [0x62, '0001 00', ''],
  pubcomp: [0x70, '0001 00', ''],
  subscribe: [0x82, '0001', "0001 'f' 00"],
  suback: [0x90, '0001', '00'],
  unsubscribe: [0xa2, '0001', "0001 'f'"],
  unsuback: [0xb0, '0001', '00'],
  disconnect: [0xe0, '00', ''],
  auth: [0xf0, '18', ''],
};

describe.each(table)('property %s', (notation, name, value, places) => {
  test.each(places)(`is ${name} of %s, and written again`, (place) => {
    const packet = decodeWith(place, notation);
    const properties = propertiesOf(packet, place);
    expect(properties).toMatchObject({ [name]: value });
    const again = encodePacket(packet, 5);
    expect(decodePacket(again[0]!, again.subarray(2), 5)).toStrictEqual(packet);
    expect(again.subarray(2).toString('hex')).toBe(bodyWith(place, notation).toString('hex'));
  });

  const repeatable = (place: Place) =>
    name === 'userProperties' || (name.startsWith('subscription') && place === 'publish');
  test.each(places)('is there at most once in %s, if it is not repeatable', (place) => {
    const twice = () => propertiesOf(decodeWith(place, `${notation} ${notation}`), place);
    if (repeatable(place)) {
      const [item] = value as unknown[];
      expect(twice()).toMatchObject({ [name]: [item, item] });
    } else {
      expect(twice).toThrow(
        expect.objectContaining({ code: 'wire/mqtt-property-duplicate', reasonCode: 0x82 }),
      );
    }
  });
});

describe.each(table.filter(([, , , places]) => places.length < all.length))(
  'property %s',
  (notation, name, value, places) => {
    test.each(all.filter((place) => !places.includes(place)))(
      'is refused in %s, read and written',
      (place) => {
        expect(() => decodeWith(place, notation)).toThrow(
          expect.objectContaining({ code: 'wire/mqtt-property-not-allowed', reasonCode: 0x81 }),
        );
        const packet = withProperty(decodeWith(place, ''), place, name, value);
        expect(() => encodePacket(packet, 5)).toThrow(
          expect.objectContaining({ code: 'wire/mqtt-property-not-allowed' }),
        );
      },
    );
  },
);

test('the table has every property but authentication data, which needs a method', () => {
  expect(table.length).toBe(26);
  const packet = decodeWith('auth', '16 0001 ff');
  expect(packet).toMatchObject({ properties: { authenticationData: Buffer.of(255) } });
});

/** AUTH needs a method: it stands before what is tested, unless that is it. */
function bodyWith(place: Place, notation: string): Buffer {
  const [, before, after] = around[place];
  const method = place === 'auth' && !notation.startsWith('15') ? "15 0001 'm'" : '';
  const properties = bytes(`${method} ${notation}`);
  return Buffer.concat([bytes(before), Buffer.from([properties.length]), properties, bytes(after)]);
}

function decodeWith(place: Place, notation: string): Packet {
  return decodePacket(around[place][0], bodyWith(place, notation), 5);
}

function propertiesOf(packet: Packet, place: Place): unknown {
  if (place === 'will') return packet.type === 'connect' ? packet.will?.properties : undefined;
  return 'properties' in packet ? packet.properties : undefined;
}

function withProperty(packet: Packet, place: Place, name: string, value: unknown): Packet {
  if (!('properties' in packet)) return packet;
  const add = (properties: object) => ({ ...properties, [name]: value });
  if (place === 'will' && packet.type === 'connect' && packet.will !== undefined) {
    return { ...packet, will: { ...packet.will, properties: add(packet.will.properties) } };
  }
  return { ...packet, properties: add(packet.properties) };
}
