import { refusal } from '../hash.ts';

/** Reads the fields of a boot log in order: integers with the lowest octet first, octets as views. */
export class LittleEndianReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  position: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#end = end;
    this.position = start;
  }

  get left(): number {
    return this.#end - this.position;
  }

  uint8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  uint16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  octets(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Passes so many octets. @returns where they begin */
  skip(length: number): number {
    return this.#take(length);
  }

  #take(length: number): number {
    const start = this.position;
    if (this.#end - start < length) {
      throw refusal('attestation/boot-log-truncated', 'The boot log ends within an event.', {
        offset: start,
      });
    }
    this.position = start + length;
    return start;
  }
}
