import { Averages, spans } from './averages.ts';
import type { Statistics } from './statistics.ts';

/** Counters that are also told as rates, by the name that their topic has. */
const rates: readonly (readonly [topic: string, count: (statistics: Statistics) => number])[] = [
  ['messages/received', ({ received, controlIn }) => received + controlIn],
  ['messages/sent', ({ sent, controlOut }) => sent + controlOut],
  ['publish/received', ({ received }) => received],
  ['publish/sent', ({ sent }) => sent],
  ['publish/dropped', ({ dropped }) => dropped],
  ['bytes/received', ({ bytesIn }) => bytesIn],
  ['bytes/sent', ({ bytesOut }) => bytesOut],
  ['connections', ({ connects }) => connects],
  ['sockets', ({ sockets }) => sockets],
];

/**
 * What Mosquitto tells below `$SYS/broker/`, under the same names, older ones included: counters since the start, gauges,
 * rates a minute. But for the bytes of payloads, which would have to be counted message by message.
 */
export class BrokerState {
  readonly #version: string;
  readonly #startedAt: number;
  readonly #averages = rates.map(() => new Averages());
  #lastAt: number;
  #mostConnected = 0;
  #largestHeap = 0;

  constructor(version: string, now: number) {
    this.#version = version;
    this.#startedAt = now;
    this.#lastAt = now;
  }

  /** Every topic below `$SYS/broker/` with its text. */
  topics(statistics: Statistics, now: number): Map<string, string> {
    const elapsed = now - this.#lastAt;
    this.#lastAt = now;
    this.#mostConnected = Math.max(this.#mostConnected, statistics.connected);
    this.#largestHeap = Math.max(this.#largestHeap, statistics.heapBytes);
    return new Map([
      ['version', this.#version],
      ['uptime', `${Math.floor((now - this.#startedAt) / 1000)} seconds`],
      ...this.#counts(statistics).map(([topic, count]) => [topic, String(count)] as const),
      ...rates.flatMap(([topic, count], index) => {
        const averages = this.#averages[index] as Averages;
        averages.take(count(statistics), elapsed);
        return spans.map(
          (span, place) =>
            [`load/${topic}/${span}min`, (averages.values[place] as number).toFixed(2)] as const,
        );
      }),
    ]);
  }

  #counts(statistics: Statistics): readonly (readonly [string, number])[] {
    const { sessions, connected, sharedSubscriptions, retainedMessages, queuedMessages } = statistics;
    return [
      ['clients/total', sessions],
      ['clients/connected', connected],
      ['clients/active', connected],
      ['clients/disconnected', sessions - connected],
      ['clients/inactive', sessions - connected],
      ['clients/maximum', this.#mostConnected],
      ['clients/expired', statistics.expired],
      ['messages/received', statistics.received + statistics.controlIn],
      ['messages/sent', statistics.sent + statistics.controlOut],
      ['messages/inflight', statistics.inflightMessages],
      ['messages/stored', retainedMessages + queuedMessages],
      ['publish/messages/received', statistics.received],
      ['publish/messages/sent', statistics.sent],
      ['publish/messages/dropped', statistics.dropped],
      ['bytes/received', statistics.bytesIn],
      ['bytes/sent', statistics.bytesOut],
      ['subscriptions/count', statistics.subscriptions],
      ['shared_subscriptions/count', sharedSubscriptions],
      ['retained messages/count', retainedMessages],
      ['store/messages/count', retainedMessages + queuedMessages],
      ['store/messages/bytes', statistics.retainedBytes],
      ['heap/current', statistics.heapBytes],
      ['heap/maximum', this.#largestHeap],
    ];
  }
}
