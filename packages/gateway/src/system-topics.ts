import { noProperties, topicMatches } from '@kiten/wire';
import { BrokerState } from './broker-state.ts';
import type { Core } from './core.ts';
import { hashTopic } from './decision-cache.ts';
import type { Message } from './message.ts';
import { bring, decideTopic } from './router.ts';
import { sumOf } from './statistics.ts';
import { systemSpace } from './topic-resource.ts';

const prefix = `${systemSpace}/broker/`;

/**
 * What the broker says about itself, once an interval and as far as it has changed: retained for whoever subscribes
 * later, and judged towards each receiver like any message, but that nobody published it.
 */
export class SystemTopics {
  readonly #core: Core;
  readonly #state: BrokerState;
  readonly #messages = new Map<string, Message>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(core: Core) {
    this.#core = core;
    this.#state = new BrokerState(core.options.version, core.now);
  }

  /** Tells what is new, if it is time to. */
  sweep(now: number): void {
    const { limits } = this.#core;
    if (limits.systemInterval === 0 || now - this.#toldAt < limits.systemInterval) return;
    this.#toldAt = now;
    const { mesh } = this.#core;
    if (mesh !== undefined && !mesh.isKeeper) {
      mesh.tellCounted(this.#core.measured());
      return;
    }
    const elsewhere = mesh?.statisticsElsewhere ?? [];
    const topics = [...this.#state.topics(sumOf([this.#core.measured(), ...elsewhere]), now)];
    this.take(topics);
    mesh?.tellSystem(topics);
  }

  /** Tells what the broker counts, as far as it is new. */
  take(topics: Iterable<readonly [name: string, text: string]>): void {
    for (const [name, text] of topics) this.#tell(prefix + name, text);
  }

  /** What is told at present on the topics that a filter matches. */
  match(filter: string): Message[] {
    if (!filter.startsWith(`${systemSpace}/`)) return [];
    return [...this.#messages.values()].filter(({ topic }) => topicMatches(filter, topic));
  }

  current(topic: string): Message | undefined {
    return this.#messages.get(topic);
  }

  #tell(topic: string, text: string): void {
    const payload = Buffer.from(text);
    if (this.#messages.get(topic)?.payload.equals(payload) === true) return;
    const { broker } = this.#core;
    const message: Message = {
      topic,
      payload,
      // Not worth gathering for who is away.
      qos: 0,
      retain: true,
      will: false,
      properties: noProperties,
      publisher: broker,
      clientId: '',
      expiresAt: undefined,
    };
    this.#messages.set(topic, message);
    const bytes = Buffer.from(topic);
    const written = { text: topic, bytes, hash: hashTopic(bytes, 0, bytes.length) };
    const decision = decideTopic(this.#core, { device: broker, clientId: '' }, written, true, false);
    if (decision.recipients.length > 0 || decision.groups.length > 0) bring(this.#core, decision, message);
  }
}
