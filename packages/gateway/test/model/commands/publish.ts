import type { Properties, Publish, Qos } from '@kiten/wire';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import { largePayload, type PassedOn, type Said } from '../message.ts';
import { ClientStep, differs } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

export interface Item {
  readonly topic: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly size: 'short' | 'empty' | 'large';
  /** In version 5 only. */
  readonly expiry: number | undefined;
  readonly properties: PassedOn;
  /** Whether the topic goes by an alias, as far as the broker allows (5.0). */
  readonly isAliased: boolean;
}

let count = 0;

/** A few PUBLISH packets in one chunk. */
export class PublishStep extends ClientStep {
  readonly #items: readonly Item[];

  constructor(id: string, items: readonly Item[]) {
    super(id);
    this.#items = items;
  }

  override isPossible({ unreleased }: Client): boolean {
    return unreleased.size < 20;
  }

  override do(world: World, system: System, client: Client, connection: Connection): void {
    const packets = this.#items.map((item) => {
      const wanted = saidBy(item, connection);
      // Those without a payload cannot be told apart: one of them at a time.
      const said = world.broker.isUnderWay(wanted) ? { ...wanted, payload: `m${++count}` } : wanted;
      const packetId = said.qos === 0 ? undefined : client.nextPacketId();
      publish(world, client, connection, said, packetId);
      return publishPacket(client, said, packetId, item.isAliased);
    });
    system.send(connection, ...packets);
  }

  override toString(): string {
    return `${this.id} publishes ${JSON.stringify(this.#items)}`;
  }
}

/** What a client has said again because it may have been lost: with DUP, on the first occasion after a reconnection. */
export class RepublishStep extends ClientStep {
  readonly #qos: 1 | 2;
  readonly #index: number;

  constructor(id: string, qos: 1 | 2, index: number) {
    super(id);
    this.#qos = qos;
    this.#index = index;
  }

  override isPossible(client: Client): boolean {
    return this.#candidates(client).length > 0;
  }

  override do(world: World, system: System, client: Client, connection: Connection): void {
    const candidates = this.#candidates(client);
    const outgoing = candidates[this.#index % candidates.length] as (typeof candidates)[number];
    const { packetId } = outgoing;
    // Version 4 has no properties, whatever it was said with before.
    const said =
      connection.version === 5 ? outgoing.said : { ...outgoing.said, properties: {}, expiry: undefined };
    outgoing.on = connection;
    if (this.#qos === 1 && world.broker.isUnderWay(said)) return;
    publish(world, client, connection, said, packetId);
    system.send(connection, { ...publishPacket(client, said, packetId, false), dup: true });
  }

  override toString(): string {
    return `${this.id} publishes again (QoS ${this.#qos}, ${this.#index})`;
  }

  #candidates({ latest, unreleased, connection }: Client) {
    const all = this.#qos === 2 ? [...unreleased.values()] : latest === undefined ? [] : [latest];
    return all.filter(({ on }) => on !== connection);
  }
}

function saidBy({ topic, qos, retain, size, expiry, properties }: Item, { version }: Connection): Said {
  const text = `m${++count}`;
  const payload = size === 'empty' ? '' : size === 'short' ? text : text.padEnd(largePayload, '.');
  const said = { topic, payload, qos, retain };
  return version === 5 ? { ...said, expiry, properties } : { ...said, expiry: undefined, properties: {} };
}

function publish(
  { broker }: World,
  client: Client,
  connection: Connection,
  said: Said,
  packetId: number | undefined,
): void {
  const { session } = connection;
  // [MQTT-4.3.3-10]; with QoS 1 it is a new message [MQTT-4.3.2-5].
  const isKnown = said.qos === 2 && session.unreleased.has(packetId as number);
  const isHeard = isKnown ? true : broker.publish(client.id, said).isHeard;
  if (packetId === undefined) return;
  const outgoing = { packetId, said, on: connection };
  if (said.qos === 1) client.latest = outgoing;
  else {
    session.unreleased.add(packetId);
    client.unreleased.set(packetId, outgoing);
  }
  const type = said.qos === 1 ? 'puback' : 'pubrec';
  connection.owed.push({
    type,
    differs: (packet) => {
      if (packet.type !== type) return `${type} expected`;
      // No matching subscribers; the broker need not say so.
      const { reasonCode } = packet;
      const code = reasonCode === 0x10 && connection.version === 5 && !isHeard ? 0 : reasonCode;
      return differs(type, [packet.packetId, code], [packetId, 0]);
    },
  });
}

function publishPacket(
  client: Client,
  said: Said,
  packetId: number | undefined,
  isAliased: boolean,
): Publish {
  const { qos, retain, payload, expiry, properties } = said;
  const alias = isAliased ? aliasOf(client, said.topic) : undefined;
  const all: Properties = {
    ...properties,
    ...(expiry === undefined ? {} : { messageExpiryInterval: expiry }),
    ...(alias === undefined ? {} : { topicAlias: alias.number }),
  };
  const topic = alias?.isKnown === true ? '' : said.topic;
  const packet = { type: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false } as const;
  return { ...packet, properties: all, ...(packetId === undefined ? {} : { packetId }) };
}

function aliasOf(client: Client, topic: string): { number: number; isKnown: boolean } | undefined {
  const { aliases, aliasMaximum } = client;
  const known = aliases.get(topic);
  if (known !== undefined) return { number: known, isKnown: true };
  if (aliasMaximum === 0) return undefined;
  const [oldest] = aliases;
  const isFull = aliases.size >= Math.min(aliasMaximum, 2);
  // An alias may be given to another topic.
  if (isFull && oldest !== undefined) aliases.delete(oldest[0]);
  const number = isFull && oldest !== undefined ? oldest[1] : aliases.size + 1;
  aliases.set(topic, number);
  return { number, isKnown: false };
}
