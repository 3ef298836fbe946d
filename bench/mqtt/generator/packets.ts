// Packets that are sent again and again are made once.
import { encodePacket, noProperties } from '@kiten/wire';
import { payloadBytes } from '../workload.ts';

/** PUBLISH packets to one topic after the other, laid out so that every `batch` of them in a row is one slice. */
export class Packets {
  readonly bytes: Buffer;
  readonly #starts: number[] = [];
  readonly #idOffset: number;
  readonly #topics: number;
  #next = 0;

  constructor(topics: readonly string[], qos: 0 | 1, batch: number) {
    const encoded = Array.from({ length: topics.length + batch }, (_, index) => {
      const topic = topics[index % topics.length] as string;
      const payload = Buffer.alloc(payloadBytes, 0x78);
      const message = { type: 'publish', topic, payload, retain: false, dup: false } as const;
      const properties = noProperties;
      return encodePacket(
        qos === 0 ? { ...message, qos, properties } : { ...message, qos, packetId: 1, properties },
        4,
      );
    });
    let at = 0;
    for (const packet of encoded) {
      this.#starts.push(at);
      at += packet.length;
    }
    this.bytes = Buffer.concat(encoded);
    this.#topics = topics.length;
    this.#idOffset = 4 + (topics[0] as string).length;
  }

  /** The next packets; with QoS 1 they get identifiers from `firstId` on. The bytes may be written to until the call after. */
  take(batch: number, firstId: number): Buffer {
    const first = this.#next;
    this.#next = (first + batch) % this.#topics;
    if (firstId > 0) {
      for (let index = 0; index < batch; index++) {
        const at = (this.#starts[first + index] as number) + this.#idOffset;
        const id = ((firstId + index - 1) % 65_535) + 1;
        this.bytes[at] = id >> 8;
        this.bytes[at + 1] = id & 0xff;
      }
    }
    return this.bytes.subarray(this.#starts[first], this.#starts[first + batch] ?? this.bytes.length);
  }
}

/** Where the payload of a PUBLISH of ours begins, from its end. */
export function stamp(packet: Buffer, now: number): void {
  packet.writeDoubleLE(now, packet.length - payloadBytes);
}
