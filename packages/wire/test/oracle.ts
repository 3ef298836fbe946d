import { createRequire } from 'node:module';
import { noProperties, type Packet, type Properties } from '../src/index.ts';

/* mqtt-packet, the codec of MQTT.js, as an oracle; and the way between its packets and ours. */

interface OraclePacket {
  readonly cmd: string;
  readonly [field: string]: unknown;
}

interface Oracle {
  generate(packet: OraclePacket, options: { protocolVersion: number }): Buffer;
  parser(options: { protocolVersion: number }): {
    on(event: 'packet', listener: (packet: OraclePacket) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    parse(bytes: Buffer): number;
  };
}

const oracle = createRequire(import.meta.url)('mqtt-packet') as Oracle;

/** What version 5 allows in a CONNECT and the oracle does not: a session to resume, or a password, without a name. */
export function oracleRefuses(packet: Packet): boolean {
  if (packet.type !== 'connect') return false;
  const { clientId, cleanStart, username, password } = packet;
  return (clientId === '' && !cleanStart) || (password !== undefined && !username);
}

/** Our packet, encoded by the oracle. */
export function generated(packet: Packet, version: 4 | 5): Buffer {
  return oracle.generate(toOracle(packet, version), { protocolVersion: version });
}

/** The bytes, decoded by the oracle. */
export function parsed(bytes: Buffer, version: 4 | 5): Packet {
  const packets: OraclePacket[] = [];
  const parser = oracle.parser({ protocolVersion: version });
  parser.on('packet', (packet) => packets.push(packet));
  parser.on('error', (error) => {
    throw error;
  });
  parser.parse(bytes);
  if (packets.length !== 1) throw new Error(`The oracle sees ${packets.length} packets.`);
  return fromOracle(packets[0]!, version);
}

/**
 * What the oracle can't tell apart: it groups user properties by name, in an object's order of keys, and forgets
 * empty values before others of the same name.
 */
export function normalized(packet: Packet): Packet {
  if (!('properties' in packet)) return packet;
  const copy = { ...packet, properties: grouped(packet.properties) };
  return copy.type === 'connect' && copy.will !== undefined
    ? { ...copy, will: { ...copy.will, properties: grouped(copy.will.properties) } }
    : copy;
}

function grouped(properties: Properties): Properties {
  const { userProperties, ...rest } = properties;
  if (userProperties === undefined) return rest;
  const names = [...new Set(userProperties.map(([name]) => name))].sort();
  const remembered = names.flatMap((name) => {
    const pairs = userProperties.filter(([other]) => other === name);
    const first = pairs.findIndex(([, value]) => value !== '');
    return pairs.slice(first < 0 ? -1 : first);
  });
  return { ...rest, userProperties: remembered };
}

const bits = ['payloadFormatIndicator'];
const renamed = { maximumQos: 'maximumQoS', subscriptionIdentifiers: 'subscriptionIdentifier' } as const;

function toProperties(properties: Properties): Record<string, unknown> | undefined {
  const entries = Object.entries(properties).map(([name, value]) => {
    if (name === 'userProperties') return [name, toUserProperties(value as [string, string][])];
    const key = renamed[name as keyof typeof renamed] ?? name;
    return [key, bits.includes(name) ? value === 1 : value];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function toUserProperties(pairs: [string, string][]): Record<string, string[]> {
  const record: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    record[name] ??= [];
    record[name].push(value);
  }
  return record;
}

function fromProperties(version: 4 | 5, properties: unknown): Properties {
  if (version === 4 || properties === undefined) return noProperties;
  const entries = Object.entries(properties as object).map(([name, value]) => {
    if (name === 'userProperties') return [name, fromUserProperties(value)];
    if (name === 'subscriptionIdentifier') return ['subscriptionIdentifiers', [value].flat()];
    if (name === 'maximumQoS') return ['maximumQos', value];
    return [name, bits.includes(name) ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}

function fromUserProperties(record: unknown): [string, string][] {
  return Object.entries(record as Record<string, string | string[]>).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
}

function toOracle(packet: Packet, version: 4 | 5): OraclePacket {
  const properties = 'properties' in packet ? toProperties(packet.properties) : undefined;
  const common = { cmd: packet.type, ...(properties && { properties }) };
  switch (packet.type) {
    case 'connect': {
      const { clientId, cleanStart, keepAlive, username, password, will } = packet;
      const willProperties = will && toProperties(will.properties);
      return {
        ...common,
        protocolId: 'MQTT',
        protocolVersion: version,
        clientId,
        clean: cleanStart,
        keepalive: keepAlive,
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(will && { will: { ...will, properties: willProperties ?? {} } }),
      };
    }
    case 'connack':
      return {
        ...common,
        sessionPresent: packet.sessionPresent,
        [version === 4 ? 'returnCode' : 'reasonCode']: packet.reasonCode,
      };
    case 'publish':
      return { ...packet, ...common, messageId: packet.packetId, properties };
    case 'subscribe':
      return {
        ...common,
        messageId: packet.packetId,
        subscriptions: packet.subscriptions.map(
          ({ filter, qos, noLocal, retainAsPublished, retainHandling }) => ({
            topic: filter,
            qos,
            nl: noLocal,
            rap: retainAsPublished,
            rh: retainHandling,
          }),
        ),
      };
    case 'unsubscribe':
      return { ...common, messageId: packet.packetId, unsubscriptions: packet.filters };
    case 'suback':
    case 'unsuback':
      return { ...common, messageId: packet.packetId, granted: packet.reasonCodes };
    case 'pingreq':
    case 'pingresp':
      return common;
    case 'disconnect':
    case 'auth':
      return { ...common, reasonCode: packet.reasonCode };
    default:
      return { ...common, messageId: packet.packetId, reasonCode: packet.reasonCode };
  }
}

function fromOracle(packet: OraclePacket, version: 4 | 5): Packet {
  const type = packet.cmd as Packet['type'];
  const properties = fromProperties(version, packet.properties);
  const packetId = packet.messageId as number;
  const reasonCode = (packet.reasonCode as number | undefined) ?? 0;
  switch (type) {
    case 'connect': {
      const will = packet.will as (Record<string, unknown> & { properties?: unknown }) | undefined;
      return {
        type,
        version: packet.protocolVersion,
        clientId: packet.clientId,
        cleanStart: packet.clean,
        keepAlive: packet.keepalive,
        ...(packet.username !== undefined && { username: packet.username }),
        ...(packet.password !== undefined && { password: packet.password }),
        ...(will && {
          will: {
            topic: will.topic,
            payload: will.payload,
            qos: will.qos,
            retain: will.retain,
            properties: fromProperties(version, will.properties),
          },
        }),
        properties,
      } as Packet;
    }
    case 'connack':
      return {
        type,
        sessionPresent: packet.sessionPresent as boolean,
        reasonCode: version === 4 ? (packet.returnCode as number) : reasonCode,
        properties,
      };
    case 'publish':
      return {
        type,
        topic: packet.topic,
        payload: packet.payload,
        qos: packet.qos,
        retain: packet.retain,
        dup: packet.dup,
        ...(packet.qos !== 0 && { packetId }),
        properties,
      } as Packet;
    case 'subscribe': {
      const subscriptions = packet.subscriptions as Record<'topic' | 'qos' | 'nl' | 'rap' | 'rh', never>[];
      return {
        type,
        packetId,
        subscriptions: subscriptions.map(({ topic, qos, nl, rap, rh }) => ({
          filter: topic,
          qos,
          noLocal: nl ?? false,
          retainAsPublished: rap ?? false,
          retainHandling: rh ?? 0,
        })),
        properties,
      } as Packet;
    }
    case 'unsubscribe':
      return { type, packetId, filters: packet.unsubscriptions as string[], properties };
    case 'suback':
    case 'unsuback':
      return { type, packetId, reasonCodes: (packet.granted as number[] | undefined) ?? [], properties };
    case 'pingreq':
    case 'pingresp':
      return { type };
    case 'disconnect':
    case 'auth':
      return { type, reasonCode, properties };
    default:
      return { type, packetId, reasonCode, properties };
  }
}
