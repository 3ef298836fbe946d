import type { MqttVersion } from '@kiten/wire';
import type { Core } from '../core.ts';
import { type CachedDecision, DecisionCache, hashTopic } from '../decision-cache.ts';
import type { DeviceRecord } from '../device-record.ts';
import { passQos1, passRun } from '../quick-way.ts';
import { decideElsewhere } from '../router.ts';
import { eachPacket, type Source } from '../run.ts';
import { stillHolds } from '../still-holds.ts';

/** A client of another worker, as far as what it publishes reaches this one: it was judged there, and receivers are here. */
export class RemotePublisher implements Source {
  readonly core: Core;
  readonly device: DeviceRecord;
  readonly clientId: string;
  readonly version: MqttVersion;
  readonly #cache: DecisionCache;

  constructor(core: Core, device: DeviceRecord, clientId: string, version: MqttVersion) {
    this.core = core;
    this.device = device;
    this.clientId = clientId;
    this.version = version;
    this.#cache = new DecisionCache(core.limits.cachedDecisions);
  }

  /** QoS 0 packets that its worker passed on as they came: all of them plain, and to one topic. */
  run(bytes: Buffer, count: number, largest: number): void {
    eachPacket(bytes, 0, 1, (_, body) => {
      const topicStart = body + 2;
      const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
      const decision = this.#decide(bytes, topicStart, topicEnd);
      passRun(this, decision, bytes, 0, bytes.length, count, largest);
    });
  }

  /** A QoS 1 packet, as plain. */
  packet(bytes: Buffer): void {
    eachPacket(bytes, 0, 1, (_, body) => {
      const topicStart = body + 2;
      const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
      passQos1(this, this.#decide(bytes, topicStart, topicEnd), bytes, 0, body, topicEnd, bytes.length);
      this.core.store.settle();
    });
  }

  #decide(bytes: Buffer, start: number, end: number): CachedDecision {
    const hash = hashTopic(bytes, start, end);
    const known = this.#cache.find(bytes, start, end, hash, false);
    if (known !== undefined && stillHolds(this.core, known, this.device)) return known;
    const own = Buffer.from(bytes.subarray(start, end));
    const decision = decideElsewhere(this.core, this, { text: own.toString(), bytes: own, hash }, false);
    this.#cache.store(decision);
    return decision;
  }
}
