import { decodePacket, type MqttVersion, type Publish } from '@kiten/wire';
import type { Core } from '../core.ts';
import { type CachedDecision, DecisionCache, hashTopic } from '../decision-cache.ts';
import type { DeviceRecord } from '../device-record.ts';
import { messageFrom } from '../message.ts';
import { passQos1, passRun } from '../quick-way.ts';
import { bring, decideElsewhere } from '../router.ts';
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

  /** PUBLISH packets that its worker passed on as they came. */
  take(bytes: Buffer): void {
    let run: CachedDecision | undefined;
    let runStart = 0;
    let runCount = 0;
    let runLargest = 0;
    const passOn = (end: number): void => {
      if (run !== undefined) passRun(this, run, bytes, runStart, end, runCount, runLargest);
      run = undefined;
    };
    eachPacket(bytes, 0, bytes.length, (offset, body, end) => {
      const qos = ((bytes[offset] as number) >> 1) & 3;
      const topicStart = body + 2;
      const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
      const idEnd = qos === 0 ? topicEnd : topicEnd + 2;
      const isPlain = qos < 2 && (this.version === 4 || bytes[idEnd] === 0);
      if (!isPlain) {
        passOn(offset);
        this.#takeOne(bytes[offset] as number, bytes.subarray(body, end));
        return;
      }
      const decision = this.#decide(bytes, topicStart, topicEnd);
      if (qos === 1) {
        passOn(offset);
        passQos1(this, decision, bytes, offset, body, topicEnd, end);
        this.core.store.settle();
        return;
      }
      if (run !== decision) {
        passOn(offset);
        run = decision;
        runStart = offset;
        runCount = 0;
        runLargest = 0;
      }
      runCount++;
      if (end - offset > runLargest) runLargest = end - offset;
    });
    passOn(bytes.length);
  }

  /** The general way. */
  #takeOne(header: number, body: Buffer): void {
    const packet = decodePacket(header, body, this.version, 'client') as Publish;
    const { core, device, clientId } = this;
    const origin = { publisher: device, clientId, now: core.lifeTime, will: false };
    const topic = Buffer.from(packet.topic);
    bring(core, this.#decide(topic, 0, topic.length), messageFrom(packet, origin));
    core.store.settle();
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
