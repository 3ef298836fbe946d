import { MqttError, type Publish } from '@kiten/wire';

/** The topics that a client has given numbers to, for as long as its connection lasts [MQTT-3.3.2-7]. */
export class IncomingAliases {
  readonly #maximum: number;
  readonly #topics: string[] = [];

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * The topic of a publication, by name or by alias; a name with an alias is remembered.
   *
   * @throws MqttError `wire/mqtt-topic-alias` beyond the maximum [MQTT-3.2.2-17] [MQTT-3.2.2-18] [MQTT-3.3.2-9],
   *   `wire/mqtt-topic-missing` for an alias that stands for nothing (MQTT 5.0 §3.3.4)
   */
  topicOf({ topic, properties: { topicAlias } }: Publish): string {
    if (topicAlias === undefined) return topic;
    if (topicAlias > this.#maximum) {
      throw new MqttError('wire/mqtt-topic-alias', `Topic aliases go up to ${this.#maximum} here.`);
    }
    // [MQTT-3.3.2-12]
    if (topic !== '') this.#topics[topicAlias] = topic;
    const named = this.#topics[topicAlias];
    if (named === undefined) {
      throw new MqttError('wire/mqtt-topic-missing', 'The topic alias stands for no topic yet.');
    }
    return named;
  }
}

/** The numbers that we give to topics towards a client that allows so many [MQTT-3.1.2-26] [MQTT-3.3.2-11]. */
export class OutgoingAliases {
  readonly #maximum: number;
  readonly #aliases = new Map<string, number>();

  /** `maximum` is above 0: whoever allows none gets none [MQTT-3.1.2-27]. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** The packet with its topic's number, and without the topic if the client knows the number. */
  shorten(packet: Publish): Publish {
    const { topic, properties } = packet;
    const known = this.#aliases.get(topic);
    if (known !== undefined)
      return { ...packet, topic: '', properties: { ...properties, topicAlias: known } };
    if (this.#aliases.size >= this.#maximum) return packet;
    return { ...packet, properties: { ...properties, topicAlias: this.#aliases.size + 1 } };
  }

  /** The packet was sent: the client knows the number that it introduced. */
  sent({ topic, properties: { topicAlias } }: Publish): void {
    if (topicAlias !== undefined && topic !== '') this.#aliases.set(topic, topicAlias);
  }
}
