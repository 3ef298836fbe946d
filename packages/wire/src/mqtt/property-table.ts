import type { PacketType } from './packet.ts';
import type { Properties } from './properties.ts';

/** What a set of properties belongs to: a packet type, or the will within a CONNECT. */
export type PropertyPlace = PacketType | 'will';

export type PropertyType =
  | 'bit' // a byte that is 0 or 1, as a number
  | 'flag' // a byte that is 0 or 1, as a boolean
  | 'uint16'
  | 'positive-uint16'
  | 'uint32'
  | 'positive-uint32'
  | 'topic-alias'
  | 'text'
  | 'topic-name'
  | 'binary'
  | 'identifiers' // positive variable byte integers, repeatable in PUBLISH
  | 'pairs'; // pairs of text, repeatable

export interface PropertyDefinition {
  readonly identifier: number;
  readonly name: keyof Properties;
  readonly type: PropertyType;
  readonly places: ReadonlySet<PropertyPlace>;
}

const message = 'publish will';
const acknowledgements = 'puback pubrec pubrel pubcomp suback unsuback';
const everywhere = `connect will connack publish ${acknowledgements} subscribe unsubscribe disconnect auth`;

/** MQTT 5.0 §2.2.2.2, table 2-4. */
export const propertyDefinitions: readonly PropertyDefinition[] = [
  define(0x01, 'payloadFormatIndicator', 'bit', message),
  define(0x02, 'messageExpiryInterval', 'uint32', message),
  define(0x03, 'contentType', 'text', message),
  define(0x08, 'responseTopic', 'topic-name', message),
  define(0x09, 'correlationData', 'binary', message),
  define(0x0b, 'subscriptionIdentifiers', 'identifiers', 'publish subscribe'),
  define(0x11, 'sessionExpiryInterval', 'uint32', 'connect connack disconnect'),
  define(0x12, 'assignedClientIdentifier', 'text', 'connack'),
  define(0x13, 'serverKeepAlive', 'uint16', 'connack'),
  define(0x15, 'authenticationMethod', 'text', 'connect connack auth'),
  define(0x16, 'authenticationData', 'binary', 'connect connack auth'),
  define(0x17, 'requestProblemInformation', 'flag', 'connect'),
  define(0x18, 'willDelayInterval', 'uint32', 'will'),
  define(0x19, 'requestResponseInformation', 'flag', 'connect'),
  define(0x1a, 'responseInformation', 'text', 'connack'),
  define(0x1c, 'serverReference', 'text', 'connack disconnect'),
  define(0x1f, 'reasonString', 'text', `connack ${acknowledgements} disconnect auth`),
  define(0x21, 'receiveMaximum', 'positive-uint16', 'connect connack'),
  define(0x22, 'topicAliasMaximum', 'uint16', 'connect connack'),
  define(0x23, 'topicAlias', 'topic-alias', 'publish'),
  define(0x24, 'maximumQos', 'bit', 'connack'),
  define(0x25, 'retainAvailable', 'flag', 'connack'),
  define(0x26, 'userProperties', 'pairs', everywhere),
  define(0x27, 'maximumPacketSize', 'positive-uint32', 'connect connack'),
  define(0x28, 'wildcardSubscriptionAvailable', 'flag', 'connack'),
  define(0x29, 'subscriptionIdentifiersAvailable', 'flag', 'connack'),
  define(0x2a, 'sharedSubscriptionAvailable', 'flag', 'connack'),
];

const byIdentifier: readonly (PropertyDefinition | undefined)[] = Array.from(
  { length: 0x2b },
  (_, identifier) => propertyDefinitions.find((definition) => definition.identifier === identifier),
);
const byName = new Map(propertyDefinitions.map((definition) => [definition.name as string, definition]));

export function propertyByIdentifier(identifier: number): PropertyDefinition | undefined {
  return byIdentifier[identifier];
}

export function propertyByName(name: string): PropertyDefinition | undefined {
  return byName.get(name);
}

function define(
  identifier: number,
  name: keyof Properties,
  type: PropertyType,
  places: string,
): PropertyDefinition {
  return { identifier, name, type, places: new Set(places.split(' ') as PropertyPlace[]) };
}
