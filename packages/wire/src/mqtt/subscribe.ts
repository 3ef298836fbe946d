import { decodeProperties } from './decode-properties.ts';
import { encodeProperties } from './encode-properties.ts';
import { headerOf } from './header.ts';
import type { MqttVersion, Subscribe, Subscription, Unsubscribe } from './packet.ts';
import type { PacketReader } from './reader.ts';
import { optionsOf, subscriptionOf } from './subscription-options.ts';
import { requireFilter, requireSome } from './topic-filter.ts';
import { PacketWriter } from './writer.ts';

/** SUBSCRIBE (MQTT 5.0 §3.8, 3.1.1 §3.8). */
export function decodeSubscribe(reader: PacketReader): Subscribe {
  const packetId = reader.packetId();
  const properties = decodeProperties(reader, 'subscribe');
  const subscriptions: Subscription[] = [];
  while (!reader.atEnd()) {
    const filter = requireFilter(reader.name(), reader.version); // [MQTT-3.8.3-1] (3.1.1: [MQTT-3.8.3-1])
    subscriptions.push(subscriptionOf(filter, reader.byte(), reader.version));
  }
  requireSome(subscriptions); // [MQTT-3.8.3-2] (3.1.1: [MQTT-3.8.3-3])
  return { type: 'subscribe', packetId, subscriptions, properties };
}

export function encodeSubscribe(packet: Subscribe, version: MqttVersion): Buffer {
  requireSome(packet.subscriptions);
  const writer = new PacketWriter();
  writer.packetId(packet.packetId);
  encodeProperties(writer, version, 'subscribe', packet.properties);
  for (const subscription of packet.subscriptions) {
    writer.name(requireFilter(subscription.filter, version));
    writer.byte(optionsOf(subscription, version));
  }
  return writer.packet(headerOf('subscribe'));
}

/** UNSUBSCRIBE (MQTT 5.0 §3.10, 3.1.1 §3.10). */
export function decodeUnsubscribe(reader: PacketReader): Unsubscribe {
  const packetId = reader.packetId();
  const properties = decodeProperties(reader, 'unsubscribe');
  const filters: string[] = [];
  while (!reader.atEnd()) filters.push(requireFilter(reader.name(), reader.version)); // [MQTT-3.10.3-1] (3.1.1: [MQTT-3.10.3-1])
  requireSome(filters); // [MQTT-3.10.3-2] (3.1.1: [MQTT-3.10.3-2])
  return { type: 'unsubscribe', packetId, filters, properties };
}

export function encodeUnsubscribe(packet: Unsubscribe, version: MqttVersion): Buffer {
  requireSome(packet.filters);
  const writer = new PacketWriter();
  writer.packetId(packet.packetId);
  encodeProperties(writer, version, 'unsubscribe', packet.properties);
  for (const filter of packet.filters) writer.name(requireFilter(filter, version));
  return writer.packet(headerOf('unsubscribe'));
}
