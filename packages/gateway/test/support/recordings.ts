import { encodePacket, type MqttVersion, noProperties, type Packet, type Properties } from '@kiten/wire';

/**
 * What a client says from CONNECT to DISCONNECT, packet by packet, without waiting for an answer: it subscribes, says
 * something with each QoS, acknowledges what comes back to it under the identifiers that a new session begins with.
 */
export function recording(version: MqttVersion, clientId = 'fuzz'): Packet[] {
  const isNew = version === 5;
  const properties = (given: Properties): Properties => (isNew ? given : noProperties);
  const subscribe = (packetId: number, filter: string, qos: 0 | 1 | 2, identifier: number): Packet => ({
    type: 'subscribe',
    packetId,
    subscriptions: [{ filter, qos, noLocal: false, retainAsPublished: isNew, retainHandling: 0 }],
    properties: properties({ subscriptionIdentifiers: [identifier] }),
  });
  const publish = (qos: 0 | 1 | 2, packetId: number, text: string, more: Partial<Packet> = {}): Packet =>
    ({
      type: 'publish',
      topic: 't/a',
      payload: Buffer.from(text),
      qos,
      retain: false,
      dup: false,
      properties: noProperties,
      ...(qos === 0 ? {} : { packetId }),
      ...more,
    }) as Packet;
  const acknowledge = (type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): Packet => ({
    type,
    packetId,
    reasonCode: 0,
    properties: noProperties,
  });
  const rich = properties({
    payloadFormatIndicator: 1,
    messageExpiryInterval: 60,
    contentType: 'text/plain',
    responseTopic: 't/answers',
    correlationData: Buffer.from([1, 2, 3]),
    userProperties: [
      ['k', '1'],
      ['k', '2'],
    ],
  });
  return [
    {
      type: 'connect',
      version,
      clientId,
      cleanStart: true,
      keepAlive: 60,
      username: 'somebody',
      password: Buffer.from('secret'),
      will: { topic: 't/will', payload: Buffer.from('gone'), qos: 1, retain: false, properties: rich },
      properties: properties({ receiveMaximum: 20, topicAliasMaximum: 5, userProperties: [['a', 'b']] }),
    },
    subscribe(1, 't/#', 2, 1),
    subscribe(2, 't/+', 1, 2),
    { type: 'pingreq' },
    publish(0, 0, 'zero'),
    publish(0, 0, 'zero again'),
    publish(1, 3, 'one'),
    acknowledge('puback', 1),
    publish(2, 4, 'two'),
    acknowledge('pubrel', 4),
    acknowledge('pubrec', 2),
    acknowledge('pubcomp', 2),
    publish(1, 5, 'one again'),
    publish(1, 6, 'rich', { properties: rich }),
    publish(0, 0, 'named', { properties: properties({ topicAlias: 1 }) }),
    publish(0, 0, 'by its number', isNew ? { topic: '', properties: { topicAlias: 1 } } : {}),
    publish(0, 0, 'kept', { retain: true }),
    subscribe(7, 't/a', 0, 3),
    publish(0, 0, '', { retain: true }),
    publish(1, 8, 'x'.repeat(200)),
    { type: 'unsubscribe', packetId: 9, filters: ['t/+', 'nothing'], properties: noProperties },
    publish(0, 0, 'the last'),
    { type: 'disconnect', reasonCode: 0, properties: properties({ sessionExpiryInterval: 0 }) },
  ];
}

export function recordedBytes(version: MqttVersion, clientId?: string): Buffer {
  return Buffer.concat(recording(version, clientId).map((packet) => encodePacket(packet, version)));
}
