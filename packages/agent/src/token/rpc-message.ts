import { KitenError } from '@kiten/codec';
import { TpmReader, TpmWriter } from '@kiten/wire';

/**
 * A value of an attribute: how it is written depends on what it is (p11-kit, rpc-message.c). Integers have the highest
 * octet first, as a TPM has them, so that its reader and writer serve here, too.
 */
export type AttributeValue = number | boolean | Uint8Array;

const noArray = 0xffff_ffff;
const mostAttributes = 64;

/** The arguments of a call. Throws KitenError `wire/tpm-…`, `agent/token-message` for what is none. */
export class RpcReader {
  readonly #reader: TpmReader;

  constructor(octets: Uint8Array) {
    this.#reader = new TpmReader(octets);
  }

  octet(): number {
    return this.#reader.uint8();
  }

  count(): number {
    return this.#reader.uint32();
  }

  /** CK_ULONG. */
  number(): number {
    const whole = this.#reader.uint64();
    if (whole > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed();
    return Number(whole);
  }

  /** Octets behind their length. */
  array(): Uint8Array {
    const length = this.#reader.uint32();
    return length === noArray ? new Uint8Array(0) : this.#reader.octets(length);
  }

  /** Octets that may be missing, which a first octet tells. */
  optionalArray(): Uint8Array {
    if (this.#reader.uint8() !== 0) return this.array();
    this.#reader.uint32();
    return new Uint8Array(0);
  }

  /** Attributes that are asked for, each with the room that there is for it. */
  requested(): readonly { readonly type: number; readonly room: number }[] {
    return this.#list(() => ({ type: this.#reader.uint32(), room: this.#reader.uint32() }));
  }

  /** Attributes with their values. @param isNumber how the value of an attribute is written */
  attributes(kindOf: (type: number) => 'number' | 'boolean' | 'octets'): ReadonlyMap<number, AttributeValue> {
    const read = (): [number, AttributeValue] => {
      const type = this.#reader.uint32();
      if (this.#reader.uint8() === 0) return [type, new Uint8Array(0)];
      this.#reader.uint32();
      const kind = kindOf(type);
      if (kind === 'number') return [type, this.number()];
      return [type, kind === 'boolean' ? this.octet() !== 0 : this.array()];
    };
    return new Map(this.#list(read));
  }

  /** CK_MECHANISM: its parameters, which no mechanism here has, are passed over. */
  mechanism(): number {
    const type = this.#reader.uint32();
    this.array();
    return type;
  }

  #list<Value>(read: () => Value): readonly Value[] {
    const length = this.#reader.uint32();
    if (length > mostAttributes) throw malformed();
    return Array.from({ length }, read);
  }
}

/** What a call answers. */
export class RpcWriter {
  readonly #writer = new TpmWriter();

  octet(octet: number): this {
    this.#writer.uint8(octet);
    return this;
  }

  count(count: number): this {
    this.#writer.uint32(count);
    return this;
  }

  numbers(...values: readonly number[]): this {
    for (const each of values) this.#writer.uint64(BigInt(each));
    return this;
  }

  version(major: number, minor: number): this {
    return this.octet(major).octet(minor);
  }

  array(octets: Uint8Array): this {
    this.#writer.uint32(octets.length).octets(octets);
    return this;
  }

  /** Text of a fixed length, filled with spaces. */
  text(text: string, length: number): this {
    return this.array(Buffer.from(text.padEnd(length).slice(0, length), 'ascii'));
  }

  /** As many as there is room for; only their number if there is none. */
  list(values: readonly number[], room: number): this {
    if (room < values.length) return this.octet(0).count(values.length);
    return this.octet(1)
      .count(values.length)
      .numbers(...values);
  }

  /** The same for octets. */
  octets(octets: Uint8Array, room: number): this {
    return room < octets.length ? this.octet(0).count(octets.length) : this.octet(1).array(octets);
  }

  /** @param room as asked for: a CK_ULONG has four octets on a small machine */
  attribute(type: number, found: AttributeValue | undefined, room: number): this {
    this.count(type).octet(found === undefined ? 0 : 1);
    if (found === undefined) return this;
    if (typeof found === 'number') return this.count(room === 4 ? 4 : 8).numbers(found);
    if (typeof found === 'boolean') return this.count(1).octet(found ? 1 : 0);
    return this.count(found.length).array(found);
  }

  result(): Uint8Array {
    return this.#writer.result();
  }
}

export const malformed = () =>
  new KitenError('agent/token-message', 'What asks for signatures does not speak as p11-kit does.');
