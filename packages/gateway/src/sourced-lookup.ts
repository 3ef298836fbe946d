import type { DeviceRecord } from './device-record.ts';
import type { Replica } from './replica.ts';
import type { Sourced } from './sourced.ts';

/** Finds what is known of readings, by the replica; for all that receive a message it is found once. */
export class SourcedLookup {
  readonly #replica: Replica;
  #speaker: DeviceRecord | undefined;
  #topic = '';
  #policyEpoch = -1;
  #trustEpoch = -1;
  #found: Sourced | undefined;

  constructor(replica: Replica) {
    this.#replica = replica;
  }

  /** `undefined` for what is not declared to hold readings, or no device says. */
  of(speaker: DeviceRecord | undefined, topic: string): Sourced | undefined {
    const { streams, policyEpoch } = this.#replica;
    if (streams === undefined || speaker === undefined || speaker.isBroker) return undefined;
    const isKnown =
      this.#speaker === speaker &&
      this.#topic === topic &&
      this.#policyEpoch === policyEpoch &&
      this.#trustEpoch === speaker.trustEpoch;
    if (isKnown) return this.#found;
    this.#speaker = speaker;
    this.#topic = topic;
    this.#policyEpoch = policyEpoch;
    this.#trustEpoch = speaker.trustEpoch;
    this.#found = streams.find(speaker.id, topic, speaker.streams);
    return this.#found;
  }
}
